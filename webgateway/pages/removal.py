"""Taking pages away from a gateway.

Their rows stay, for the conversations that happened on them, and for a while the tokens that bring them back.
"""

from datetime import timedelta

from sqlalchemy import delete, select

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..tasks import every
from .models import Grant, Page
from .tokens import live_grants, mark_dead

KEPT = timedelta(days=30)
"""How long a removed page's tokens are kept."""


def remove(gateway: Gateway, pages: list[Page], by: str) -> None:
    """Commits, then asks Meta to stop sending; should that fail, what still arrives stays in the journal.

    `by`: the name of who removes them.
    """
    grants, at = live_grants(pages), utcnow()
    for page in pages:
        page.removed_at, page.removed_by, page.removed_switches = at, by, page.switches
        page.subscribed, page.subscribed_fields = False, []
        page.messenger_wanted = page.instagram_wanted = False
        page.drift = page.drift_since = page.drift_mended_at = page.missed_since = None
        page.problem = page.subscription_error = page.instagram_problem = page.instagram_error = None
        page.switch_to([])
    graph, covering = graph_of(gateway), {page.meta_id: grants.get(page.id) for page in pages}
    db.session.commit()
    _unsubscribe(graph, covering)


@every(hour="4", minute="20")
def forget() -> None:
    """Erase the tokens of pages that were removed more than a month ago."""
    old = select(Page.id).where(Page.removed_at < utcnow() - KEPT)
    gone = delete(Grant).where(Grant.page_id.in_(old))
    db.session.execute(gone.execution_options(synchronize_session=False))
    db.session.commit()


def _unsubscribe(graph: Graph, pages: dict[str, Grant | None]) -> None:
    """Where the page's own token has died with its grant, the app's may still do it: contract 3.4."""
    tokens = [(page_id, grant.token or "") for page_id, grant in pages.items() if grant]
    try:
        outcomes = meta_pages.unsubscribe_many(graph, tokens)
        left = [page_id for page_id in pages if outcomes.get(page_id) is not True]
        meta_pages.unsubscribe_many(graph, [(page_id, graph.app_token) for page_id in left])
    except GraphError:
        return
    for page_id, grant in pages.items():
        error = outcomes.get(page_id)
        if grant and isinstance(error, GraphError) and error.kind == "reauth":
            mark_dead(grant, error)
    db.session.commit()
