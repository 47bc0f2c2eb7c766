"""What each kind of messaging item says: contract 6.6, 6.7."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import attachments, cards, referrals
from .entries import Entry
from .event import Attachment
from .values import dict_of, id_of, instant, int_of, list_of, text_of

OPT_IN_CHANGES = {"STOP NOTIFICATIONS": "_stop", "RESUME NOTIFICATIONS": "_resume"}

Facts = dict[str, Any]
"""Attributes of the event; besides them `kind` when it is not the member's usual one, and `key`, the parts of
its dedupe key, where Meta gives it a name."""


@dataclass(frozen=True)
class Item:
    entry: Entry
    raw: dict[str, Any]
    name: str = ""
    """Which member tells its kind."""

    @property
    def member(self) -> dict[str, Any]:
        return dict_of(self.raw[self.name])

    @property
    def sender_id(self) -> str | None:
        return id_of(dict_of(self.raw.get("sender")).get("id"))

    @property
    def from_us(self) -> bool:
        echo = dict_of(self.raw.get("message")).get("is_echo") is True
        return echo or self.sender_id == self.entry.account_id


Reader = Callable[[Item], Facts]


def _message(item: Item) -> Facts:
    message = item.member
    mid, deleted = id_of(message.get("mid")), message.get("is_deleted") is True
    facts = {
        "kind": "echo" if item.from_us else "message",
        "mid": mid,
        "text": text_of(message.get("text")),
        "attachments": attachments.read(message.get("attachments"), item.entry.site),
        "quick_reply_payload": text_of(dict_of(message.get("quick_reply")).get("payload")),
        "referral": referrals.read(message.get("referral"), item.entry.site)
        or referrals.prior_message(item.raw.get("prior_message")),
        "echo_app_id": id_of(message.get("app_id")),
        "metadata": text_of(message.get("metadata")),
        "is_deleted": deleted,
        "is_unsupported": message.get("is_unsupported") is True,
        "key": mid and ((mid, "deleted") if deleted else (mid,)),
    }
    if message.get("is_self") is True:
        facts["ignored"] = "A note of the account to itself."
    return facts | _reply(dict_of(message.get("reply_to")))


def _reply(reply_to: Facts) -> Facts:
    story = dict_of(reply_to.get("story"))
    return {
        "reply_to_mid": id_of(reply_to.get("mid")),
        "story_id": id_of(story.get("id")),
        "story_url": text_of(story.get("url")),
    }


def _postback(item: Item) -> Facts:
    postback = item.member
    mid = id_of(postback.get("mid"))
    return {
        "mid": mid,
        "postback_title": text_of(postback.get("title")),
        "postback_payload": text_of(postback.get("payload")),
        "referral": referrals.read(postback.get("referral"), item.entry.site),
        "key": mid and (mid,),
    }


def _referral(item: Item) -> Facts:
    """A form filled in, in an ad, stands beside it."""
    referral = referrals.read(item.member, item.entry.site)
    return {"referral": referral, "answers": referrals.answers(item.raw.get("lead"))}


def _reaction(item: Item) -> Facts:
    reaction = item.member
    mid, action = id_of(reaction.get("mid")), text_of(reaction.get("action")) or "react"
    facts = {
        "mid": mid,
        "action": action,
        "reaction": text_of(reaction.get("reaction")),
        "emoji": text_of(reaction.get("emoji")),
        "key": mid and (mid, item.sender_id, action, id_of(item.raw.get("timestamp"))),
    }
    return facts | ({"ignored": "A reaction of the page itself."} if item.from_us else {})


def _delivery(item: Item) -> Facts:
    delivery = item.member
    mids = tuple(filter(None, map(id_of, list_of(delivery.get("mids")))))
    key = (item.sender_id, id_of(delivery.get("watermark")), *mids)
    return {"watermark": instant(delivery.get("watermark")), "mids": mids, "key": key}


def _read(item: Item) -> Facts:
    """Messenger says up to when, Instagram which message."""
    read = item.member
    mid = id_of(read.get("mid"))
    key = (item.sender_id, mid or id_of(read.get("watermark")))
    return {"watermark": instant(read.get("watermark")), "mid": mid, "key": key}


def _edit(item: Item) -> Facts:
    edit = item.member
    mid, number = id_of(edit.get("mid")), int_of(edit.get("num_edit"))
    text = text_of(edit.get("text"))
    return {"mid": mid, "text": text, "num_edit": number, "key": mid and (mid, number)}


def _optin(item: Item) -> Facts:
    optin = item.member
    ref = text_of(optin.get("ref"))
    change = OPT_IN_CHANGES.get(text_of(optin.get("notification_messages_status")) or "", "")
    kind = text_of(optin.get("type"))
    return {
        "action": kind and kind + change,
        "text": text_of(optin.get("title")),
        "postback_payload": text_of(optin.get("payload")),
        "referral": {"ref": ref} if ref else None,
    }


def _account_linking(item: Item) -> Facts:
    linking = item.member
    return {"action": text_of(linking.get("status"))}


def _handover(item: Item) -> Facts:
    handover = item.member
    new = handover.get("new_owner_app_id", handover.get("requested_owner_app_id"))
    return {
        "action": item.name,
        "previous_app_id": id_of(handover.get("previous_owner_app_id")),
        "new_app_id": id_of(new),
        "metadata": text_of(handover.get("metadata")),
    }


def _policy(item: Item) -> Facts:
    policy = item.member
    return {"action": text_of(policy.get("action")), "text": text_of(policy.get("reason"))}


def _feedback(item: Item) -> Facts:
    """A survey's answers, or what the customer thinks of one message."""
    feedback = item.member
    return {
        "mid": id_of(feedback.get("mid")),
        "text": text_of(feedback.get("feedback")),
        "answers": tuple(_answers(feedback)),
    }


def _answers(feedback: Facts) -> Iterator[tuple[str, str]]:
    for screen in map(dict_of, list_of(feedback.get("feedback_screens"))):
        for question in map(dict_of, dict_of(screen.get("questions")).values()):
            for asked in (question, dict_of(question.get("follow_up"))):
                answer = text_of(asked.get("payload"))
                if answer:
                    yield text_of(asked.get("type")) or "free_form", answer


def _coupon(item: Item) -> Facts:
    return {"text": text_of(item.member.get("coupon_code"))}


def _cart(item: Item) -> Facts:
    found = cards.of_order(item.member, item.entry.site)
    return {"text": text_of(item.member.get("note")), "attachments": (Attachment(type="order", cards=found),)}


MEMBERS: dict[str, tuple[str, Reader]] = {
    "message": ("message", _message),
    "postback": ("postback", _postback),
    "reaction": ("reaction", _reaction),
    "message_edit": ("edit", _edit),
    "referral": ("referral", _referral),
    "delivery": ("delivery", _delivery),
    "read": ("read", _read),
    "optin": ("optin", _optin),
    "account_linking": ("account_linking", _account_linking),
    "pass_thread_control": ("handover", _handover),
    "take_thread_control": ("handover", _handover),
    "request_thread_control": ("handover", _handover),
    "app_roles": ("handover", _handover),
    "policy_enforcement": ("policy", _policy),
    "messaging_feedback": ("feedback", _feedback),
    "response_feedback": ("feedback", _feedback),
    "template": ("coupon", _coupon),
    "order": ("order", _cart),
}
