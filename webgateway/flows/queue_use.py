"""What deleting a queue means for the flows that hand over to it."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from ..db import db
from ..queues import removal
from ..queues.models import Queue
from .definition import Agents
from .models import Flow, FlowVersion


def listen() -> None:
    removal.consequences.connect(consequences)


def consequences(queue: Queue) -> list[str]:
    names = flows_using(queue)
    if not names:
        return []
    verb = "hands" if len(names) == 1 else "hand"
    word = "The flow" if len(names) == 1 else "The flows"
    return [f"{word} {', '.join(names)} {verb} over to it; from then on to the general queue."]


def flows_using(queue: Queue) -> list[str]:
    """Names of the flows whose live version or draft hands over to it."""
    versions = db.session.scalars(
        select(FlowVersion)
        .join(FlowVersion.flow)
        .where(Flow.tenant_id == queue.tenant_id, FlowVersion.state.in_(("live", "draft")))
        .options(contains_eager(FlowVersion.flow))
    )
    return sorted({version.flow.name for version in versions if _hands_over(version, queue)})


def _hands_over(version: FlowVersion, queue: Queue) -> bool:
    parts = version.definition.parts
    return any(isinstance(part, Agents) and part.queue_id == queue.id for part in parts)
