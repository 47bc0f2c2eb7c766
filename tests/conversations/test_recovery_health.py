"""The last recovery on the health board."""

import pytest
from flask_login import login_user

from tests import cast
from tests.conversations.kept import Kept, ago, begin, run
from webgateway.conversations import recovery_health


@pytest.fixture
def meta(requests_mock) -> Kept:
    return Kept(requests_mock)


@pytest.fixture
def line(app, gateway):
    def now():
        with app.test_request_context():
            login_user(cast.person("Ada"))
            (found,) = recovery_health.of_gateway(gateway)
            return found

    return now


def test_without_an_outage_none_was_needed_and_the_button_leads_to_it(line, gateway, page):
    found = line()
    assert (found.state, found.action.url) == ("ok", f"/gateways/{gateway.id}/recoveries")
    assert "no outage is known" in found.meaning


def test_it_says_how_the_last_one_stands(line, gateway, page, meta):
    meta.says("Hello", "m_1", ago(hours=1))
    recovery = begin(gateway, reason="stood_still")
    assert line().word == "Under way"
    run()
    found = line()
    assert (found.state, found.meaning) == ("ok", "webgateway stood still. 1 message recovered.")
    assert found.action.url == f"/gateways/{gateway.id}/recoveries/{recovery.id}"


def test_one_that_is_not_complete_warns(as_ada, line, gateway, page, meta):
    meta.dead = {"EAA-page-token"}
    begin(gateway)
    run()
    assert line().state == "warn"
    assert "not everything could be compared" in as_ada.get(f"/gateways/{gateway.id}/health").text
