"""Files that a page may send: kinds, formats and sizes of each channel (contract 7.2, 7.3).

Instagram's formats are those of its page on uploads of 2026-06-30, which also wants file names in ASCII.
"""

import mimetypes
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from .sniffing import UNKNOWN

MB = 1_000_000
"""Bytes: whoever counts 1024 twice takes a little more."""
LONGEST_NAME = 120
IMAGE = ("image/png", "image/jpeg", "image/gif")
AUDIO = ("audio/aac", "audio/mp4", "audio/wav")
VIDEO = ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm")
_SEE_CONTENT = ("image", "audio", "video")


@dataclass(frozen=True)
class Kind:
    """`formats`: MIME types; none: every file. `most`: bytes."""

    name: str
    most: int
    words: str
    formats: tuple[str, ...] = ()

    @property
    def megabytes(self) -> int:
        return self.most // MB


KINDS = {
    "messenger": (
        Kind("image", 25 * MB, "pictures (PNG, JPEG, GIF)", IMAGE),
        Kind("audio", 25 * MB, "sound (MP3, AAC, M4A, WAV)", (*AUDIO, "audio/mpeg")),
        Kind("video", 25 * MB, "video (MP4, MOV, OGG, AVI, WebM)", VIDEO),
        Kind("file", 25 * MB, "other files"),
    ),
    "instagram": (
        Kind("image", 8 * MB, "pictures (PNG, JPEG, GIF)", IMAGE),
        Kind("audio", 25 * MB, "sound (AAC, M4A, WAV)", AUDIO),
        Kind("video", 25 * MB, "video (MP4, MOV, OGG, AVI, WebM)", VIDEO),
        Kind("file", 25 * MB, "PDF", ("application/pdf",)),
    ),
}
"""By channel; the first that takes a format is what the file is sent as."""


def kind_of(mime_type: str, channel: str) -> Kind | None:
    """What a file is sent as; None when the channel takes no such file."""
    kinds = KINDS[channel]
    return next((kind for kind in kinds if not kind.formats or mime_type in kind.formats), None)


def taken(channel: str) -> str:
    """What one may send there, in words."""
    kinds = KINDS[channel]
    if len({kind.most for kind in kinds}) == 1:
        return f"{_list([kind.words for kind in kinds])}, {kinds[0].megabytes} MB each"
    return _list([f"{kind.words} up to {kind.megabytes} MB" for kind in kinds])


def _list(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def declared(mime_type: str, name: str) -> str:
    """The type a file travels with: its content tells, else its name, unless that promises what the content
    is not."""
    if mime_type not in (UNKNOWN, "application/zip"):
        return mime_type
    named = mimetypes.guess_type(name)[0] or mime_type
    return mime_type if named.partition("/")[0] in _SEE_CONTENT else named


def clean_name(given: str | None) -> str:
    """The last part of a path, without what nobody sees; its ending stays when it is shortened."""
    last = PurePosixPath(PureWindowsPath(given or "").name).name
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    name = " ".join(seen.translate(dict.fromkeys(map(ord, '"<>|*?:\\/'))).split()).lstrip(".")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = name, "", ""
    return (stem[: LONGEST_NAME - len(dot + ending)].rstrip() + dot + ending) or "file"


def ascii_name(name: str) -> str:
    """Accents are left out, and what has no Latin letters is called `file`."""
    stem, dot, ending = name.rpartition(".")
    plain = [
        unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().strip()
        for part in (stem or ending, ending if dot and stem else "")
    ]
    return (plain[0] or "file") + (f".{plain[1]}" if plain[1] else "")
