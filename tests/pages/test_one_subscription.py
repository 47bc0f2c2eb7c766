"""A page and its Instagram account share one subscription at Meta; neither's switch harms the other."""

import pytest
from flask_migrate import downgrade, upgrade

from tests import cast
from webgateway.db import db, utcnow
from webgateway.meta.pages import MESSENGER_FIELDS
from webgateway.meta.signed_request import SignedRequest
from webgateway.pages import leaving
from webgateway.pages.models import Page
from webgateway.pages.subscribing import INSTAGRAM_ONLY, wanted_fields

NEEDS_MESSAGING = {
    "message": "(#200) To subscribe to the messages field, you need pages_messaging",
    "type": "OAuthException",
    "code": 200,
}


@pytest.fixture
def page(gateway, meta):
    """Neither is on."""
    page = cast.page(
        gateway, "Cisco Dogs", "1080", subscribed=False, instagram_id="17841", instagram_username="cisco.dogs"
    )
    cast.grant(page, cast.account(gateway), "EAA-olena", instagram_suffices=True)
    return page


@pytest.fixture
def save(as_ada, gateway, page):
    def press(tab, *, on, **options):
        data = {"shown": page.id} | ({"on": page.id} if on else {})
        return as_ada.post(f"/gateways/{gateway.id}/{tab}", data=data, **options)

    return press


def test_the_fields_follow_from_both_switches(page):
    assert wanted_fields(page) == ()
    page.instagram_wanted = True
    assert wanted_fields(page) == INSTAGRAM_ONLY
    page.messenger_wanted = True
    assert wanted_fields(page) == MESSENGER_FIELDS
    page.instagram_wanted = False
    assert wanted_fields(page) == MESSENGER_FIELDS
    page.messenger_wanted, page.instagram_wanted, page.instagram_id = False, True, None
    assert wanted_fields(page) == (), "the account is no longer linked to the page"


def test_instagram_alone_subscribes_a_field_that_needs_no_messenger(meta, page, save):
    answer = save("instagram", on=True)
    assert answer.status_code == 303
    assert meta.subscriptions["1080"] == ["name"]
    assert page.instagram_subscribed
    assert page.instagram_wanted
    assert not page.subscribed, "Messenger stays off"
    assert not page.messenger_wanted


def test_what_was_saved_is_said_and_shown(as_ada, page, save):
    text = as_ada.get(save("instagram", on=True).headers["Location"]).text
    assert "1 change saved." in text
    assert 'aria-label="cisco.dogs" form="subscriptions" checked' in text


def test_instagram_off_again_unsubscribes_a_page_that_is_off(meta, page, save):
    save("instagram", on=True)
    assert save("instagram", on=False).status_code == 303
    assert "1080" not in meta.subscriptions
    assert not page.instagram_subscribed
    assert not page.instagram_wanted


def test_instagram_off_leaves_the_page_alone(as_ada, gateway, meta, page, save):
    save("pages", on=True)
    assert page.instagram_subscribed, "Meta sends both"
    meta.items.clear()
    save("instagram", on=False)
    assert meta.items == [], "Meta need not hear of it"
    assert set(meta.subscriptions["1080"]) == set(MESSENGER_FIELDS)
    assert page.subscribed
    assert not page.instagram_subscribed
    text = as_ada.get(f"/gateways/{gateway.id}/instagram").text
    assert "Meta goes on sending its messages, because its page Cisco Dogs is on." in text


def test_instagram_comes_back_after_it_was_off(meta, page, save):
    save("pages", on=True)
    save("instagram", on=False)
    save("instagram", on=True)
    assert page.instagram_subscribed
    assert wanted_fields(page) == MESSENGER_FIELDS


def test_messenger_off_leaves_instagram_on(meta, page, save):
    save("instagram", on=True)
    save("pages", on=True)
    assert set(meta.subscriptions["1080"]) == set(MESSENGER_FIELDS)
    save("pages", on=False)
    assert meta.subscriptions["1080"] == ["name"]
    assert not page.subscribed
    assert page.instagram_subscribed
    assert wanted_fields(page) == INSTAGRAM_ONLY


def test_messenger_on_leaves_an_account_off_that_was_switched_off(meta, page, save):
    save("instagram", on=True)
    save("instagram", on=False)
    save("pages", on=True)
    assert not page.instagram_subscribed
    save("pages", on=False)
    assert "1080" not in meta.subscriptions


def test_instagram_on_keeps_messenger_fields_that_somebody_else_subscribed(meta, page, save):
    meta.subscriptions["1080"] = ["messages"]
    page.subscribed, page.subscribed_fields, page.instagram_muted = True, ["messages"], True
    db.session.commit()
    save("instagram", on=True)
    assert page.subscribed
    assert "messages" in meta.subscriptions["1080"]


def test_instagram_does_not_wait_for_the_permission_of_messenger(meta, page, save, monkeypatch):
    """The page was on, then the only login left lacks pages_messaging, and Meta has dropped the page."""
    answer = meta._subscription

    def refuse_messages(method, page_id, query):
        if "messages" in query.get("subscribed_fields", ""):
            return 403, {"error": NEEDS_MESSAGING}
        return answer(method, page_id, query)

    monkeypatch.setattr(meta, "_subscription", refuse_messages)
    page.messenger_wanted = True
    db.session.commit()
    assert save("instagram", on=True).status_code == 303
    assert meta.subscriptions["1080"] == ["name"]
    assert page.instagram_subscribed
    assert page.messenger_wanted, "what was wanted of Messenger is not forgotten"


def test_what_meta_refuses_stands_beside_the_switch_and_it_keeps_its_true_state(
    as_ada, gateway, meta, page, save
):
    books = cast.page(
        gateway, "Books", "1081", subscribed=False, instagram_id="17842", instagram_username="books"
    )
    cast.grant(books, page.grants[0].account, "EAA-books", instagram_suffices=True)
    meta.refuses["1080/subscribed_apps"] = {
        "message": "(#200) Requires",
        "type": "OAuthException",
        "code": 200,
    }
    data = {"shown": [page.id, books.id], "on": [page.id, books.id]}
    answer = as_ada.post(f"/gateways/{gateway.id}/instagram", data=data)
    assert answer.status_code == 422
    assert "1 change saved, 1 not: the reason stands beside each switch." in answer.text
    assert 'aria-describedby="instagram-1-reason" aria-invalid="true" form="subscriptions">' in answer.text
    assert "For the app administrator" in answer.text
    assert not page.instagram_wanted
    assert books.instagram_wanted
    assert "aria-invalid" not in as_ada.get(f"/gateways/{gateway.id}/pages").text, (
        "the page's own switch is well"
    )


def test_an_account_whose_page_is_on_is_silenced_without_any_login(meta, page, save):
    meta.subscriptions["1080"] = ["messages"]
    page.subscribed, page.subscribed_fields, page.instagram_wanted = True, ["messages"], True
    page.grants[0].dead_since = utcnow()
    db.session.commit()
    assert save("instagram", on=False).status_code == 303
    assert not page.instagram_subscribed
    assert meta.calls == []


def test_only_accounts_of_this_gateway_that_were_shown_are_switched(as_ada, gateway, meta, page):
    bare = cast.page(gateway, "No Instagram", "1082", subscribed=False)
    cast.grant(bare, page.grants[0].account, "EAA-bare")
    other = cast.page(
        cast.gateway("Sales", app_id="2"), "Elsewhere", "1099", subscribed=False, instagram_id="17843"
    )
    data = {"shown": [bare.id, other.id], "on": [page.id, bare.id, other.id]}
    answer = as_ada.post(f"/gateways/{gateway.id}/instagram", data=data)
    assert "Nothing to change." in as_ada.get(answer.headers["Location"]).text
    assert meta.subscriptions == {}


def test_a_login_that_gave_only_instagrams_permissions_suffices_for_instagram(
    as_ada, gateway, meta, page, log_in, save
):
    page.grants.clear()
    db.session.commit()
    meta.granted = [
        "pages_show_list",
        "pages_manage_metadata",
        "instagram_basic",
        "instagram_manage_messages",
    ]
    meta.page("1080", "Cisco Dogs", instagram_business_account={"id": "17841", "username": "cisco.dogs"})
    text = log_in(as_ada, gateway, "instagram").text
    assert "Permissions are missing" not in text
    assert page.instagram_obstacle is None
    assert "pages_messaging was not given for this page" in page.obstacle
    assert save("instagram", on=True).status_code == 303
    assert meta.subscriptions["1080"] == ["name"]


def test_a_login_for_pages_alone_does_not_suffice_for_instagram(as_ada, gateway, meta, page, log_in):
    meta.page("1080", "Cisco Dogs")
    page.grants.clear()
    db.session.commit()
    log_in(as_ada, gateway)
    assert page.obstacle is None
    assert "not asked for the permission instagram_basic" in page.instagram_obstacle


def test_a_page_that_joins_is_wanted_as_meta_has_it(as_ada, gateway, meta, log_in):
    meta.granted += ["instagram_basic", "instagram_manage_messages"]
    account = {"instagram_business_account": {"id": "17841", "username": "cisco.dogs"}}
    meta.page("1080", "Cisco Dogs", **account)
    meta.subscriptions["1080"] = ["messages"]
    log_in(as_ada, gateway, "instagram")
    page = db.session.scalars(db.select(Page)).one()
    assert page.messenger_wanted
    assert page.instagram_wanted


def test_a_login_changes_nothing_of_what_is_wanted(as_ada, gateway, meta, page, log_in, save):
    meta.page("1080", "Cisco Dogs", instagram_business_account={"id": "17841", "username": "cisco.dogs"})
    meta.granted += ["instagram_basic", "instagram_manage_messages"]
    save("pages", on=True)
    save("instagram", on=False)
    del meta.subscriptions["1080"]
    log_in(as_ada, gateway, "instagram")
    assert page.messenger_wanted, "Meta dropped it; nobody switched it off"
    assert not page.instagram_wanted
    assert page.instagram_muted


def test_a_removed_page_comes_back_as_meta_has_it(as_ada, gateway, meta, page, log_in):
    page.removed_at, page.messenger_wanted, page.instagram_wanted = utcnow(), True, True
    db.session.commit()
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert wanted_fields(page) == ()


def test_a_page_that_took_the_app_away_is_still_wanted(gateway, page):
    """Meta posts the same after our own unsubscribing, perhaps when it is subscribed again already."""
    page.messenger_wanted = True
    leaving.deauthorize(gateway, SignedRequest(None, "1080", None, None))
    db.session.refresh(page)
    assert not page.subscribed
    assert wanted_fields(page) == MESSENGER_FIELDS


def test_what_meta_sends_before_the_migration_is_what_is_wanted_after_it(app, gateway):
    account = cast.account(gateway, scopes=["instagram_basic", "instagram_manage_messages"])
    pages = {
        name: cast.page(gateway, name, meta_id, **values)
        for name, meta_id, values in (
            ("off", "1", {"subscribed": False, "instagram_id": "171"}),
            ("both", "2", {"subscribed_fields": ["messages"], "instagram_id": "172"}),
            ("instagram", "3", {"subscribed": False, "subscribed_fields": ["name"], "instagram_id": "173"}),
            ("messenger", "4", {"subscribed_fields": ["messages"]}),
            ("no login", "5", {"subscribed_fields": ["messages"], "instagram_id": "175"}),
        )
    }
    for page in pages.values():
        if page.name != "no login":
            cast.grant(page, account)
    db.session.remove()
    downgrade(revision="0007")
    upgrade()
    switches = db.session.execute(db.select(Page.name, Page.messenger_wanted, Page.instagram_wanted))
    assert {name: both for name, *both in switches} == {
        "off": [False, False],
        "both": [True, True],
        "instagram": [False, True],
        "messenger": [True, False],
        "no login": [True, False],
    }
    assert not any(db.session.scalars(db.select(Page.instagram_muted)))
