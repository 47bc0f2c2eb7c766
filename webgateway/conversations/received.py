"""Files that came with a form, looked at before they are kept: their content tells what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from ..meta import media, sniffing
from ..meta.media import MB, Kind
from .models import Conversation
from .uploads import Upload

MOST = 10
"""Files of one message."""
TOGETHER = 50 * MB
"""Bytes of them all."""


@dataclass(frozen=True)
class Received:
    file: FileStorage
    name: str
    mime_type: str
    size: int
    kind: Kind | None

    @classmethod
    def of(cls, file: FileStorage, channel: str) -> "Received":
        size = file.stream.seek(0, 2)
        file.stream.seek(0)
        mime_type = sniffing.mime_type(file.stream.read(sniffing.ENOUGH))
        file.stream.seek(0)
        name = media.clean_name(file.filename)
        return cls(file, name, media.declared(mime_type, name), size, media.kind_of(mime_type, channel))

    def problem(self, channel: str) -> str | None:
        where = "Instagram" if channel == "instagram" else "Messenger"
        if self.size == 0:
            return f"{self.name} is empty."
        if self.kind is None:
            return f"{self.name} is nothing that {where} takes: {media.taken(channel)}."
        if self.size > self.kind.most:
            most = self.kind.megabytes
            return (
                f"{self.name} has {self.size / MB:.1f} MB; {where} takes {self.kind.words} up to {most} MB."
            )
        return None

    def upload(self, conversation: Conversation, user_id: int) -> Upload:
        """Read whole into memory. The caller adds it."""
        assert self.kind is not None
        return Upload(
            tenant_id=conversation.tenant_id,
            user_id=user_id,
            kind=self.kind.name,
            name=self.name,
            mime_type=self.mime_type,
            size=self.size,
            content=self.file.stream.read(),
        )


def problems(files: Sequence[Received], channel: str) -> list[str]:
    """In words, for whoever chose them; every one that is wrong is named."""
    found = [problem for file in files if (problem := file.problem(channel))]
    if len(files) > MOST:
        found.append(f"These are {len(files)} files; one message takes {MOST}.")
    together = sum(file.size for file in files)
    if together > TOGETHER:
        found.append(f"Together they have {together / MB:.0f} MB; one message takes {TOGETHER // MB} MB.")
    return found
