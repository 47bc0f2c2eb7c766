"""What a screen shows, in a few letters: when it asks again and they are the same, nothing has changed."""

from hashlib import blake2b


def digest(*shown: object) -> str:
    """Of anything whose `repr` tells what it is. Words may hold half a surrogate pair."""
    return blake2b(repr(shown).encode(errors="replace"), digest_size=8).hexdigest()
