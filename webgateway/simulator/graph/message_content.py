"""What a message may hold (contract 7.2)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.uploads import keep, kept
from webgateway.simulator.state.threads import Message, Thread

ATTACHMENT_TYPES = ("image", "audio", "video", "file", "template")
UPLOADED = "MEDIA_SHARE"
"""Instagram's word for a file that was uploaded before (contract 7.3)."""


def message_from(call: Call, thread: Thread) -> Message:
    """The message a call asks for, checked; without mid and time."""
    content = call.data("message")
    if content is None:
        raise GraphError(100, assumptions.NEITHER_MESSAGE_NOR_ACTION)
    if not isinstance(content, dict) or not (content.get("text") or content.get("attachment")):
        raise GraphError(100, assumptions.EMPTY_MESSAGE)
    if content.get("text") and content.get("attachment"):
        raise GraphError(
            100, "(#100) Only one of the text, attachment, and dynamic_text fields can be specified"
        )
    message = Message(
        "", inbound=False, timestamp=0, text=_text(content, thread), metadata=_metadata(content)
    )
    message.quick_replies = _quick_replies(content)
    if content.get("attachment"):
        message.attachments = [_attachment(call, thread, content["attachment"])]
    message.reply_to = _reply_to(call)
    return message


def _text(content: dict[str, Any], thread: Thread) -> str:
    """2000 characters on Messenger, 1000 *bytes* on Instagram."""
    text = str(content.get("text") or "")
    if thread.on_instagram:
        length, limit = len(text.encode()), assumptions.INSTAGRAM_TEXT_LIMIT
    else:
        length, limit = len(text), assumptions.MESSENGER_TEXT_LIMIT
    if length > limit:
        raise GraphError(100, assumptions.TOO_LONG_MESSAGE.format(limit=limit))
    return text


def _metadata(content: dict[str, Any]) -> str:
    metadata = str(content.get("metadata") or "")
    if len(metadata) > assumptions.METADATA_LIMIT:
        raise GraphError(100, "(#100) Length of param message[metadata] must be less than or equal to 1000")
    return metadata


def _quick_replies(content: dict[str, Any]) -> list[dict[str, Any]]:
    replies = content.get("quick_replies") or []
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        raise GraphError(100, "(#100) Param message[quick_replies] must be an array.")
    if len(replies) > assumptions.QUICK_REPLY_LIMIT:
        raise GraphError(
            100, "(#100) Length of param message[quick_replies] must be less than or equal to 13"
        )
    for reply in replies:
        _check_quick_reply(reply)
    return replies


def _check_quick_reply(reply: dict[str, Any]) -> None:
    kind = reply.get("content_type")
    if kind == "location":
        raise GraphError(100, "(#100) Location Quick Reply is now deprecated on API 4.0")
    if kind not in ("text", "user_phone_number", "user_email"):
        raise GraphError(
            100, "(#100) Param content_type must be one of {TEXT, USER_PHONE_NUMBER, USER_EMAIL}"
        )
    title, payload = str(reply.get("title") or ""), str(reply.get("payload") or "")
    if kind != "text" and (title or payload):
        raise GraphError(100, f"(#100) Quick reply of type {kind} takes no title and no payload")
    if kind == "text" and not title:
        raise GraphError(100, "(#100) Param title must be non-empty")
    if (
        len(title) > assumptions.QUICK_REPLY_TITLE_LIMIT
        or len(payload) > assumptions.QUICK_REPLY_PAYLOAD_LIMIT
    ):
        raise GraphError(100, "(#100) Length of quick reply title or payload exceeds the limit")


def _attachment(call: Call, thread: Thread, attachment: Any) -> dict[str, Any]:
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    if kind == UPLOADED and thread.on_instagram:
        upload = kept(call, thread.page, str((attachment.get("payload") or {}).get("id", "")))
        return {"type": upload.type, "payload": {"url": upload.url}}
    if kind not in ATTACHMENT_TYPES:
        raise GraphError(
            100, "(#100) Param attachment[type] must be one of {IMAGE, AUDIO, VIDEO, FILE, TEMPLATE}"
        )
    payload = attachment.get("payload") or {}
    if kind == "template":
        return {"type": kind, "payload": payload}
    if "attachment_id" in payload and thread.on_instagram and not assumptions.INSTAGRAM_TAKES_ATTACHMENT_IDS:
        raise GraphError(100, "(#100) Invalid parameter")
    if "attachment_id" in payload:
        upload = kept(call, thread.page, str(payload["attachment_id"]))
    else:
        upload = keep(call, thread.page, kind, str(payload.get("url", "")), thread.on_instagram)
    return {"type": upload.type, "payload": {"url": upload.url}}


def reusable_id(call: Call, thread: Thread) -> dict[str, str]:
    """`attachment_id` beside the answer, when the file is to be kept."""
    content = call.data("message")
    payload = content.get("attachment", {}).get("payload") if isinstance(content, dict) else None
    wanted = isinstance(payload, dict) and str(payload.get("is_reusable")).lower() == "true"
    own = [upload for upload in call.world.uploads.values() if upload.page == thread.page]
    if not wanted or not own or not assumptions.REUSABLE_ATTACHMENT_TELLS_ITS_ID:
        return {}
    return {"attachment_id": own[-1].id}


def _reply_to(call: Call) -> str:
    reply_to = call.data("reply_to")
    return str(reply_to.get("mid", "")) if isinstance(reply_to, dict) else ""
