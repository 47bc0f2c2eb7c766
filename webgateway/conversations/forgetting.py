"""Files that are kept no longer: the customer has them, or nobody sent them for a week."""

from datetime import timedelta

from sqlalchemy import and_, exists, or_, update

from ..db import db, utcnow
from ..tasks import every
from .models import Part
from .outcome import ARRIVED
from .uploads import Upload

ECHO = timedelta(hours=1)
"""After it was sent we no longer wait for Meta's echo, which says where it is shown from then on."""
LONGEST = timedelta(days=7)
"""As long as anything may be answered: contract 7.4."""


@every(minute="*/15")
def forget() -> None:
    now = utcnow()
    sent = exists().where(Part.upload_id == Upload.id, Part.state.in_(ARRIVED), Part.sent_at < now - ECHO)
    over = and_(Upload.content.is_not(None), or_(Upload.created_at < now - LONGEST, sent))
    kept = update(Upload).where(over).values(content=None)
    db.session.execute(kept.execution_options(synchronize_session=False))
    db.session.commit()
