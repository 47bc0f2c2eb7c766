"""A conversation as it lies on an agent's desk."""

import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def talk_id(page) -> int:
    """Of Gail's conversation, which nobody has in memory."""
    talk = cast.conversation(cast.contact(page), agent=cast.agent("Gail"), assigned_at=utcnow())
    cast.message(talk)
    talk.flow_version = cast.flow("Agents").live
    db.session.commit()
    found = talk.id
    db.session.remove()
    return found
