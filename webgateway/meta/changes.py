"""`entry.changes` and its variants: comments, mentions and the rest (contract 6.5-6.7)."""

from typing import Any

from . import dedupe
from .entries import TEST, Entry
from .event import Event
from .values import dict_of, id_of, instant, text_of, web_address

_COMMENTS = {"comments", "live_comments"}


def read(entry: Entry, change: Any) -> Event:
    if not isinstance(change, dict):
        return entry.event("unknown", {"item": change}, ignored="Not an object, as Meta's changes are.")
    field, value = text_of(change.get("field")), dict_of(change.get("value"))
    # real messages never come as changes, the dashboard's do: contract 6.5
    if "sender" in value or "recipient" in value:
        return entry.event("change", change, field=field, ignored=TEST)
    if field in _COMMENTS:
        return _instagram_comment(entry, change, field, value)
    if field == "mentions":
        return _mention(entry, change, value)
    if field == "feed" and value.get("item") == "comment":
        return _page_comment(entry, change, value)
    what = " ".join(filter(None, (field, text_of(value.get("item")))))
    return entry.event(
        "change",
        change,
        field=field,
        action=text_of(value.get("verb")) or text_of(change.get("verb")),
        ignored=f"No use is made of {what[:200] or 'a change without a name'}.",
    )


def named_only(entry: Entry, field: Any) -> Event:
    """`changed_fields`: names without values, when Include Values is off."""
    name = text_of(field)
    ignored = "Meta sent the name of what changed, but not what it is now."
    raw = {"changed_field": field, "time": entry.raw.get("time")}
    return entry.event("change", raw, field=name, ignored=ignored)


def _instagram_comment(entry: Entry, change: Any, field: str, value: dict[str, Any]) -> Event:
    # documented as comment_id, observed as id: contract 6.7
    comment_id = id_of(value.get("id")) or id_of(value.get("comment_id"))
    known: dict[str, Any] = {"action": "add", "post_id": id_of(dict_of(value.get("media")).get("id"))}
    return _comment(entry, change, field, value, comment_id, known)


def _page_comment(entry: Entry, change: Any, value: dict[str, Any]) -> Event:
    post_id, post = id_of(value.get("post_id")), dict_of(value.get("post"))
    known: dict[str, Any] = {
        "action": text_of(value.get("verb")),
        "post_id": post_id,
        "post_url": web_address(post.get("permalink_url"), entry.site)
        or (f"{entry.site}/{post_id}" if post_id else None),
        "photo_url": web_address(value.get("photo"), entry.site),
    }
    return _comment(entry, change, "feed", value, id_of(value.get("comment_id")), known)


def _comment(
    entry: Entry,
    change: Any,
    field: str,
    value: dict[str, Any],
    comment_id: str | None,
    known: dict[str, Any],
) -> Event:
    author = dict_of(value.get("from"))
    # sender_id and sender_name in old versions
    names = (author.get("username"), author.get("name"), value.get("sender_name"))
    if comment_id:
        known["dedupe_key"] = _key(entry, comment_id, known["action"], value.get("created_time"))
    user_id = id_of(author.get("id")) or id_of(value.get("sender_id"))
    written = instant(value.get("created_time"))
    return entry.event(
        "comment",
        change,
        **known,
        field=field,
        # what is done to it later comes with the time it was written at, too
        at=(written or entry.at) if known["action"] == "add" else (entry.at or written),
        written_at=written,
        user_id=user_id,
        user_name=next(filter(None, map(text_of, names)), None),
        text=text_of(value.get("message")) or text_of(value.get("text")),
        comment_id=comment_id,
        parent_id=id_of(value.get("parent_id")),
        ignored=_unusable(entry, comment_id, user_id),
    )


def _key(entry: Entry, comment_id: str, action: str | None, created: Any) -> str:
    """A comment keeps its creation time, so the delivery's own tells two edits or two hidings apart."""
    changed = None if action == "add" else entry.raw.get("time")
    return dedupe.key(entry.account_id, "comment", comment_id, action, created, changed)


def _unusable(entry: Entry, comment_id: str | None, user_id: str | None) -> str | None:
    if comment_id is None:
        return "It names no comment."
    return "A comment of the account itself." if user_id == entry.account_id else None


def _mention(entry: Entry, change: Any, value: dict[str, Any]) -> Event:
    post_id, comment_id = id_of(value.get("media_id")), id_of(value.get("comment_id"))
    ignored = None if post_id or comment_id else "It names no post."
    return entry.event(
        "mention", change, field="mentions", post_id=post_id, comment_id=comment_id, ignored=ignored
    )
