"""Why nothing can be said through a page: nobody's login covers it, or Meta silences it."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select

from ..db import db
from . import notices, tokens
from .models import Page
from .notices import Notice


class Silence(NamedTuple):
    """`covered`: by a login that works. `notice`: why Meta lets the page send nothing."""

    covered: bool
    notice: Notice | None


def of(page: Page, channel: str = "messenger") -> Silence:
    """Of Instagram Meta says nothing, unless all of the page is suspended: there its answer to a message
    tells. One query, as it is asked with every conversation."""
    found = db.session.execute(_found(), {"page": page.id, **notices.moments()}).all()
    silencing = (notice for _, notice in found if notice is not None and notice.silences)
    heard = (notice for notice in silencing if channel == "messenger" or notice.state == "suspended")
    return Silence(found[0][0], next(heard, None))


@cache
def _found() -> Any:
    """Made once: to make it costs more than to ask it."""
    against = and_(Notice.page_id == Page.id, notices.STANDING)
    pages = select(tokens.covered(), Notice).select_from(Page).outerjoin(Notice, against)
    return pages.where(Page.id == bindparam("page")).order_by(Notice.id)
