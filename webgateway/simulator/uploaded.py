"""Files that pages and people sent, as Meta shows them."""

from flask import Blueprint, Response, abort

from webgateway.simulator.ids import scoped
from webgateway.simulator.platform import File, Platform, platform

uploaded = Blueprint("uploaded", __name__)
SHOWN = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "audio/mpeg",
    "audio/mp4",
    "audio/wav",
    "audio/aac",
    "video/mp4",
    "video/webm",
)
"""Media types a browser plays or shows; everything else is saved."""


def keep(here: Platform, file: File, base: str) -> str:
    """The address that it has from now on, as long as the process lives."""
    number = scoped("sent", str(len(here.files)), file.name)
    here.files[number] = file
    return f"{base}/scontent/upload/{number}"


@uploaded.get("/scontent/upload/<number>")
def serve(number: str) -> Response:
    """Files live as long as the process."""
    found = platform().files.get(number)
    if found is None:
        abort(404)
    response = Response(found.content, content_type=found.media_type)
    how = "inline" if found.media_type in SHOWN else "attachment"
    response.headers.set("Content-Disposition", how, filename=found.name or number)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; media-src 'self'"
    return response
