"""What a customer did beside writing: a line in the conversation that asks for no answer."""

from collections.abc import Callable

from ..logs import bound_id
from ..meta.events import Event
from ..pages.models import Page
from .models import Message
from .taken import Outcome, moment
from .talks import Talks

NOWHERE = "The customer has no conversation here in which it could be shown."
QUESTIONS = {
    "csat": "Satisfaction, of 5",
    "nps": "Would recommend, of 10",
    "ces": "How easy it was, of 7",
    "free_form": "In words",
}
OPT_INS = {
    "notification_messages": "Agreed to notifications",
    "notification_messages_stop": "Stopped notifications",
    "notification_messages_resume": "Resumed notifications",
}


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """In the open conversation, else in the last one: a survey is answered after the end. None is opened."""
    conversation = talks.open_conversation(page, event) or talks.last_conversation(page, event)
    if conversation is None:
        return Outcome("ignored", NOWHERE)
    talks.said(
        Message(
            conversation=conversation,
            page_id=conversation.page_id,
            author="note",
            kind=event.kind,
            text=WORDS[event.kind](event),
            delivery_id=bound_id("delivery"),
            occurred_at=moment(event),
        )
    )
    return Outcome("done", conversation=conversation)


def _opt_in(event: Event) -> str:
    what = OPT_INS.get(event.action or "", "Opted in")
    return f"{what}: {event.text}" if event.text else what


def _linking(event: Event) -> str:
    if event.action == "unlinked":
        return "Unlinked the account on your website"
    return "Linked the account on your website"


def _feedback(event: Event) -> str:
    if event.answers:
        return "Gave feedback\n" + "\n".join(
            f"{QUESTIONS.get(question, question)}: {answer}" for question, answer in event.answers
        )
    return f"Rated an answer: {event.text}" if event.text else "Gave feedback"


def _coupon(event: Event) -> str:
    return f"Looked at the coupon {event.text}" if event.text else "Looked at a coupon"


WORDS: dict[str, Callable[[Event], str]] = {
    "optin": _opt_in,
    "account_linking": _linking,
    "feedback": _feedback,
    "coupon": _coupon,
}
