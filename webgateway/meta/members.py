"""What each kind of messaging item says: contract 6.6, 6.7."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import attachments
from .entries import Entry
from .values import dict_of, id_of, instant, int_of, list_of, text_of

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
        "referral": dict_of(message.get("referral")) or None,
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
        "referral": dict_of(postback.get("referral")) or None,
        "key": mid and (mid,),
    }


def _referral(item: Item) -> Facts:
    referral = item.member
    return {"referral": referral}


def _reaction(item: Item) -> Facts:
    reaction = item.member
    mid, action = id_of(reaction.get("mid")), text_of(reaction.get("action")) or "react"
    return {
        "mid": mid,
        "action": action,
        "reaction": text_of(reaction.get("reaction")),
        "emoji": text_of(reaction.get("emoji")),
        "key": mid and (mid, item.sender_id, action, id_of(item.raw.get("timestamp"))),
    }


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
    return {
        "action": text_of(optin.get("type")),
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
    feedback = item.member
    return {"mid": id_of(feedback.get("mid")), "text": text_of(feedback.get("feedback"))}


def _coupon(_: Item) -> Facts:
    return {"ignored": "The customer looked at a coupon."}


def _cart(_: Item) -> Facts:
    return {"ignored": "The customer sent a cart; carts are not read."}


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
    "template": ("unknown", _coupon),
    "order": ("unknown", _cart),
}
