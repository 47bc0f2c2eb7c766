"""Undo: a removed page comes back while its history is there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.conftest import Client
from tests.deliveries import delivery, post, text
from tests.working import until_done
from webgateway.conversations.models import Contact, Conversation
from webgateway.db import db, utcnow
from webgateway.gateways.models import Gateway
from webgateway.meta.pages import MESSENGER_FIELDS
from webgateway.pages import removal
from webgateway.pages.models import Grant
from webgateway.pages.removal import remove

REFUSED = {"message": "(#200) Requires pages_manage_metadata", "type": "OAuthException", "code": 200}


@pytest.fixture
def connected(gateway, meta):
    """Messages arrive; Olena's login covers it."""
    page = cast.page(gateway, "Blue Door Books", "1081", subscribed_fields=["messages"])
    cast.grant(page, cast.account(gateway), "EAA-olena")
    meta.subscriptions["1081"] = ["messages"]
    return page


@pytest.fixture
def books(gateway, connected):
    """Removed by Ada a moment ago."""
    remove(gateway, [connected], "Ada")
    return connected


def undo(client, page, **options):
    return client.post(f"/gateways/{page.gateway_id}/pages/{page.id}/restoration", **options)


def register(client, gateway):
    return client.get(f"/gateways/{gateway.id}/pages").text


def test_undo_connects_the_page_and_subscribes_it_again(as_ada, gateway, meta, books):
    assert "1081" not in meta.subscriptions
    answer = undo(as_ada, books)
    assert answer.status_code == 303
    assert books.removed_at is None
    assert books.removed_by is None
    assert meta.subscriptions["1081"] == list(MESSENGER_FIELDS)
    assert books.subscribed
    assert books.messenger_wanted
    page = as_ada.get(answer.headers["Location"]).text
    assert "Blue Door Books is connected again and receives messages." in page


def test_what_was_off_stays_off(as_ada, gateway, meta, connected):
    connected.subscribed = connected.messenger_wanted = False
    connected.subscribed_fields = []
    remove(gateway, [connected], "Ada")
    answer = undo(as_ada, connected)
    assert connected.removed_at is None
    assert "1081" not in meta.subscriptions
    assert "subscription off, as it was" in as_ada.get(answer.headers["Location"]).text


def test_a_page_that_was_on_for_instagram_alone_comes_back_so(as_ada, gateway, meta, connected):
    connected.instagram_id = "17841"
    connected.switch_to(["instagram"])
    connected.subscribed, connected.subscribed_fields = False, ["name"]
    remove(gateway, [connected], "Ada")
    assert not connected.instagram_wanted, "a removed page is switched off"
    undo(as_ada, connected)
    assert meta.subscriptions["1081"] == ["name"]
    assert not connected.subscribed
    assert connected.instagram_wanted


def test_a_subscription_that_meta_refuses_is_told_and_the_page_is_back(as_ada, gateway, meta, books):
    accepts = meta._subscription

    def refuse(method, page_id, query):
        return (400, {"error": REFUSED}) if method == "POST" else accepts(method, page_id, query)

    meta._subscription = refuse
    page = as_ada.get(undo(as_ada, books).headers["Location"]).text
    assert books.removed_at is None
    assert not books.subscribed
    assert "why its messages do not arrive stands beside it" in page
    assert books.subscription_error in page.replace("&#39;", "'")


def test_the_conversations_go_on_with_the_same_contact(as_ada, visitor, gateway, meta, connected):
    def write(words, mid):
        post(visitor, gateway, delivery(text(words, mid, page="1081"), page="1081"))
        db.session.rollback()
        until_done()

    write("Is it in stock?", "m_1")
    remove(gateway, [connected], "Ada")
    undo(as_ada, connected)
    write("Hello again", "m_2")
    assert len(db.session.scalars(select(Contact)).all()) == 1
    talk = db.session.scalars(select(Conversation)).one()
    shown = as_ada.get(f"/conversations/{talk.id}").text
    assert "Is it in stock?" in shown
    assert "Hello again" in shown


def test_a_dead_token_refuses_and_offers_a_login(as_ada, gateway, meta, books):
    meta.dead.add("EAA-olena")
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "could not be brought back" in answer.text
    assert f'href="/gateways/{gateway.id}/pages/login?reconnect={books.id}"' in answer.text
    assert books.removed_at is not None
    assert books.grants[0].dead_since is not None


def test_without_any_token_a_login_is_offered(as_ada, gateway, meta, books):
    db.session.delete(books.grants[0])
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "No login that we kept works" in answer.text
    assert "Reconnect" in answer.text
    assert meta.items[-1][0] == "DELETE", "Meta is not asked without a token"


def test_the_next_persons_token_takes_over(as_ada, gateway, meta, books):
    cast.grant(books, cast.account(gateway, "Marco Rossi", "4705278912843592"), "EAA-marco")
    meta.dead.add("EAA-marco")
    assert undo(as_ada, books).status_code == 303
    assert books.subscribed


def test_when_meta_cannot_be_asked_nothing_changes(as_ada, gateway, books, requests_mock):
    requests_mock.post("http://127.0.0.1:9/v26.0/", status_code=502, text="<html>")
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "Reconnect" not in answer.text
    assert books.removed_at is not None
    assert books.grants[0].dead_since is None


def test_a_page_that_another_gateway_has_taken_stays_there(as_ada, gateway, meta, books):
    other = cast.page(cast.gateway("Sales", app_id="2"), "Blue Door Books", "1081")
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "Used by the gateway Sales. Remove it there first." in answer.text
    assert books.removed_at is not None
    assert other.removed_at is None
    assert "Used by the gateway Sales." in register(as_ada, gateway)


def test_a_strangers_gateway_is_not_named(as_ada, gateway, meta, books):
    cast.page(cast.gateway("Rival desk", tenant=cast.tenant("Rival"), app_id="2"), meta_id="1081")
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "Used by another gateway." in answer.text
    assert "Rival" not in answer.text


def test_a_page_that_is_taken_while_meta_is_asked_stays_there(as_ada, gateway, meta, books):
    sales = cast.gateway("Sales", app_id="2").id

    def take():
        meta.meanwhile.clear()
        cast.page(db.session.get(Gateway, sales), "Blue Door Books", "1081")

    meta.meanwhile[""] = take
    answer = undo(as_ada, books)
    assert answer.status_code == 409
    assert "Used by the gateway Sales." in answer.text
    assert books.removed_at is not None


def test_a_gateway_that_is_deleted_while_meta_is_asked_gets_no_page_back(as_ada, gateway, meta, books):
    def delete():
        db.session.execute(db.text("UPDATE gateways SET deleted_at = '2026-01-01 00:00:00'"))
        db.session.commit()

    meta.meanwhile[""] = delete
    assert undo(as_ada, books).status_code == 409
    assert books.removed_at is not None


def test_a_second_undo_does_nothing_and_leads_on(as_ada, gateway, meta, books):
    undo(as_ada, books)
    asked = len(meta.items)
    assert undo(as_ada, books).status_code == 303
    assert len(meta.items) == asked


def test_two_who_press_it_at_once_subscribe_the_page_once(app, as_ada, gateway, meta, books):
    other = Client(app, "Ada")

    def press():
        del meta.meanwhile[""]
        assert undo(other, books).status_code == 303

    meta.meanwhile[""] = press
    assert undo(as_ada, books).status_code == 303
    assert books.removed_at is None
    assert [method for method, _ in meta.items].count("POST") == 1


def test_htmx_gets_the_reason_into_the_page(as_ada, gateway, meta, books):
    meta.dead.add("EAA-olena")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = undo(as_ada, books, headers=headers)
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#flashes"
    assert "<html" not in answer.text
    meta.dead.clear()
    books.grants[0].dead_since = None
    assert undo(as_ada, books, headers=headers).headers["HX-Redirect"] == f"/gateways/{gateway.id}/pages"


def test_who_may_undo(visitor, as_sam, as_nora, as_rita, as_ada, gateway, books):
    assert undo(visitor, books).headers["Location"].startswith("/login")
    assert undo(as_sam, books).status_code == 403
    assert undo(as_nora, books).status_code == 403
    assert undo(as_rita, books).status_code == 404
    assert as_ada.post(f"/gateways/{gateway.id}/pages/999/restoration").status_code == 404
    other = cast.gateway("Sales", app_id="2")
    assert as_ada.post(f"/gateways/{other.id}/pages/{books.id}/restoration").status_code == 404
    assert as_ada.get(f"/gateways/{gateway.id}/pages/{books.id}/restoration").status_code == 405
    assert books.removed_at is not None


def test_the_register_offers_undo_for_a_day_and_the_list_afterwards(as_ada, as_sam, gateway, books):
    action = f'action="/gateways/{gateway.id}/pages/{books.id}/restoration"'
    page = register(as_ada, gateway)
    assert "A page has been removed" in page
    assert page.count(action) == 2, "in the notice, and in the list below the register"
    assert "Removed pages (1)" in page
    assert "by Ada" in page
    assert action not in register(as_sam, gateway)
    books.removed_at = utcnow() - timedelta(days=1, minutes=1)
    db.session.commit()
    page = register(as_ada, gateway)
    assert "A page has been removed" not in page
    assert page.count(action) == 1


def test_a_page_whose_token_died_with_it_is_offered_a_login_at_once(as_ada, gateway, meta, connected):
    meta.dead.add("EAA-olena")
    remove(gateway, [connected], "Ada")
    assert "1081" not in meta.subscriptions, "the app's own token has stopped it"
    page = register(as_ada, gateway)
    assert "Facebook no longer gives access to it" in page
    assert f'href="/gateways/{gateway.id}/pages/login?reconnect={connected.id}"' in page


def test_the_list_of_removed_pages_is_searched_paged_and_read_by_readers(
    as_ada, as_sam, gateway, count_queries
):
    def gone(number):
        at = utcnow() - timedelta(days=number)
        return cast.page(gateway, f"Shop {number:02}", f"30{number:02}", removed_at=at, removed_by="Ada")

    url = f"/gateways/{gateway.id}/pages/removed"
    assert "No page has been removed" in as_ada.get(url).text
    gone(1)
    with count_queries() as few:
        as_ada.get(url)
    for number in range(2, 31):
        gone(number)
    with count_queries() as many:
        page = as_ada.get(url).text
    assert len(many) == len(few)
    assert "1–20 of 30" in page
    assert page.index("Shop 01") < page.index("Shop 02"), "the last one first"
    assert as_ada.fragment(f"{url}?q=Shop+29").text.count("<li id=") == 1
    assert "No removed page matches" in as_ada.get(f"{url}?q=zebra").text
    assert "Shop 01" in as_sam.get(url).text
    assert "Bring back" not in as_sam.get(url).text
    with_five = register(as_ada, gateway)
    assert f'href="{url}">All removed pages' in with_five
    assert "Shop 06" not in with_five


def test_who_may_see_the_list(visitor, as_gail, as_rita, as_ada, gateway):
    url = f"/gateways/{gateway.id}/pages/removed"
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_gail.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get("/gateways/999/pages/removed").status_code == 404


def test_tokens_of_removed_pages_are_erased_after_a_month(as_ada, gateway, meta, books):
    kept = cast.page(gateway, "Cisco Dogs", "1080")
    cast.grant(kept, books.grants[0].account, "EAA-dogs")
    books.removed_at = utcnow() - timedelta(days=29)
    db.session.commit()
    removal.forget()
    assert len(db.session.scalars(select(Grant)).all()) == 2
    books.removed_at = utcnow() - timedelta(days=31)
    db.session.commit()
    removal.forget()
    assert [grant.page_id for grant in db.session.scalars(select(Grant))] == [kept.id]
    db.session.commit()
    db.session.expire_all()
    assert undo(as_ada, books).status_code == 409
