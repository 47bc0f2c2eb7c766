"""A tenant's configuration, written into a document."""

from collections.abc import Collection

from ..db import utcnow
from .document import FORMAT, Document, Head
from .items import Importer
from .kinds import Kinds


def export(by: Importer, names: Collection[str]) -> Document:
    """`names` are those of kinds."""
    at = utcnow().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    head = Head(FORMAT, at, by.tenant.name)
    return Document(head, **{kind.name: kind.entries for kind in Kinds(by) if kind.name in names})
