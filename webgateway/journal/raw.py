"""A delivery's body, to be read by people."""

import json
from contextlib import suppress

SHOWN = 200_000


def pretty(body: bytes) -> tuple[str, bool]:
    """Indented where it is small enough, at most SHOWN characters; and whether something was cut off."""
    text = body[: SHOWN + 1].decode(errors="replace")
    if len(body) <= SHOWN:
        with suppress(ValueError, RecursionError):  # what cannot be indented is shown as it came
            text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    # JSON may hold half a surrogate pair, which no page can carry
    return text[:SHOWN].encode(errors="backslashreplace").decode(), len(text) > SHOWN or len(body) > SHOWN
