from typing import Any

from flask import abort

from webgateway.simulator.customer import Customer
from webgateway.simulator.pictures import picture_url
from webgateway.simulator.state.threads import Message


def act(customer: Customer, asked: dict[str, Any], base: str) -> str:
    """Does what `kind` names (default: text) and returns the mid of the new message, if there is one.

    text {text, reply_to}, picture {url}, sticker, quick_reply {text, payload}, postback {text, payload},
    referral {ref}, reaction {mid, reaction}, edit {mid, text}, unsend {mid}, read.
    """
    made = _written(customer, asked, base)
    if made:
        return made.mid
    try:
        return _done(customer, asked)
    except KeyError:
        abort(404)


def _written(customer: Customer, asked: dict[str, Any], base: str) -> Message | None:
    text = str(asked.get("text", ""))
    match asked.get("kind", "text"):
        case "text":
            return customer.write(text, asked.get("attachments"), reply_to=str(asked.get("reply_to", "")))
        case "picture":
            url = asked.get("url") or picture_url(base, "photo", str(len(customer.thread.messages)))
            return customer.send_picture(str(url))
        case "sticker":
            return customer.send_sticker(picture_url(base, "sticker", "heart"))
        case "quick_reply":
            return customer.write(text, payload=str(asked.get("payload", "")))
        case "postback":
            return customer.tap(text or "Get Started", str(asked.get("payload") or "GET_STARTED"))
        case "referral":
            return customer.follow_link(str(asked.get("ref") or "summer_coupon"))
    return None


def _done(customer: Customer, asked: dict[str, Any]) -> str:
    match asked.get("kind"):
        case "reaction":
            customer.react(str(asked["mid"]), str(asked.get("reaction", "love")))
        case "edit":
            customer.edit(str(asked["mid"]), str(asked.get("text", "")))
        case "unsend":
            customer.unsend(str(asked["mid"]))
        case "read":
            customer.read()
        case _:
            abort(400)
    return ""
