"""What a file is, by its first bytes: neither its name nor whoever sends it is believed."""

import re

ENOUGH = 64
"""Bytes."""
UNKNOWN = "application/octet-stream"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"RIFF....WAVE", "audio/wav"),
    (rb"RIFF....AVI ", "video/x-msvideo"),
    (rb"....ftyp(?:M4A|M4B) ?", "audio/mp4"),
    (rb"....ftypqt  ", "video/quicktime"),
    (rb"....ftyp(?:avif|avis)", "image/avif"),
    (rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", "image/heic"),
    (rb"....ftyp", "video/mp4"),
    (rb"\x1aE\xdf\xa3", "video/webm"),
    (rb"OggS.{24}(?:.?OpusHead|.?\x01vorbis|.?Speex|.?\x7fFLAC)", "audio/ogg"),
    (rb"OggS", "video/ogg"),
    (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
    (rb"\xff[\xf1\xf9]", "audio/aac"),
    (rb"#!AMR", "audio/amr"),
    (rb"fLaC", "audio/flac"),
    (rb"%PDF-", "application/pdf"),
    (rb"PK\x03\x04|PK\x05\x06", "application/zip"),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), mime_type) for pattern, mime_type in _SIGNATURES)


def mime_type(head: bytes) -> str:
    """Of a file that begins with `head`; UNKNOWN for what has no mark that we know."""
    return next((found for pattern, found in _COMPILED if pattern.match(head)), UNKNOWN)
