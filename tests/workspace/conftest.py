"""An agent, and conversations as they lie on her desk."""

import pytest

from tests import cast
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.users.models import User


@pytest.fixture
def gail(app) -> User:
    return cast.agent("Gail")


@pytest.fixture
def peter(page, gail) -> Conversation:
    """His conversation is Gail's."""
    return cast.conversation(cast.contact(page), agent=gail, assigned_at=utcnow())


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
