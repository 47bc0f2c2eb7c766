"""POST /{page}/message_attachments, and files that travel with a message (contract 7.2, 7.3)."""

from typing import Any

from flask import Blueprint, Response, abort

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.ids import scoped
from webgateway.simulator.platform import platform
from webgateway.simulator.state.uploads import Upload

MEDIA = ("image", "audio", "video", "file")
uploaded = Blueprint("uploaded", __name__)


def upload(call: Call) -> dict[str, Any]:
    token = page_token(call, call.node)
    require(call, grant_of(call, token), "pages_messaging")
    message = call.data("message")
    attachment = message.get("attachment") if isinstance(message, dict) else None
    if not isinstance(attachment, dict) or attachment.get("type") not in MEDIA:
        raise GraphError(100, "(#100) Param attachment[type] must be one of {IMAGE, AUDIO, VIDEO, FILE}")
    payload = attachment.get("payload") or {}
    return {"attachment_id": keep(call, call.node, attachment["type"], str(payload.get("url", ""))).id}


def keep(call: Call, page_id: str, kind: str, url: str) -> Upload:
    """From the address, or from the file beside the call; checked as Meta does."""
    path = "/".join(call.path)
    number = scoped("upload", page_id, str(len(call.world.uploads)))
    file = call.files.get("filedata")
    if file:
        _check_file(kind, *file)
        call.platform.files[number] = file
        url = f"{call.base}/scontent/upload/{number}"
    if call.platform.fault("attachment_fetch_failed", call.method, path) or not url.startswith(
        ("http:", "https:")
    ):
        raise GraphError(100, "Failed to fetch the file from the url.", 2018008)
    call.world.uploads[number] = Upload(number, page_id, kind, url)
    return call.world.uploads[number]


def kept(call: Call, page_id: str, number: str) -> Upload:
    """Another page's, or none: the same refusal."""
    found = call.world.uploads.get(number)
    if found is None or found.page != page_id:
        raise GraphError(100, "Possible invalid ID or you do not own the attachment.", 2018074)
    return found


def _check_file(kind: str, mimetype: str, content: bytes) -> None:
    if len(content) > assumptions.UPLOAD_LIMIT:
        raise GraphError(100, "Attachment size exceeds allowable limit", 2018109)
    if kind != "file" and mimetype.partition("/")[0] != kind:
        raise GraphError(100, "Upload attachment failure.", 2018047)


@uploaded.get("/scontent/upload/<number>")
def serve(number: str) -> Response:
    """Files live as long as the process."""
    found = platform().files.get(number)
    if found is None:
        abort(404)
    mimetype, content = found
    return Response(content, content_type=mimetype)
