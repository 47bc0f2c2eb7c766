"""A file that an agent sent, as long as it is kept here."""

from io import BytesIO

from flask import Blueprint, Response, send_file
from sqlalchemy import select
from sqlalchemy.orm import undefer

from ..db import find_or_404
from ..users.rights import current_tenant, needs
from .models import Conversation, Part
from .uploads import Upload

blueprint = Blueprint("uploads", __name__, url_prefix="/conversations")

INLINE = ("image/png", "image/jpeg", "image/gif")
"""Pictures with nothing in them that could act; all else is saved, not opened."""


@blueprint.get("/<int:conversation_id>/uploads/<int:upload_id>")
@needs("conversations", "read")
def show(conversation_id: int, upload_id: int) -> Response:
    upload: Upload = find_or_404(
        select(Upload)
        .join(Part, Part.upload_id == Upload.id)
        .join(Part.conversation)
        .where(Upload.id == upload_id, Conversation.id == conversation_id)
        .where(Conversation.tenant_id == current_tenant.id, Upload.kept)
        .options(undefer(Upload.content))
    )
    saved = upload.mime_type not in INLINE
    file = BytesIO(upload.content or b"")
    response = send_file(file, upload.mime_type, as_attachment=saved, download_name=upload.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
