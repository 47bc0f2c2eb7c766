"""A connection's life against the simulated Meta: tokens die, others take over, people come back."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, just_now, post, text
from webgateway.conversations.models import Conversation, Part
from webgateway.db import db, utcnow
from webgateway.pages import checking
from webgateway.pages.models import Account, Grant, Page
from webgateway.simulator import seed

BAKERY, BOOKS = seed.PAGE_ID, seed.PAGE_SHARED_ID
BOTH = f"{BAKERY},{BOOKS}"


@pytest.fixture
def settings(settings, simulator):
    return replace(settings, graph_url=simulator, facebook_url=simulator)


@pytest.fixture
def log_in(as_ada, gateway, come_back):
    """Press the button, answer Meta's dialog as a person would, and come back."""

    def through(user, pages=BOTH):
        dialog = as_ada.get(f"/gateways/{gateway.id}/pages/connect").headers["Location"]
        answers = {"_sim_user": user, "_sim_pages": pages}
        asked = requests.get(dialog, params=answers, allow_redirects=False, timeout=10)
        back = urlsplit(asked.headers["Location"])
        assert come_back(as_ada, back.path, **dict(parse_qsl(back.query))).status_code == 200

    return through


@pytest.fixture
def sim(simulator):
    def pull(lever, **asked):
        assert requests.post(f"{simulator}/_sim/{lever}", json=asked, timeout=10).status_code == 200

    return pull


@pytest.fixture
def check():
    """A round in which everything is due."""

    def one_round():
        for kind in (Account, Grant):
            db.session.execute(db.update(kind).values(check_at=None))
        db.session.commit()
        checking.check()
        db.session.expire_all()

    return one_round


def page(meta_id):
    return db.session.scalars(select(Page).filter_by(meta_id=meta_id)).one()


def account(name):
    return db.session.scalars(select(Account).where(Account.name.startswith(name))).one_or_none()


@pytest.fixture
def talk(visitor, gateway, log_in, sim, work):
    """Olena connected the pages; Peter wrote to the bakery."""
    log_in("olena")
    sim("person/send", person="peter", page=BAKERY, text="Is the shop open?")
    peter = seed.psid("peter", BAKERY)
    post(visitor, gateway, delivery(text("Is the shop open?", "m_1", peter, BAKERY, just_now()), page=BAKERY))
    work()
    return db.session.scalars(select(Conversation)).one()


def test_a_token_dies_the_composer_locks_and_after_reconnect_the_message_goes_out(
    as_ada, as_gail, talk, log_in, sim, work, simulator
):
    sim("user", user="olena", problem=460)
    url = f"/conversations/{talk.id}"
    assert as_gail.post(f"{url}/messages", data={"text": "Until six."}).status_code == 303
    work()
    assert db.session.scalars(select(Part.state)).one() == "waiting"
    shown = as_ada.get(url).text
    assert "Facebook no longer lets us write for this page. The person has changed their Facebook" in shown
    assert ">Reconnect</a>" in shown

    sim("user", user="olena", problem=0)
    log_in("olena")
    work()
    assert db.session.scalars(select(Part.state)).one() == "sent"
    assert "disabled" not in as_gail.get(url).text.partition('name="text"')[2][:200]
    thread = requests.get(f"{simulator}/_sim/thread.json?person=peter&page={BAKERY}", timeout=10).json()
    assert [message["text"] for message in thread["messages"]][-1] == "Until six."


def test_another_administrator_takes_over_and_the_customer_gets_one_message(
    as_gail, talk, log_in, sim, work, simulator
):
    log_in("marco")
    log_in("olena")
    sim("user", user="olena", problem=458)
    as_gail.post(f"/conversations/{talk.id}/messages", data={"text": "Until six."})
    work()
    assert db.session.scalars(select(Part.state)).one() == "sent"
    assert page(BAKERY).obstacle is None
    thread = requests.get(f"{simulator}/_sim/thread.json?person=peter&page={BAKERY}", timeout=10).json()
    assert [message["text"] for message in thread["messages"]].count("Until six.") == 1


def test_a_login_that_works_is_found_to_work(log_in, check):
    log_in("olena")
    check()
    olena = account("Olena")
    assert olena.dead_since is None
    assert "pages_messaging" in olena.scopes
    assert (olena.expires_at - utcnow()).days >= 59
    assert page(BAKERY).obstacle is None
    assert all(grant.works and grant.suffices for grant in olena.grants)


@pytest.mark.parametrize("subcode", [459, 460, 464, 467])
def test_a_dead_login_is_found_before_a_message_meets_it_and_comes_back_by_itself(
    log_in, sim, check, subcode
):
    log_in("marco")
    log_in("olena")
    sim("user", user="olena", problem=subcode)
    check()
    assert account("Olena").dead_since
    assert account("Marco").dead_since is None
    assert page(BAKERY).obstacle is None
    sim("user", user="marco", problem=subcode)
    check()
    assert "Reconnect it" in page(BAKERY).obstacle
    sim("user", user="olena", problem=0)
    check()
    assert page(BAKERY).obstacle is None


def test_a_lost_role_is_found_page_by_page(log_in, sim, check):
    log_in("marco")
    sim("user", user="marco", tasks={BOOKS: ["MANAGE", "MESSAGING", "MODERATE"]})
    check()
    assert "no longer has a role on the page" in page(BAKERY).obstacle
    assert page(BOOKS).obstacle is None


def test_an_app_that_the_person_removed_is_found_even_if_metas_word_of_it_was_lost(log_in, sim, check):
    log_in("olena")
    sim("remove-app", user="olena")
    check()
    assert "removed the app" in page(BAKERY).obstacle


def test_pages_outlive_the_sixty_days_of_a_login(log_in, sim, check):
    log_in("olena")
    sim("clock", advance=timedelta(days=61).total_seconds())
    check()
    assert account("Olena").dead_since is None
    assert page(BAKERY).reachable
    assert "login ended on" in page(BAKERY).ending


def test_a_removed_account_is_gone_at_facebook_too(as_ada, gateway, log_in, check):
    log_in("marco")
    log_in("olena")
    token = account("Olena").token
    answer = as_ada.delete(f"/gateways/{gateway.id}/accounts/{account('Olena').id}")
    assert "Facebook was told" in as_ada.get(answer.location).text
    assert account("Olena") is None
    assert page(BAKERY).obstacle is None, "Marco's login takes over"
    cast.account(gateway, "Olena again", seed.OLENA_ID, token=token)
    check()
    assert "removed the app" in account("Olena").dead_reason
