"""Pages where it is silent and usually is not, found every hour: so that a list of thousands can be narrowed
to them without looking at each one's hours."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, delete, exists, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Model, db, looking, utcnow
from ..gateways.models import Gateway
from ..pages.models import Page
from ..tasks import every
from . import rhythm

AT_ONCE = 500


class Silence(Model):
    """Nothing has come from this page since, as of the last look."""

    __tablename__ = "silences"

    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"), unique=True)
    since: Mapped[datetime]


def silent() -> ColumnElement[bool]:
    return exists().where(Silence.page_id == Page.id)


@every(minute="7")
def look() -> None:
    now = utcnow()
    with looking():
        watched = _watched()
        batches = (watched[first : first + AT_ONCE] for first in range(0, len(watched), AT_ONCE))
        found = [silence for ids in batches for silence in _among(ids, now)]
    db.session.execute(delete(Silence))
    if found:
        db.session.execute(insert(Silence), found)
    db.session.commit()


def _watched() -> list[int]:
    """Pages whose events we should get."""
    mine = select(Page.id).join(Page.gateway).where(Page.removed_at.is_(None), Gateway.deleted_at.is_(None))
    return list(db.session.scalars(mine.order_by(Page.id)))


def _among(page_ids: list[int], now: datetime) -> list[dict[str, object]]:
    found = rhythm.of_pages(page_ids, now)
    return [{"page_id": page_id, "since": one.last_at} for page_id, one in found.items() if one.silent(now)]
