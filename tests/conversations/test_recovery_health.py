"""Recoveries and drifted subscriptions on the health board."""

from datetime import timedelta

import pytest
from flask_login import login_user

from tests import cast
from tests.conversations.kept import Kept, ago, begin, run
from webgateway.conversations import recovery_health
from webgateway.db import utcnow
from webgateway.pages import health as pages


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


@pytest.fixture
def subscription(app, page):
    def now():
        with app.test_request_context():
            login_user(cast.person("Ada"))
            return next(one for one in pages.lines_of([page])[page.id] if one.name == "Webhook subscription")

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


def test_a_subscription_that_drifts_is_bad_until_it_is_mended(as_ada, subscription, gateway, page):
    assert subscription().meaning == "Meta sends this page's messages here."
    page.drift, page.drift_since = "Meta had unsubscribed this page", utcnow() - timedelta(hours=1)
    found = subscription()
    assert (found.state, found.since) == ("bad", page.drift_since)
    assert found.meaning == "Meta had unsubscribed this page. It is asked for again every ten minutes."
    page.subscription_error = "A permission is missing."
    assert subscription().meaning == "Meta had unsubscribed this page. A permission is missing."
    assert "1 of 1 page has trouble." in as_ada.get(f"/gateways/{gateway.id}/health").text
    page.subscription_error, page.drift_mended_at = None, utcnow()
    found = subscription()
    assert found.state == "ok"
    assert "Meta had unsubscribed this page; subscribed again on" in found.meaning
