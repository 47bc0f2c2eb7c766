"""What people type into forms and addresses, made fit to be stored and looked up."""


def one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\0", "").split())


def paragraphs(text: str | None) -> str:
    """Browsers send CRLF; limits count what is sent on, where a line break is one character."""
    return (text or "").replace("\0", "").replace("\r\n", "\n").strip()


def place(text: str) -> int | None:
    """A row's number in a form. None for what is no number, or one that no form has so many rows for."""
    return int(text) if text.isdecimal() and len(text) <= 3 else None


def whole(text: str) -> int:
    """As `type=` of an argument: a number that no database could hold counts as none. Raises ValueError."""
    number = int(text)
    if not -(2**63) < number < 2**63:
        raise ValueError("too large")
    return number
