"""Where nothing can be pushed the browser asks for the news."""

import pytest

from tests import cast
from webgateway.db import db
from webgateway.queues.models import Agent


@pytest.fixture
def gail(app):
    return cast.agent("Gail", seen_at=None)


def test_where_nothing_can_be_pushed_the_browser_is_told_to_ask(as_gail, peter):
    assert as_gail.get("/workspace/stream").status_code == 204
    answer = as_gail.get(f"/workspace/news?shown={peter.id}")
    its = {f"thread-{peter.id}", f"details-{peter.id}"}
    assert set(answer.json) == {"token", "desk", "offers", "waiting", "queued", *its}
    assert as_gail.get(f"/workspace/news?shown={peter.id}&token={answer.json['token']}").status_code == 204


def test_asking_shows_that_the_agent_is_here(as_gail, gail):
    as_gail.get("/workspace/news")
    assert db.session.scalars(db.select(Agent).filter_by(user=gail)).one().seen_at is not None


def test_no_right_no_news(as_nora, visitor):
    for path in ("/workspace/news", "/workspace/stream"):
        assert as_nora.get(path).status_code == 403
        assert "/login" in visitor.get(path).location
