"""A part that is a file: first Meta keeps it, then a message like every other sends it. Contract 7.3."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update

from ..db import db, looking
from ..meta import uploads as meta
from ..meta.errors import GraphError
from ..meta.events import Event
from ..meta.graph import Graph
from . import contents
from .models import Part
from .uploads import Upload

GONE = ("The file is no longer kept here.", "Send it again from where you have it.")


def can_be_sent(upload: Upload | None) -> bool:
    return upload is not None and (upload.attachment_id is not None or upload.kept)


def content(graph: Graph, part: Part, token: str) -> dict[str, Any]:
    """The message that sends it. The id that Meta gives is committed at once: whoever tries again uploads
    nothing twice. GraphError as from uploads.upload."""
    upload = part.upload
    assert upload is not None
    if upload.attachment_id is None:
        with looking():
            file = db.session.scalar(select(Upload.content).where(Upload.id == upload.id)) or b""
        facts = (part.channel, upload.kind, upload.name, upload.mime_type)
        known = meta.upload(graph, part.page.meta_id, token, *facts, file)
        # Not through the row itself: it may have been erased meanwhile.
        db.session.execute(update(Upload).where(Upload.id == upload.id).values(attachment_id=known))
        db.session.commit()
    return meta.attachment(part.channel, upload.kind, upload.attachment_id or "")


def refused(part: Part, error: GraphError) -> None:
    """An id that Meta no longer knows is forgotten: the next try uploads anew."""
    if part.upload is not None and error.subcode == meta.UNKNOWN:
        part.upload.attachment_id = None


def echoed(part: Part, event: Event) -> None:
    """Where Meta keeps it now stands in its message, and nothing of it is kept here any more."""
    upload = part.upload
    found = next((one for one in event.attachments if one.url), None)
    if upload is None or found is None:
        return
    known = [one for one in part.message.attachments if one.get("upload_id") != upload.id]
    link = {**contents.attachment(found), "type": upload.kind, "upload_id": upload.id}
    part.message.attachments = [*known, link]
    upload.content = None
    if part.conversation is not None:
        part.conversation.changes += 1


def same(part: Part, text: str, kinds: Collection[str]) -> bool:
    """Whether what Meta shows, its text and its attachments' kinds, may be this part."""
    if part.upload is not None:
        return not text.strip() and part.upload.kind in kinds
    return bool(part.text.strip()) and part.text.strip() == text.strip()
