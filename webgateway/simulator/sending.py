"""A message of the page goes out: the customer has it, and the apps hear of it (contract 6.6)."""

from webgateway.simulator import ids
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.threads import Message, Thread
from webgateway.simulator.threads import next_time
from webgateway.simulator.webhooks import events
from webgateway.simulator.webhooks.emission import emit

INBOX_APP = "263902037430900"
"""Meta's own inbox: what a person writes there carries this app."""


def deliver(platform: Platform, thread: Thread, message: Message) -> None:
    message.mid = ids.mid(thread.on_instagram)
    message.timestamp = next_time(platform, thread)
    message.delivered = True
    thread.typing_until = 0.0
    thread.messages.append(message)
    emit(platform, thread, "message_echoes", events.echo(thread, message))
    emit(platform, thread, "message_deliveries", events.delivery(thread, message))


def answer_from_inbox(platform: Platform, thread: Thread, text: str) -> Message:
    """Somebody at the page answers in Meta's inbox, beside every app."""
    message = Message("", inbound=False, timestamp=0, text=text, app=INBOX_APP)
    deliver(platform, thread, message)
    return message
