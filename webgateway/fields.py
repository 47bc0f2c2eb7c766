"""Text as people type it into forms, made fit to be stored."""


def one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\0", "").split())


def paragraphs(text: str | None) -> str:
    """Browsers send CRLF; limits count what is sent on, where a line break is one character."""
    return (text or "").replace("\0", "").replace("\r\n", "\n").strip()
