import hashlib
import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def opaque(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def user_token() -> str:
    return "EAA" + opaque(60)


def page_token() -> str:
    return "EAAP" + opaque(60)


def code() -> str:
    return "AQD" + opaque(80)


def trace_id() -> str:
    return "A" + opaque(10)


def mid(instagram: bool = False) -> str:
    """Instagram's are long base64, Messenger's begin with m_ (contract 6.7, 13.2)."""
    return "aWdfZAG1f" + opaque(180) if instagram else "m_" + opaque(64)


def scoped(*parts: str, length: int = 16) -> str:
    """A numeric id that is always the same for the same parts: PSIDs, Instagram-scoped and app-scoped ids."""
    number = int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:12], "big")
    return str(number % (9 * 10 ** (length - 1)) + 10 ** (length - 1))
