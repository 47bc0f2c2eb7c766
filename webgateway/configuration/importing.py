"""What a file would change, and the change itself: all of it or nothing."""

from collections import Counter

from sqlalchemy import select

from ..db import db, utcnow
from ..digests import digest
from ..flows.models import Flow
from ..pages.models import AuditEntry
from ..tenants.models import Tenant
from .document import Document
from .items import VERDICTS, Importer
from .kinds import Kinds


class Import:
    """Planned as things are now. Nothing is written before `apply`."""

    def __init__(self, document: Document, by: Importer) -> None:
        self.document, self.by = document, by
        self.kinds = Kinds(by)
        for kind in self.kinds:
            kind.plan(getattr(document, kind.name))

    @property
    def counts(self) -> dict[str, int]:
        """Of items, by their verdict; none that there are none of."""
        counted = Counter(item.verdict for kind in self.kinds for item in kind.items)
        return {verdict: counted[verdict] for verdict in VERDICTS if counted[verdict]}

    @property
    def to_do(self) -> int:
        return self.counts.get("added", 0) + self.counts.get("changed", 0)

    @property
    def digest(self) -> str:
        """Another one when anything is to be done otherwise than it was shown."""
        return digest(*((kind.name, item) for kind in self.kinds for item in kind.items))

    def apply(self) -> None:
        """The caller commits."""
        for kind in self.kinds:
            kind.prepare()
            for write in kind.writes:
                write()
            kind.finish()
        counts = {"added": self.counts.get("added", 0), "changed": self.counts.get("changed", 0)}
        note("configuration imported", self.by, counts)


def hold(tenant: Tenant) -> None:
    """One import at a time, and nobody saves a flow meanwhile. Before anything is planned that will be
    applied."""
    alone = select(Tenant.id).where(Tenant.id == tenant.id).with_for_update(key_share=True)
    db.session.execute(alone)
    flows = select(Flow.id).where(Flow.tenant_id == tenant.id).order_by(Flow.id)
    db.session.execute(flows.with_for_update(key_share=True)).all()


def note(kind: str, by: Importer, counts: dict[str, int]) -> None:
    user_id = by.user.id if by.user else None
    db.session.add(AuditEntry(kind=kind, tenant_id=by.tenant.id, user_id=user_id, counts=counts, at=utcnow()))
