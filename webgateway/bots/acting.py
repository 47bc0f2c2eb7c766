"""What a bot does in a conversation it has. The caller holds the conversation, and commits."""

from sqlalchemy import func, select

from ..conversations import closing, following, writing
from ..conversations.bot_sight import PAYLOAD
from ..conversations.models import Conversation, Message
from ..db import db
from ..fields import one_line, paragraphs
from ..queues.models import Queue
from .answers import HandOver, NewMessage, Wrong


def said(conversation: Conversation, key: str) -> Message | None:
    """What was said under this key before."""
    query = select(Message).where(Message.conversation_id == conversation.id, Message.key == key)
    return db.session.scalar(query)


def say(conversation: Conversation, new: NewMessage, key: str | None = None) -> Message:
    titles = [one_line(title) for title in new.quick_replies]
    quick_replies = [{"type": "text", "title": title, "payload": PAYLOAD + title} for title in titles]
    message = writing.write(conversation, paragraphs(new.text), "flow", quick_replies=quick_replies or None)
    message.key = key
    return message


def queue_of(conversation: Conversation, wish: HandOver) -> Queue | None:
    """None when it names none. Raises Wrong when there is no such queue."""
    name = one_line(wish.queue)
    if not name:
        return None
    same = select(Queue).where(
        Queue.tenant_id == conversation.tenant_id, func.lower(Queue.name) == name.lower()
    )
    queue = db.session.scalars(same.order_by(Queue.id)).first()
    if queue is None:
        raise Wrong(f"There is no queue “{name[:80]}”.", "/queue")
    return queue


def hand_over(conversation: Conversation, wish: HandOver, queue: Queue | None) -> None:
    if queue is not None:
        following.hand_over(conversation, queue.id, wish.priority)
        return
    following.leave_bot(conversation)
    if wish.priority and conversation.queue is not None:
        conversation.priority = wish.priority


def close(conversation: Conversation) -> None:
    closing.close(conversation, how="bot")
