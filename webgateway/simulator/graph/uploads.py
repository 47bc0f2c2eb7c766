"""POST /{page}/message_attachments, and files that travel with a message (contract 7.2, 7.3)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.ids import scoped
from webgateway.simulator.platform import File
from webgateway.simulator.state.uploads import Upload

MEDIA = ("image", "audio", "video", "file")
PLATFORMS = ("MESSENGER", "INSTAGRAM")


def upload(call: Call) -> dict[str, Any]:
    token = page_token(call, call.node)
    require(call, grant_of(call, token), "pages_messaging")
    chosen = call.text("platform").upper() or "MESSENGER"
    if chosen not in PLATFORMS:
        raise GraphError(100, "(#100) Param platform must be one of {MESSENGER, INSTAGRAM}")
    message = call.data("message")
    attachment = message.get("attachment") if isinstance(message, dict) else None
    if not isinstance(attachment, dict) or attachment.get("type") not in MEDIA:
        raise GraphError(100, "(#100) Param attachment[type] must be one of {IMAGE, AUDIO, VIDEO, FILE}")
    payload = attachment.get("payload") or {}
    on_instagram = chosen == "INSTAGRAM"
    kept_now = keep(call, call.node, attachment["type"], str(payload.get("url", "")), on_instagram)
    return {"attachment_id": kept_now.id}


def keep(call: Call, page_id: str, kind: str, url: str, on_instagram: bool = False) -> Upload:
    """From the address, or from the file beside the call; checked as Meta does."""
    path = "/".join(call.path)
    number = scoped("upload", page_id, str(len(call.world.uploads)))
    file = call.files.get("filedata")
    if file:
        _check_file(kind, file, on_instagram)
        call.platform.files[number] = file
        url = f"{call.base}/scontent/upload/{number}"
    if call.platform.fault("attachment_fetch_failed", call.method, path) or not url.startswith(
        ("http:", "https:")
    ):
        raise GraphError(100, "Failed to fetch the file from the url.", 2018008)
    call.world.uploads[number] = Upload(number, page_id, kind, url, file.name if file else "")
    return call.world.uploads[number]


def kept(call: Call, page_id: str, number: str) -> Upload:
    """Another page's, or none: the same refusal."""
    found = call.world.uploads.get(number)
    if found is None or found.page != page_id:
        raise GraphError(100, "Possible invalid ID or you do not own the attachment.", 2018074)
    return found


def _check_file(kind: str, file: File, on_instagram: bool) -> None:
    small = on_instagram and kind == "image"
    if len(file.content) > (assumptions.INSTAGRAM_IMAGE_LIMIT if small else assumptions.UPLOAD_LIMIT):
        raise GraphError(100, "Attachment size exceeds allowable limit", 2018109)
    taken = assumptions.INSTAGRAM_FORMATS[kind] if on_instagram else ()
    other = kind != "file" and file.media_type.partition("/")[0] != kind
    if other or (taken and file.media_type not in taken):
        raise GraphError(100, "Upload attachment failure.", 2018047)
    if on_instagram and not file.name.isascii():
        raise GraphError(100, assumptions.INSTAGRAM_NAME_MESSAGE)
