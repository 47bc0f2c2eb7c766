"""Posts and comments as the Graph API shows them: what a private reply is about (contract 7.4)."""

from datetime import UTC, datetime
from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import Field, Reader, parse_fields, pick
from webgateway.simulator.graph.tokens import grant_of, require, token_of
from webgateway.simulator.pictures import picture_url
from webgateway.simulator.state.comments import Comment, Post
from webgateway.simulator.threads import thread_with
from webgateway.simulator.webhooks.changes import author


def read_post(call: Call) -> dict[str, Any]:
    post = call.world.posts[call.node]
    if post.foreign:
        raise unknown_object(call.node)
    _check_token(call, post.page, on_instagram=post.asset != post.page)
    return pick(_kind(post, "Post"), parse_fields(call.text("fields") or "id"), _post(call, post))


def read_comment(call: Call) -> dict[str, Any]:
    comment = call.world.comments[call.node]
    _check_token(call, comment.page, on_instagram=comment.asset != comment.page)
    if comment.removed:
        raise unknown_object(call.node)
    fields = parse_fields(call.text("fields") or "id")
    return pick(_kind(call.world.posts[comment.post], "Comment"), fields, _comment(call, comment))


def mentioned_comment(call: Call, asked: Field) -> dict[str, Any]:
    """`mentioned_comment.comment_id(…){text,…}` of an account: how the text of a mention is read."""
    comment = call.world.comments.get(asked.modifiers.get("comment_id", ""))
    if comment is None or comment.asset != call.node:
        raise GraphError(100, "(#100) Invalid parameter")
    return pick("IGComment", asked.children or parse_fields("id,text"), _comment(call, comment))


def mentioned_media(call: Call, asked: Field) -> dict[str, Any]:
    post = call.world.posts.get(asked.modifiers.get("media_id", ""))
    if post is None or post.asset != call.node:
        raise GraphError(100, "(#100) Invalid parameter")
    return pick("IGMedia", asked.children or parse_fields("id,caption"), _post(call, post))


def _kind(post: Post, what: str) -> str:
    on_instagram = {"Post": "IGMedia", "Comment": "IGComment"}
    return on_instagram[what] if post.asset != post.page else what


def _check_token(call: Call, page_id: str, *, on_instagram: bool) -> None:
    token = token_of(call)
    if token.type == "APP" or token.page not in ("", page_id):
        raise unknown_object(call.node)
    grant = grant_of(call, token)
    if not grant.covers(page_id):
        raise unknown_object(call.node)
    require(call, grant, assumptions.COMMENTS_PERMISSION if on_instagram else assumptions.FEED_PERMISSION)


def _comment(call: Call, comment: Comment) -> dict[str, Reader]:
    thread = thread_with(call.platform, comment.person, comment.asset)
    person = call.world.people[comment.person]
    return {
        "id": lambda _: comment.id,
        "message": lambda _: comment.text,
        "text": lambda _: comment.text,
        "from": lambda _: author(call.world, thread),
        "username": lambda _: person.instagram or None,
        "created_time": lambda _: written_time(comment.created),
        "timestamp": lambda _: written_time(comment.created),
        "permalink_url": lambda _: f"{_link(call.world.posts[comment.post])}?comment_id={comment.id}",
        "parent": lambda _: {"id": comment.parent} if comment.parent else None,
        "parent_id": lambda _: comment.parent or None,
        "media": lambda _: {"id": comment.post, "media_product_type": "FEED"},
        "can_reply_privately": lambda _: not comment.answered,
    }


def _post(call: Call, post: Post) -> dict[str, Reader]:
    return {
        "id": lambda _: post.id,
        "message": lambda _: post.text,
        "caption": lambda _: post.text,
        "created_time": lambda _: written_time(post.created),
        "timestamp": lambda _: written_time(post.created),
        "permalink_url": lambda _: _link(post),
        "permalink": lambda _: _link(post),
        "full_picture": lambda _: picture_url(call.base, "photo", post.id),
        "media_url": lambda _: picture_url(call.base, "photo", post.id),
        "media_type": lambda _: "IMAGE",
        "media_product_type": lambda _: "FEED",
    }


def _link(post: Post) -> str:
    if post.asset != post.page:
        return f"https://www.instagram.com/p/{post.id[-11:]}/"
    return f"https://www.facebook.com/{post.page}/posts/{post.id.split('_')[1]}"


def written_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
