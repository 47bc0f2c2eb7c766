"""What `kind` a customer's act may be, on the phone and in `POST /_sim/person/send`."""

from collections.abc import Callable
from typing import Any

from flask import abort

from webgateway.simulator.contents import INSTAGRAM, MESSENGER, attachment
from webgateway.simulator.customer import Customer
from webgateway.simulator.demo import comment_acts
from webgateway.simulator.demo.asked import Asked
from webgateway.simulator.demo.entrances import ad, link, product
from webgateway.simulator.ids import scoped
from webgateway.simulator.pictures import picture_url
from webgateway.simulator.sending import answer_from_inbox

Act = Callable[[Customer, Asked], str | None]
"""answers the id of the message, comment or post it made; None when it made none"""


def act(customer: Customer, values: dict[str, Any], base: str) -> str:
    """Does what `kind` names (default: text). Returns the id of what it made.

    400 when this platform has no such kind, 404 when what it names is not there.
    """
    kind = str(values.get("kind") or "text")
    on_instagram = customer.thread.on_instagram
    asked = Asked(values, base)
    if kind in (INSTAGRAM if on_instagram else MESSENGER):
        return _send(customer, kind, asked)
    found = ACTS.get(kind)
    if found is None or kind in (ONLY_MESSENGER if on_instagram else ONLY_INSTAGRAM):
        abort(400, f"no act {kind} on {'Instagram' if on_instagram else 'Messenger'}")
    try:
        return found(customer, asked) or ""
    except KeyError:
        abort(404)
    except ValueError as problem:
        abort(400, str(problem))


def _send(customer: Customer, kind: str, asked: Asked) -> str:
    count = len(customer.thread.messages)
    item = attachment(
        kind, customer.thread.on_instagram, asked.base, asked.text("url"), asked.text("title"), count
    )
    text = asked.text("text")
    if kind == "share" and item and not text and not customer.thread.on_instagram:
        text = str(item["payload"]["url"])
    return customer.write(text, [item] if item else [], reply_to=asked.text("reply_to")).mid


def _text(customer: Customer, asked: Asked) -> str:
    attachments = asked.values.get("attachments")
    return customer.write(asked.text("text"), attachments, reply_to=asked.text("reply_to")).mid


def _quick_reply(customer: Customer, asked: Asked) -> str:
    return customer.write(asked.text("text"), payload=asked.text("payload")).mid


def _postback(customer: Customer, asked: Asked) -> str:
    led = link(customer.thread, asked.text("ref")) if asked.text("ref") else None
    return customer.tap(asked.text("text", "Get Started"), asked.text("payload", "GET_STARTED"), led).mid


def _referral(customer: Customer, asked: Asked) -> str:
    return customer.follow(link(customer.thread, asked.text("ref", "summer_coupon"))).mid


def _ad(customer: Customer, asked: Asked) -> str:
    """With a text the ad stands in the message, without one it is a referral of its own (contract 6.6)."""
    led = ad(asked.base, asked.text("ad_id", "6302572858686"), asked.text("ref", "spring"))
    text = asked.text("text")
    return (customer.write(text, referral=led) if text else customer.follow(led)).mid


def _ask_about_product(customer: Customer, asked: Asked) -> str:
    led = product(asked.text("product_id", "4003001234567890"))
    return customer.write(asked.text("text", "Is this still available?"), referral=led).mid


def _opt_in(customer: Customer, asked: Asked) -> None:
    customer.opt_in({"ref": asked.text("ref", "optin_ref")})


def _notifications(customer: Customer, asked: Asked) -> None:
    """`status`: empty to begin, `STOP NOTIFICATIONS` or `RESUME NOTIFICATIONS` afterwards."""
    parts: dict[str, Any] = {
        "type": "notification_messages",
        "payload": asked.text("payload", "NEWS"),
        "notification_messages_token": scoped("notifications", customer.thread.id, length=20),
        "notification_messages_timezone": "Europe/Kyiv",
        "token_expiry_timestamp": customer.platform.clock.now_ms() + 270 * 86_400_000,
        "user_token_status": "NOT_REFRESHED",
        "title": asked.text("title", "News"),
    }
    status = asked.text("status")
    parts |= (
        {"notification_messages_status": status} if status else {"notification_messages_frequency": "DAILY"}
    )
    customer.opt_in(parts)


def _account_linking(customer: Customer, asked: Asked) -> None:
    customer.link_account(asked.text("status", "linked"), asked.text("code", "AUTHORIZATION_CODE"))


def _feedback(customer: Customer, asked: Asked) -> None:
    customer.give_feedback(asked.text("stars", "4"), asked.text("text"))


def _story_reply(customer: Customer, asked: Asked) -> str:
    url = asked.text("url") or picture_url(asked.base, "photo", "story")
    return customer.write(
        asked.text("text", "I like this"), story={"url": url, "id": scoped("story", url, length=17)}
    ).mid


def _unsupported(customer: Customer, asked: Asked) -> str:
    return customer.write(unsupported=True).mid


def _answer_from_inbox(customer: Customer, asked: Asked) -> str:
    """Not the customer but the page, in Meta's own inbox: the apps hear an echo."""
    words = asked.text("text", "We answered in our inbox.")
    return answer_from_inbox(customer.platform, customer.thread, words).mid


def _react(customer: Customer, asked: Asked) -> None:
    customer.react(
        str(asked.values["mid"]), str(asked.values.get("reaction", "love")), emoji=asked.text("emoji")
    )


def _edit(customer: Customer, asked: Asked) -> None:
    customer.edit(str(asked.values["mid"]), asked.text("text"))


def _unsend(customer: Customer, asked: Asked) -> None:
    customer.unsend(str(asked.values["mid"]))


def _read(customer: Customer, asked: Asked) -> None:
    customer.read()


ACTS: dict[str, Act] = {
    "text": _text,
    "quick_reply": _quick_reply,
    "postback": _postback,
    "referral": _referral,
    "ad": _ad,
    "ask_about_product": _ask_about_product,
    "optin": _opt_in,
    "notifications": _notifications,
    "account_linking": _account_linking,
    "feedback": _feedback,
    "story_reply": _story_reply,
    "unsupported": _unsupported,
    "reaction": _react,
    "edit": _edit,
    "unsend": _unsend,
    "read": _read,
    "inbox_answer": _answer_from_inbox,
    "comment": comment_acts.comment,
    "comment_edit": comment_acts.comment_edit,
    "comment_remove": comment_acts.comment_remove,
    "visitor_post": comment_acts.visitor_post,
    "mention": comment_acts.mention,
}
ONLY_MESSENGER = ("optin", "notifications", "account_linking", "feedback", "visitor_post")
ONLY_INSTAGRAM = ("story_reply", "mention")
