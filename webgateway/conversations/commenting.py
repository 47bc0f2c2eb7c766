"""The comments and mentions of a tenant's pages, and answering one in private."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, selectinload

from .. import htmx
from ..db import db, find_or_404
from ..meta.messages import LIMITS
from ..meta.oauth import FOR_COMMENTS
from ..pages.models import Page
from ..users.rights import current_tenant, needs, signed_in
from . import comment_search, comment_sight, delivery, private_reply, writing
from .comment_search import Search
from .comments import STATES, Comment
from .forms import PrivateReplyForm
from .models import Message

blueprint = Blueprint("comments", __name__, url_prefix="/conversations/comments")


@blueprint.get("/")
@needs("conversations", "read")
def index() -> ResponseReturnValue:
    search = Search(current_tenant, request.args)
    view = search.view
    token = comment_search.token(view.items, view.total)
    if request.args.get("token") == token:
        return "", 204
    context: dict[str, Any] = {"search": search, "view": view, "token": token, "states": STATES}
    if not htmx.wants_fragment() and signed_in().may("gateways", "edit"):
        context |= {"unseen": comment_sight.missing(current_tenant), "permissions": FOR_COMMENTS}
    page, fragment = "conversations/comments/index.html", "conversations/comments/_list.html"
    return htmx.render(page, fragment, delivery_of=delivery.of, **context)


@blueprint.get("/<int:comment_id>")
@needs("conversations", "read")
def show(comment_id: int) -> ResponseReturnValue:
    comment = _find(comment_id)
    if request.args.get("token") == comment_search.token([comment]):
        return "", 204
    return _show(comment)


@blueprint.post("/<int:comment_id>/reply")
@needs("conversations", "edit")
def reply(comment_id: int) -> ResponseReturnValue:
    comment = _find(comment_id, to_write=True)
    form = PrivateReplyForm(comment.channel)
    known = comment.reply
    if known is not None and known.key is not None and known.key == form.key.data:
        return _go_back(comment)  # the same form sent twice
    if not form.validate_on_submit() or private_reply.lock(comment):
        return _show(comment, form, 422)
    private_reply.write(comment, form.text.data or "", signed_in(), form.key.data)
    db.session.commit()
    return _go_back(comment)


@blueprint.post("/<int:comment_id>/reply/retry")
@needs("conversations", "edit")
def retry(comment_id: int) -> ResponseReturnValue:
    comment, message = _find_answered(comment_id)
    if private_reply.lock_again(comment):
        return _show(comment, status=422)
    writing.send_again(message)
    db.session.commit()
    return _go_back(comment)


@blueprint.post("/<int:comment_id>/reply/arrival")
@needs("conversations", "edit")
def arrival(comment_id: int) -> ResponseReturnValue:
    """Somebody saw at Meta that an unclear reply did arrive."""
    comment, message = _find_answered(comment_id)
    writing.seen_at_meta(message)
    db.session.commit()
    return _go_back(comment)


def _find(comment_id: int, to_write: bool = False) -> Comment:
    """`to_write`: two who answer one comment go one after another."""
    query = Comment.of(current_tenant).where(Comment.id == comment_id)
    reply = selectinload(Comment.reply)
    query = query.options(
        (selectinload if to_write else joinedload)(Comment.page).joinedload(Page.gateway),
        reply.selectinload(Message.parts),
        reply.joinedload(Message.user),
    )
    found: Comment = find_or_404(query.with_for_update() if to_write else query)
    return found


def _find_answered(comment_id: int) -> tuple[Comment, Message]:
    comment = _find(comment_id, to_write=True)
    if comment.reply is None:
        abort(404)
    return comment, comment.reply


def _show(comment: Comment, form: PrivateReplyForm | None = None, status: int = 200) -> ResponseReturnValue:
    reply, lock_again = comment.reply, private_reply.lock_again(comment, signed_in())
    stranded = lock_again is not None and lock_again.stranded
    context: dict[str, Any] = {
        "comment": comment,
        "above": _above(comment),
        "reply": reply,
        "delivery": delivery.of(reply, stranded) if reply else None,
        "lock": private_reply.lock(comment, signed_in()),
        "lock_again": lock_again,
        "form": form or PrivateReplyForm.for_(comment.channel),
        "limit": LIMITS[comment.channel],
        "token": comment_search.token([comment]),
        "states": STATES,
    }
    page, fragment = "conversations/comments/show.html", "conversations/comments/_comment.html"
    return htmx.render(page, fragment, status, **context)


def _above(comment: Comment) -> Comment | None:
    """The comment that this one answers, where it is known."""
    if comment.parent_id is None:
        return None
    of_page = db.select(Comment).where(Comment.page_id == comment.page_id, Comment.kind == "comment")
    found: Comment | None = db.session.scalar(of_page.where(Comment.meta_id == comment.parent_id))
    return found


def _go_back(comment: Comment) -> ResponseReturnValue:
    return htmx.go_to(url_for(".show", comment_id=comment.id))
