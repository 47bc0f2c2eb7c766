"""The values Meta puts into `changes`: comments, posts, mentions (contract 6.6, 6.7)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.state.comments import Comment, Post
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.world import World

Value = dict[str, Any]


def author(world: World, thread: Thread) -> Value:
    """On a Page the id people are known by in messages, too; on Instagram a username beside it."""
    person = world.people[thread.person]
    if thread.on_instagram:
        return {"id": thread.scoped_id, "username": person.instagram or person.key}
    return {"id": thread.scoped_id, "name": person.name}


def page_comment(world: World, thread: Thread, comment: Comment, verb: str) -> Value:
    """A removed one has neither time nor text."""
    value: Value = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment.id,
        "post_id": comment.post,
        "parent_id": comment.parent or comment.post,
        "from": author(world, thread),
    }
    if verb != "remove":
        value |= {"created_time": int(comment.created), "message": comment.text}
    return value


def visitor_post(world: World, thread: Thread, post: Post) -> Value:
    return {
        "item": "post",
        "verb": "add",
        "post_id": post.id,
        "is_hidden": False,
        "from": author(world, thread),
        "message": post.text,
        "created_time": int(post.created),
    }


def instagram_comment(world: World, thread: Thread, comment: Comment) -> Value:
    value: Value = {
        "text": comment.text,
        "from": author(world, thread),
        "media": {"id": comment.post, "media_product_type": "FEED"},
        assumptions.INSTAGRAM_COMMENT_ID: comment.id,
    }
    return value | ({"parent_id": comment.parent} if comment.parent else {})


def mention(post: Post, comment: Comment | None) -> Value:
    return {"media_id": post.id} | ({"comment_id": comment.id} if comment else {})
