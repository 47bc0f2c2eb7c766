"""Libraries that others load wherever they are installed, and nobody here needs: room in every process.

Imported before all else: Requests goes without what guesses how a text is encoded, some 3 MiB. What we read
is JSON, or says so itself.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Who is imported here does as if these were not installed: for Python a module that is None is not. What
    is loaded already stays."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with without("chardet", "charset_normalizer"), warnings.catch_warnings():
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection")
    import requests  # noqa: F401
