"""The login's page while the worker asks Meta."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.working import until_done
from webgateway.db import db, utcnow
from webgateway.heartbeat import Heartbeat, beat
from webgateway.pages import completing
from webgateway.pages.models import Login

MISSING = "The background worker is not running"


@pytest.fixture
def login(as_ada, gateway, meta, start) -> Login:
    """Came back from Facebook and waits."""
    as_ada.get(f"/meta/{gateway.uri}", query_string={"code": "AQD", "state": start(as_ada, gateway)})
    return db.session.scalars(select(Login)).one()


@pytest.fixture
def url(gateway, login):
    return f"/gateways/{gateway.id}/logins/{login.id}"


@pytest.fixture
def asking(login):
    login.step, login.found, login.leased_until = "asking", 1340, utcnow() + timedelta(minutes=1)


def next_address(text: str) -> str:
    return text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")


def test_it_says_what_happens(as_ada, url):
    text = as_ada.get(url).text
    assert "Asking Meta for your pages…" in text
    assert "found so far" not in text
    assert "No page is removed before you press OK." in text
    assert "data-popup-done" not in text


def test_it_says_how_many_were_found(as_ada, url, asking):
    assert "1,340 found so far" in as_ada.get(url).text


def test_without_javascript_it_asks_again_by_itself(as_ada, url):
    text = as_ada.get(url).text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert f'<noscript><a class="button" href="{url}">Look again</a></noscript>' in text


def test_nothing_is_sent_while_nothing_changes(as_ada, login, url, asking):
    address = next_address(as_ada.get(url).text)
    assert as_ada.fragment(address).status_code == 204
    login.found = 1400
    changed = as_ada.fragment(address)
    assert changed.text.lstrip().startswith('<div id="progress"')
    assert "1,400 found so far" in changed.text
    assert as_ada.fragment(next_address(changed.text)).status_code == 204


def test_the_number_is_not_read_aloud_again_and_again(as_ada, url, asking):
    status = as_ada.get(url).text.partition('role="status"')[2].partition("</div>")[0]
    assert "found" not in status


@pytest.mark.parametrize("refused", [False, True])
def test_when_it_has_ended_the_browser_is_led_to_the_page_that_says_how(as_ada, meta, url, refused):
    if refused:
        meta.refuses["me/accounts"] = {"code": 4, "message": "limit"}
    address = next_address(as_ada.get(url).text)
    until_done(completing)
    answer = as_ada.fragment(address)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, url)
    words = "The login did not finish" if refused else "Nothing came from Facebook"
    assert words in as_ada.get(url).text


def test_a_missing_worker_is_said_after_a_few_seconds(as_ada, login, url):
    assert MISSING not in as_ada.get(url).text
    address = next_address(as_ada.get(url).text)
    login.came_back_at = utcnow() - timedelta(seconds=6)
    text = as_ada.fragment(address).text
    assert MISSING in text
    assert "Whoever runs webgateway must start it." in text


def test_a_worker_that_is_busy_is_not_missing(as_ada, login, url):
    login.came_back_at = utcnow() - timedelta(seconds=60)
    beat("here:1")
    assert MISSING not in as_ada.get(url).text
    db.session.query(Heartbeat).one().seen_at = utcnow() - timedelta(seconds=21)
    assert MISSING in as_ada.get(url).text


def test_who_may_look(visitor, as_sam, as_rita, as_ada, url):
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_sam.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get(url).status_code == 200


def test_ok_is_not_taken_before_the_end(as_ada, login, url):
    assert as_ada.post(f"{url}/confirmation").status_code == 303
    assert login.step == "waiting"
