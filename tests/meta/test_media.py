"""What a file is, what a channel takes of it, and what it is called."""

import pytest

from webgateway.meta import media, sniffing

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
MP4 = b"\0\0\0\x18ftypisom" + b"\0" * 20


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo"),
        (b"\0\0\0\x1cftypM4A \0\0", "audio/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (MP4, "video/mp4"),
        (b"\x1aE\xdf\xa3\x01", "video/webm"),
        (b"OggS" + b"\0" * 24 + b"\x13OpusHead", "audio/ogg"),
        (b"OggS" + b"\0" * 24 + b"\x2a\x80theora", "video/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x44", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04\x14", "application/zip"),
        (b"<svg xmlns=", sniffing.UNKNOWN),
        (b"<!doctype html><script>", sniffing.UNKNOWN),
        (b"", sniffing.UNKNOWN),
    ],
)
def test_the_first_bytes_tell(head: bytes, mime_type: str) -> None:
    assert sniffing.mime_type(head) == mime_type


@pytest.mark.parametrize(
    ("mime_type", "messenger", "instagram"),
    [
        ("image/png", "image", "image"),
        ("image/webp", "file", None),
        ("audio/mpeg", "audio", None),
        ("audio/mp4", "audio", "audio"),
        ("video/mp4", "video", "video"),
        ("application/pdf", "file", "file"),
        ("application/zip", "file", None),
        (sniffing.UNKNOWN, "file", None),
    ],
)
def test_each_channel_takes_its_own(mime_type: str, messenger: str, instagram: str | None) -> None:
    found = media.kind_of(mime_type, "messenger")
    assert found is not None
    assert found.name == messenger
    other = media.kind_of(mime_type, "instagram")
    assert (other.name if other else None) == instagram


def test_the_limits_are_said_in_words() -> None:
    assert media.taken("messenger").endswith("and other files, 25 MB each")
    assert media.taken("instagram").startswith("pictures (PNG, JPEG, GIF) up to 8 MB, ")


@pytest.mark.parametrize(
    ("sniffed", "name", "declared"),
    [
        ("image/png", "evil.html", "image/png"),
        (sniffing.UNKNOWN, "notes.txt", "text/plain"),
        (sniffing.UNKNOWN, "picture.png", sniffing.UNKNOWN),
        (
            "application/zip",
            "letter.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (sniffing.UNKNOWN, "what", sniffing.UNKNOWN),
    ],
)
def test_a_name_never_promises_what_the_content_is_not(sniffed: str, name: str, declared: str) -> None:
    assert media.declared(sniffed, name) == declared


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("menu.pdf", "menu.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Gail\\menu.pdf", "menu.pdf"),
        ("me\r\nnu\0.pdf", "menu.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('a "quoted"  name.pdf', "a quoted name.pdf"),
        ("Меню.pdf", "Меню.pdf"),
        (".htaccess", "htaccess"),
        ("", "file"),
        (None, "file"),
        ("..", "file"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_are_cleaned(given: str | None, cleaned: str) -> None:
    assert media.clean_name(given) == cleaned


@pytest.mark.parametrize(
    ("name", "ascii"),
    [("Über uns.pdf", "Uber uns.pdf"), ("Меню.pdf", "file.pdf"), ("menu", "menu"), ("Меню", "file")],
)
def test_instagram_gets_names_in_ascii(name: str, ascii: str) -> None:
    assert media.ascii_name(name) == ascii
