"""Items of `entry.messaging` and `entry.standby`: contract 6.5-6.7."""

from typing import Any

from . import dedupe
from .entries import Entry
from .event import Event
from .members import MEMBERS, Facts, Item
from .values import dict_of, id_of, instant, text_of

_ABOUT_A_MESSAGE = {"message", "echo", "reaction", "edit"}
_OF_A_CUSTOMER = {"message", "echo", "postback", "referral", "reaction", "order", "coupon"}


def read(entry: Entry, item: Any, standby: bool) -> Event:
    if not isinstance(item, dict):
        ignored = "Not an object, as Meta's items are."
        return entry.event("unknown", {"item": item}, standby=standby, ignored=ignored)
    known: Facts = {"standby": standby, "at": instant(item.get("timestamp")) or entry.at}
    known |= _people(entry, item)
    name = next((name for name in MEMBERS if name in item), None)
    if name is None:
        return _memberless(entry, item, known)
    kind, reader = MEMBERS[name]
    if not isinstance(item[name], dict):
        return entry.event(kind, item, **known, ignored=f"Its {name} is not an object.")
    known |= reader(Item(entry, item, name))
    kind, key = known.pop("kind", kind), known.pop("key", None)
    if key:
        known["dedupe_key"] = dedupe.key(entry.account_id, kind, *key)
    known.setdefault("ignored", _unusable(kind, known))
    return entry.event(kind, item, **known)


def _people(entry: Entry, item: Facts) -> Facts:
    """The customer is who is not the account: in echoes sender and recipient are swapped."""
    sender, recipient = dict_of(item.get("sender")), dict_of(item.get("recipient"))
    customer, account = (recipient, sender) if Item(entry, item).from_us else (sender, recipient)
    refs = (customer.get("user_ref"), account.get("user_ref"), dict_of(item.get("optin")).get("user_ref"))
    return {
        "user_id": id_of(customer.get("id")),
        "user_ref": next(filter(None, map(id_of, refs)), None),
    }


def _unusable(kind: str, known: Facts) -> str | None:
    if kind in _ABOUT_A_MESSAGE and known["mid"] is None:
        return "It names no message."
    if kind in _OF_A_CUSTOMER and not (known["user_id"] or known["user_ref"]):
        return "It names no customer."
    return None


def _memberless(entry: Entry, item: Facts, known: Facts) -> Event:
    """The integrity event has no member: it is the item itself, or partly beside it (contract 6.6)."""
    if "status" in item and "sender" not in item:
        beside = {name: value for name, value in entry.raw.items() if name == "restrictions"}
        return entry.event("integrity", beside | item, **known, action=text_of(item["status"]))
    names = ", ".join(sorted(item.keys() - {"sender", "recipient", "timestamp"})) or "nothing"
    return entry.event("unknown", item, **known, ignored=f"Nothing known is in it: {names[:200]}.")
