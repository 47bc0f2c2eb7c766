"""What Meta keeps of a page's conversations: for what its webhooks did not bring. Contract 7.3.

What was shared on Instagram comes back empty there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .event import Attachment, Channel
from .graph import Graph
from .transport import after_cursor
from .values import dict_of, id_of, instant, list_of, text_of, web_address

TALKS = 20
"""Conversations in one answer, and the newest messages that come with each."""
MESSAGES = 100
"""Messages of one conversation in one answer."""
OFTEN = 0.5
"""Seconds between two calls for one page, or one Instagram account: contract 7.6."""

_MESSAGE = "id,created_time,from,message,attachments,shares,sticker"


@dataclass(frozen=True)
class Said:
    mid: str
    at: datetime
    """UTC, whole seconds."""
    by_customer: bool
    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Talk:
    """`said`: the newest first. `more`: earlier messages may exist, after the cursor `after`, which Meta may
    leave out."""

    id: str
    updated_at: datetime | None
    user_id: str | None
    user_name: str | None
    username: str | None
    said: tuple[Said, ...] = ()
    more: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Talks:
    talks: tuple[Talk, ...]
    after: str | None
    """The cursor of the next answer; None: this was the last."""


def talks(
    graph: Graph,
    page_id: str,
    token: str,
    channel: Channel,
    accounts: Collection[str],
    after: str | None = None,
) -> Talks:
    """The page's conversations, the one with the newest message first. `accounts`: the ids the page itself
    goes by, its Instagram account's among them; whoever else writes is the customer."""
    fields = f"id,updated_time,participants,messages.limit({TALKS}){{{_MESSAGE}}}"
    answer = graph.get(
        f"{page_id}/conversations", token, platform=channel, fields=fields, limit=TALKS, after=after
    )
    rows = [dict_of(row) for row in list_of(answer.get("data"))]
    found = tuple(_talk(row, accounts) for row in rows if id_of(row.get("id")))
    return Talks(found, after_cursor(answer.get("paging")))


def messages(
    graph: Graph, talk_id: str, token: str, accounts: Collection[str], after: str | None = None
) -> tuple[tuple[Said, ...], str | None]:
    """More messages of one conversation, the newest first, and the cursor of those before them."""
    answer = graph.get(f"{talk_id}/messages", token, fields=_MESSAGE, limit=MESSAGES, after=after)
    return _said(answer, accounts), after_cursor(answer.get("paging"))


def _talk(row: dict[str, Any], accounts: Collection[str]) -> Talk:
    nested = dict_of(row.get("messages"))
    after = after_cursor(nested.get("paging"))
    customer = _customer(row, nested, accounts)
    return Talk(
        id=id_of(row["id"]) or "",
        updated_at=instant(row.get("updated_time")),
        user_id=id_of(customer.get("id")),
        user_name=text_of(customer.get("name")),
        username=text_of(customer.get("username")),
        said=_said(nested, accounts),
        more=after is not None or len(list_of(nested.get("data"))) >= TALKS,
        after=after,
    )


def _customer(row: dict[str, Any], nested: dict[str, Any], accounts: Collection[str]) -> dict[str, Any]:
    people = [dict_of(one) for one in list_of(dict_of(row.get("participants")).get("data"))]
    people += [dict_of(dict_of(message).get("from")) for message in list_of(nested.get("data"))]
    return next((one for one in people if (found := id_of(one.get("id"))) and found not in accounts), {})


def _said(answer: dict[str, Any], accounts: Collection[str]) -> tuple[Said, ...]:
    """Without those of which Meta does not say who wrote them, or when."""
    found = []
    for row in map(dict_of, list_of(answer.get("data"))):
        mid, at = id_of(row.get("id")), instant(row.get("created_time"))
        author = id_of(dict_of(row.get("from")).get("id"))
        if mid and at and author:
            text = text_of(row.get("message")) or ""
            found.append(Said(mid, at, author not in accounts, text, _attachments(row)))
    return tuple(found)


def _attachments(row: dict[str, Any]) -> tuple[Attachment, ...]:
    found = [_attachment(one) for one in _rows(row, "attachments")]
    if sticker := web_address(row.get("sticker"), ""):
        found.append(Attachment("sticker", sticker))
    shown = {one.url for one in found if one.url}
    shares = [_share(one) for one in _rows(row, "shares")]
    return (*found, *(share for share in shares if share.url not in shown))


def _rows(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [dict_of(one) for one in list_of(dict_of(row.get(name)).get("data"))]


def _share(row: dict[str, Any]) -> Attachment:
    """A post, a reel or a link: Meta does not say which."""
    return Attachment("post", web_address(row.get("link"), ""), text_of(row.get("name")))


def _attachment(row: dict[str, Any]) -> Attachment:
    kind = (text_of(row.get("mime_type")) or "").partition("/")[0]
    for member, of_it in (("image_data", "image"), ("video_data", "video")):
        if url := web_address(dict_of(row.get(member)).get("url"), ""):
            return Attachment(of_it, url, text_of(row.get("name")))
    return Attachment(
        kind if kind in ("image", "video", "audio") else "file",
        web_address(row.get("file_url"), ""),
        text_of(row.get("name")),
    )
