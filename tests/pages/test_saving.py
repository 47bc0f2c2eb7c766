"""Save: the webhook switches of the register."""

from datetime import timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.meta.pages import MESSENGER_FIELDS
from webgateway.pages.models import Page

REFUSED = {"message": "(#200) Requires pages_manage_metadata", "type": "OAuthException", "code": 200}


@pytest.fixture
def dogs(gateway, meta):
    """Not subscribed."""
    page = cast.page(gateway, "Cisco Dogs", "1080", subscribed=False)
    cast.grant(page, cast.account(gateway), "EAA-olena")
    return page


@pytest.fixture
def books(gateway, meta, dogs):
    """Subscribed."""
    page = cast.page(gateway, "Blue Door Books", "1081", subscribed_fields=["messages"])
    cast.grant(page, dogs.grants[0].account, "EAA-olena-books")
    meta.subscriptions["1081"] = ["messages"]
    return page


def save(client, gateway, shown, on, **options):
    data = {"shown": [page.id for page in shown], "on": [page.id for page in on]}
    return client.post(f"/gateways/{gateway.id}/pages", data=data, **options)


def test_switching_on_subscribes_the_page_at_meta(as_ada, gateway, meta, dogs):
    answer = save(as_ada, gateway, [dogs], [dogs])
    assert answer.status_code == 303
    assert meta.subscriptions["1080"] == list(MESSENGER_FIELDS)
    assert dogs.subscribed
    assert dogs.subscribed_fields == sorted(MESSENGER_FIELDS)
    assert "1 change saved." in as_ada.get(answer.headers["Location"]).text


def test_switching_off_unsubscribes_it(as_ada, gateway, meta, books):
    save(as_ada, gateway, [books], [])
    assert "1081" not in meta.subscriptions
    assert not books.subscribed
    assert books.subscribed_fields == []


def test_switching_off_what_meta_dropped_already_succeeds(as_ada, gateway, meta, books):
    del meta.subscriptions["1081"]
    assert save(as_ada, gateway, [books], []).status_code == 303
    assert not books.subscribed


def test_switching_off_keeps_instagram_of_the_same_page_alive(as_ada, gateway, meta, books):
    books.instagram_id = "17841405726653026"
    books.grants[0].instagram_suffices = True
    db.session.commit()
    save(as_ada, gateway, [books], [])
    assert meta.subscriptions["1081"] == ["name"]
    assert not books.subscribed
    assert books.instagram_subscribed


def test_only_differences_are_applied(as_ada, gateway, meta, dogs, books):
    answer = save(as_ada, gateway, [dogs, books], [books])
    assert meta.calls == []
    assert "Nothing to change." in as_ada.get(answer.headers["Location"]).text


def test_pages_that_were_not_shown_stay_as_they_are(as_ada, gateway, meta, dogs, books):
    save(as_ada, gateway, [dogs], [dogs])
    assert books.subscribed
    assert "1081" in meta.subscriptions


def test_what_fails_says_why_and_keeps_its_true_state(as_ada, gateway, meta, dogs, books):
    meta.refuses["1080/subscribed_apps"] = REFUSED
    answer = save(as_ada, gateway, [dogs, books], [dogs])
    assert answer.status_code == 422
    assert "1 change saved, 1 not" in answer.text
    assert "For the app administrator" in answer.text
    assert not dogs.subscribed
    assert not books.subscribed, "the other page is applied all the same"


def test_htmx_gets_the_list_with_the_failure(as_ada, gateway, meta, dogs):
    meta.refuses["1080/subscribed_apps"] = REFUSED
    answer = save(as_ada, gateway, [dogs], [dogs], headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<div id="list"')


def test_success_forgets_the_old_failure(as_ada, gateway, meta, dogs):
    dogs.subscription_error = "Meta could not be reached."
    db.session.commit()
    save(as_ada, gateway, [dogs], [dogs])
    assert dogs.subscription_error is None


def test_a_change_that_meta_took_and_does_not_show_is_not_believed(as_ada, gateway, meta, dogs, monkeypatch):
    monkeypatch.setattr(meta, "subscriptions", Forgetful())
    answer = save(as_ada, gateway, [dogs], [dogs])
    assert answer.status_code == 422
    assert "still says otherwise" in answer.text
    assert not dogs.subscribed


class Forgetful(dict):  # type: ignore[type-arg]
    def __setitem__(self, key: str, value: object) -> None:
        pass


def test_when_meta_cannot_be_reached_nothing_changes(as_ada, gateway, dogs, requests_mock):
    requests_mock.post("http://127.0.0.1:9/v26.0/", status_code=502, text="<html>Bad gateway</html>")
    answer = save(as_ada, gateway, [dogs], [dogs])
    assert answer.status_code == 422
    assert not dogs.subscribed
    assert dogs.subscription_error


def test_a_dead_token_gives_way_to_the_next_persons(as_ada, gateway, meta, dogs):
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow())
    dead = cast.grant(dogs, marco, "EAA-marco")
    meta.dead.add("EAA-marco")
    assert save(as_ada, gateway, [dogs], [dogs]).status_code == 303
    assert dogs.subscribed
    assert dead.dead_since is not None
    assert dead.dead_reason


def test_the_last_dead_token_asks_for_a_new_login(as_ada, gateway, meta, dogs):
    meta.dead.add("EAA-olena")
    answer = save(as_ada, gateway, [dogs], [dogs])
    assert answer.status_code == 422
    assert "Reconnect" in answer.text
    assert not dogs.subscribed


def test_a_login_that_suffices_goes_before_a_newer_one_that_does_not(as_ada, gateway, meta, dogs):
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow())
    cast.grant(dogs, marco, "EAA-marco", suffices=False)
    meta.dead.add("EAA-marco")
    save(as_ada, gateway, [dogs], [dogs])
    assert dogs.subscribed
    assert not any(grant.dead_since for grant in dogs.grants), "Marco's token was never tried"


def test_pages_of_another_gateway_cannot_be_switched_through_this_one(as_ada, gateway, meta):
    other = cast.page(cast.gateway("Sales", app_id="2"), "Elsewhere", "1099", subscribed=False)
    save(as_ada, gateway, [other], [other])
    assert meta.calls == []
    assert not other.subscribed


def test_many_pages_are_saved_in_batches(as_ada, gateway, meta):
    account = cast.account(gateway)
    pages = []
    for number in range(60):
        pages.append(
            Page(tenant_id=gateway.tenant_id, gateway=gateway, meta_id=f"1{number:03}", name=f"P{number}")
        )
        cast.grant(pages[-1], account, f"EAA-{number}")
    save(as_ada, gateway, pages, pages)
    assert all(page.subscribed for page in pages)
    assert len(meta.calls) == 4


def test_saving_returns_to_the_same_part_of_the_list(as_ada, gateway, meta, dogs):
    data = {"shown": [dogs.id], "on": [dogs.id]}
    answer = as_ada.post(f"/gateways/{gateway.id}/pages?q=dogs&sort=-name", data=data)
    assert answer.headers["Location"] == f"/gateways/{gateway.id}/pages?q=dogs&sort=-name"


ROLE_LOST = {
    "message": "The user must be an administrator, editor, or moderator of the page",
    "code": 190,
    "error_subcode": 492,
}


@pytest.fixture
def marco(gateway, dogs):
    """Logged in before Olena; covers the same page."""
    earlier = utcnow() - timedelta(days=1)
    account = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=earlier)
    return cast.grant(dogs, account, "EAA-marco")


@pytest.mark.parametrize(("refusal", "works"), [(ROLE_LOST, False), (REFUSED, True)])
def test_a_lost_role_or_permission_makes_room_for_the_next_persons_login(
    as_ada, gateway, meta, dogs, marco, refusal, works
):
    meta.refuses_token["EAA-olena"] = refusal
    assert save(as_ada, gateway, [dogs], [dogs]).status_code == 303
    assert dogs.subscribed
    olenas = next(grant for grant in dogs.grants if grant.id != marco.id)
    assert (olenas.works, olenas.suffices) == (works, not works)
    assert dogs.problem is None


def test_a_permission_that_nobody_has_is_asked_of_each_once(as_ada, gateway, meta, dogs, marco):
    meta.refuses["1080/subscribed_apps"] = REFUSED
    assert save(as_ada, gateway, [dogs], [dogs]).status_code == 422
    assert [verb for verb, _ in meta.items].count("POST") == 2
    assert "pages_manage_metadata" in dogs.problem
    assert all(grant.works for grant in dogs.grants)


def test_a_permission_that_is_only_nice_to_have_judges_no_login(as_ada, gateway, meta, dogs):
    engagement = {"message": "(#200) Requires pages_read_engagement", "type": "OAuthException", "code": 200}
    meta.refuses["1080/subscribed_apps"] = engagement
    save(as_ada, gateway, [dogs], [dogs])
    assert dogs.grants[0].suffices
    assert dogs.problem is None
