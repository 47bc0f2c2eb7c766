"""What happens to comments and mentions. It opens no conversation, and asks for nobody's profile."""

from datetime import datetime

from ..meta.events import Event
from ..pages.models import Page
from .comments import Comment
from .taken import Outcome, believed, moment
from .talks import Talks

WRITTEN, EDITED, REMOVED, HIDDEN, SHOWN = "written", "edited", "removed", "hidden", "shown"
VERBS = {
    "add": WRITTEN,
    "edit": EDITED,
    "edited": EDITED,
    "update": EDITED,
    "remove": REMOVED,
    "delete": REMOVED,
    "hide": HIDDEN,
    "unhide": SHOWN,
}
OWN = "A comment of the account itself."
KNOWN = "This comment is known already."
LISTED = "It stands among the comments."
REMOVED_SINCE = "The comment has been removed since."


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    if event.channel == "instagram" and event.user_name and event.user_name == page.instagram_username:
        return Outcome("ignored", OWN)
    verb = VERBS.get(event.action or "add")
    if verb is None:
        return Outcome("ignored", f"No use is made of it that somebody did “{(event.action or '')[:50]}”.")
    at, comment = moment(event), talks.comment(page, event)
    if comment is None:
        comment = _new(event, page, at)
        talks.commented(comment)
    elif verb == WRITTEN and comment.removed_at is None and comment.text_at <= at:
        return Outcome("duplicate", KNOWN)
    return _do(comment, verb, event, at)


def _new(event: Event, page: Page, at: datetime) -> Comment:
    """What was done to it may come first: then its author and text follow."""
    return Comment(
        tenant_id=page.tenant_id,
        page=page,
        page_id=page.id,
        channel=event.channel or "messenger",
        kind=event.kind,
        meta_id=event.comment_id or event.post_id or "",
        live=event.field == "live_comments",
        at=believed(event.written_at) if event.written_at else at,
        text_at=at,
        text=event.text or "",
        photo_url=event.photo_url,
        hidden=False,
    )


def _do(comment: Comment, verb: str, event: Event, at: datetime) -> Outcome:
    _learn(comment, event)
    if verb == REMOVED:
        comment.removed_at = min(at, comment.removed_at or at)
        comment.text, comment.photo_url = "", None
    elif comment.removed_at is not None:
        return Outcome("ignored", REMOVED_SINCE)
    elif verb in (HIDDEN, SHOWN):
        if comment.hidden_at is None or at >= comment.hidden_at:
            comment.hidden, comment.hidden_at = verb == HIDDEN, at
    elif at >= comment.text_at:
        comment.text, comment.photo_url, comment.text_at = event.text or "", event.photo_url, at
        comment.edited_at = at if verb == EDITED else comment.edited_at
    return Outcome("done", LISTED)


def _learn(comment: Comment, event: Event) -> None:
    comment.post_id = comment.post_id or event.post_id
    comment.post_url = event.post_url or comment.post_url
    comment.parent_id = comment.parent_id or event.parent_id
    comment.author_id = comment.author_id or event.user_id
    comment.author_name = event.user_name or comment.author_name
    if comment.removed_at is None:
        comment.text = comment.text or event.text or ""
