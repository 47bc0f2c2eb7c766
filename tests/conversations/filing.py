"""What the tests of files share."""

from io import BytesIO

from tests import cast
from tests.conversations.sending import SEND
from webgateway.conversations import writing
from webgateway.conversations.models import Conversation, Message
from webgateway.conversations.uploads import Upload
from webgateway.db import db

UPLOAD = SEND.replace("/messages", "/message_attachments")
PNG = b"\x89PNG\r\n\x1a\n" + b"pears" * 20
PDF = b"%PDF-1.7 pears"


def upload(
    name: str = "pear.png",
    content: bytes | None = PNG,
    kind: str = "image",
    mime_type: str = "image/png",
    **values: object,
) -> Upload:
    given = {
        "tenant_id": cast.tenant().id,
        "user": cast.person("Gail"),
        "name": name,
        "kind": kind,
        "mime_type": mime_type,
        "size": len(content or b""),
        "content": content,
    }
    return Upload(**{**given, **values})


def write(talk: Conversation, text: str = "", *uploads: Upload, **options) -> Message:
    message = writing.write(talk, text, "agent", cast.person("Gail"), uploads=uploads, **options)
    db.session.commit()
    return message


def files(*named: tuple[str, bytes]) -> list[tuple[BytesIO, str]]:
    """For a test client's form."""
    return [(BytesIO(content), name) for name, content in named]
