"""Apps that pass, take or ask for a conversation: contract 6.6."""

from ..meta.events import Event
from ..pages.models import Page
from . import following, ownership
from .taken import Outcome, moment
from .talks import Talks

ROLES = "It tells the roles of the apps on the page; no conversation changes hands by it."
NOBODY = "There is no open conversation with this customer."
OLDER = "Meta has said since who has this conversation."


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """Passed to us, a conversation opens where none is open: somebody is to answer it."""
    if event.user_id is None:
        return Outcome("ignored", ROLES)
    at = moment(event)
    asks = event.action == "request_thread_control"
    conversation = talks.open_conversation(page, event)
    if conversation is None:
        if asks or event.new_app_id != page.gateway.app_id:
            return Outcome("ignored", NOBODY)
        conversation = talks.conversation(page, event)
    if not asks and not ownership.change(conversation, event.new_app_id, at):
        return Outcome("ignored", OLDER, conversation)
    ownership.note(conversation, _words(event, page), at)
    if not asks:
        following.returned(conversation, talks.queues)
    return Outcome("done", conversation=conversation)


def _words(event: Event, page: Page) -> str:
    new, previous = (
        ownership.OURS if app_id == page.gateway.app_id else ownership.name(app_id)
        for app_id in (event.new_app_id, event.previous_app_id)
    )
    if event.action == "request_thread_control":
        return f"{new} asks for this conversation."
    if event.action == "take_thread_control":
        return f"{new} took this conversation over."
    if event.previous_app_id is None:
        return f"This conversation was passed to {new}."
    return f"{previous} passed this conversation to {new}."
