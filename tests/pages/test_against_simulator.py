"""The whole way of the pages against the simulated Meta, over real HTTP."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlalchemy import select

from tests import cast
from tests.working import until_done
from webgateway.conversations import recovery
from webgateway.conversations.models import Message
from webgateway.db import db
from webgateway.journal import outages
from webgateway.pages import reconciling
from webgateway.pages.models import Page
from webgateway.simulator import seed


@pytest.fixture
def settings(settings, simulator):
    return replace(settings, graph_url=simulator, facebook_url=simulator)


@pytest.fixture
def facebook(as_ada, gateway, come_back):
    """Press the button, answer Meta's dialog as a person would, and come back."""

    def through(tab="pages", **answers):
        dialog = as_ada.get(f"/gateways/{gateway.id}/{tab}/connect").headers["Location"]
        answers = {f"_sim_{name}": value for name, value in answers.items()}
        asked = requests.get(dialog, params=answers, allow_redirects=False, timeout=10)
        back = urlsplit(asked.headers["Location"])
        return come_back(as_ada, back.path, **dict(parse_qsl(back.query)))

    return through


def page(meta_id):
    return db.session.scalars(select(Page).filter_by(meta_id=meta_id)).one()


def test_from_the_button_to_a_subscribed_page_and_back_off(as_ada, gateway, facebook, simulator):
    text = facebook(user="olena", pages=f"{seed.PAGE_ID},{seed.PAGE_SHARED_ID}").text
    assert "Added" in text
    bakery, books = page(seed.PAGE_ID), page(seed.PAGE_SHARED_ID)
    assert (bakery.name, books.name) == ("Acme Bakery", "Blue Door Books")
    as_ada.post(f"/gateways/{gateway.id}/logins/1/confirmation")

    shown = [bakery.id, books.id]
    url = f"/gateways/{gateway.id}/pages"
    assert as_ada.post(url, data={"shown": shown, "on": shown}).status_code == 303
    assert bakery.subscribed
    assert books.subscribed

    assert as_ada.post(url, data={"shown": shown, "on": [books.id]}).status_code == 303
    assert not bakery.subscribed

    books.subscribed, books.name = False, "Forgotten"
    assert as_ada.post(f"{url}/refresh").status_code == 303
    assert books.subscribed
    assert books.name == "Blue Door Books"


def test_every_page_is_found_beyond_the_first_25_and_in_the_portfolio(as_ada, gateway, facebook):
    facebook(user="olena", pages="all")
    pages = db.session.scalars(select(Page)).all()
    assert {page.meta_id for page in pages} == {*seed.PAGE_IDS, seed.PAGE_PORTFOLIO_ID}
    assert "MESSAGING" in page(seed.PAGE_NO_MESSAGING_ID).problem
    assert [page.name for page in pages if page.problem] == ["City Museum of Glass"]


def test_ticking_fewer_pages_loses_them_only_after_ok(as_ada, gateway, facebook):
    facebook(user="olena", pages=f"{seed.PAGE_ID},{seed.PAGE_SHARED_ID}")
    assert "No longer granted" in facebook(user="olena", pages=seed.PAGE_ID).text
    books = page(seed.PAGE_SHARED_ID)
    assert books.removed_at is None
    as_ada.post(f"/gateways/{gateway.id}/logins/2/confirmation", data={"remove": books.id})
    assert books.removed_at is not None
    assert page(seed.PAGE_ID).removed_at is None


def test_a_shared_page_stays_through_the_other_person(as_ada, gateway, facebook):
    facebook(user="marco", pages=f"{seed.PAGE_ID},{seed.PAGE_SHARED_ID}")
    facebook(user="olena", pages=f"{seed.PAGE_ID},{seed.PAGE_SHARED_ID}")
    text = facebook(user="olena", pages=seed.PAGE_ID).text
    assert "Still connected through Marco Rossi" in text
    dialog = as_ada.get(f"/gateways/{gateway.id}/pages/{page(seed.PAGE_ID).id}/accounts").text
    assert dialog.index("Olena Kovalenko") < dialog.index("Marco Rossi")


def test_a_declined_permission_is_asked_for_again(facebook):
    assert (
        "Facebook did not give: pages_messaging."
        in facebook(user="olena", answer="partial", pages=seed.PAGE_ID).text
    )
    assert "pages_messaging" in page(seed.PAGE_ID).problem
    assert "Ask again" not in facebook(user="olena", pages=seed.PAGE_ID).text
    assert page(seed.PAGE_ID).problem is None


def test_cancelling_changes_nothing(facebook):
    facebook(user="olena", pages=seed.PAGE_ID)
    assert "You cancelled" in facebook(user="olena", answer="deny").text
    assert page(seed.PAGE_ID).removed_at is None


def test_a_person_without_pages_loses_nobody_elses(facebook):
    facebook(user="olena", pages=seed.PAGE_ID)
    assert "No page was chosen" in facebook(user="ada").text
    assert page(seed.PAGE_ID).removed_at is None


def test_a_wrong_app_secret_is_said_in_words(gateway, facebook):
    gateway.app_secret = "f" * 32
    assert "The App Secret is wrong." in facebook(user="olena").text


def test_switching_a_page_off_keeps_its_instagram_account(as_ada, gateway, facebook):
    facebook("instagram", user="olena", pages=seed.PAGE_INSTAGRAM_ID)
    coffee = page(seed.PAGE_INSTAGRAM_ID)
    assert coffee.instagram_id == seed.INSTAGRAM_ID
    url = f"/gateways/{gateway.id}/pages"
    as_ada.post(url, data={"shown": coffee.id, "on": coffee.id})
    assert "messages" in coffee.subscribed_fields
    as_ada.post(url, data={"shown": coffee.id})
    assert coffee.subscribed_fields == ["name"]
    assert "harbour.coffee" in as_ada.get(f"/gateways/{gateway.id}/instagram").text


def test_an_instagram_account_works_without_the_permission_of_messenger(as_ada, gateway, facebook):
    text = facebook("instagram", user="olena", answer="partial", pages=seed.PAGE_INSTAGRAM_ID).text
    assert "Permissions are missing" not in text
    coffee = page(seed.PAGE_INSTAGRAM_ID)
    assert "pages_messaging" in coffee.obstacle
    url = f"/gateways/{gateway.id}/instagram"
    assert as_ada.post(url, data={"shown": coffee.id, "on": coffee.id}).status_code == 303
    assert coffee.subscribed_fields == ["name"]
    assert coffee.instagram_subscribed
    answer = as_ada.post(f"/gateways/{gateway.id}/pages", data={"shown": coffee.id, "on": coffee.id})
    assert answer.status_code == 422, "Messenger's fields are refused"
    assert coffee.subscribed_fields == ["name"], "and Instagram's stays"
    assert as_ada.post(url, data={"shown": coffee.id}).status_code == 303
    assert coffee.subscribed_fields == []


def test_a_page_of_another_gateway_cannot_be_taken_over(gateway, facebook):
    cast.page(cast.gateway("Sales", app_id=seed.OTHER_APP_ID), meta_id=seed.PAGE_ID)
    assert "Used by the gateway Sales." in facebook(user="olena", pages=seed.PAGE_ID).text


def test_after_the_one_hour_rule_it_is_subscribed_again_and_what_was_missed_is_recovered(
    as_ada, as_gail, gateway, facebook, simulator
):
    facebook(user="olena", pages=seed.PAGE_ID)
    bakery = page(seed.PAGE_ID)
    url = f"/gateways/{gateway.id}/pages"
    as_ada.post(url, data={"shown": bakery.id, "on": bakery.id})
    # nothing is delivered here; Meta keeps what the customer writes, and gives the app up
    phone = {"person": seed.PETER, "page": seed.PAGE_ID, "text": "Are you still there?"}
    requests.post(f"{simulator}/_sim/phone/messages", data=phone, timeout=10).raise_for_status()
    token = {"access_token": bakery.grants[0].token}
    db.session.rollback()
    dropped = requests.delete(f"{simulator}/v26.0/{seed.PAGE_ID}/subscribed_apps", params=token, timeout=10)
    assert dropped.json() == {"success": True}
    assert db.session.scalars(select(Message)).all() == []

    reconciling.compare()
    outages.look()
    until_done(recovery)
    assert bakery.subscribed
    assert "Meta had unsubscribed this page; subscribed again" in as_ada.get(url).text
    talk = db.session.scalars(select(Message)).one().conversation_id
    text = as_gail.get(f"/conversations/{talk}").text
    assert "Are you still there?" in text
    assert "Recovered from Meta" in text


def test_a_page_that_meta_restricts_is_seen_on_its_board_and_let_go_again(
    as_ada, gateway, facebook, simulator
):
    facebook(user="olena", pages=seed.PAGE_ID)
    board = f"/gateways/{gateway.id}/pages/{page(seed.PAGE_ID).id}/health"
    for status, seen in (("restricted", True), ("ok", False)):
        told = {"page": seed.PAGE_ID, "status": status}
        assert requests.post(f"{simulator}/_sim/page-restrict", json=told, timeout=10).ok
        assert as_ada.post(f"{board}/checks").status_code == 303
        found = "Meta has restricted this page in sending messages through apps." in as_ada.get(board).text
        assert found == seen
