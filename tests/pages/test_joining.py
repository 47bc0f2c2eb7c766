"""What a login brings: pages added, unchanged, no longer granted, or not usable."""

import pytest
from sqlalchemy import select

from tests import cast
from webgateway.db import db, utcnow
from webgateway.pages.models import Account, Grant, Login, Page


def page_named(name):
    return db.session.scalars(select(Page).filter_by(name=name)).one()


def result():
    return db.session.scalars(select(Login).order_by(Login.id.desc())).first().result


def test_pages_are_added_with_what_meta_says_of_them(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs", picture={"data": {"url": "https://scontent.fbcdn.net/p.png"}})
    answer = log_in(as_ada, gateway)
    assert answer.status_code == 200
    assert "Added" in answer.text
    page = page_named("Cisco Dogs")
    assert (page.meta_id, page.category, page.tenant_id) == ("1080", "Shop", gateway.tenant_id)
    assert page.picture_url == "https://scontent.fbcdn.net/p.png"
    assert page.problem is None


def test_new_pages_are_not_subscribed_and_the_next_step_is_said(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    assert "switch the webhook subscription of the new pages on" in log_in(as_ada, gateway).text
    assert not page_named("Cisco Dogs").subscribed
    assert meta.subscriptions == {}


def test_a_subscription_that_meta_has_already_is_shown(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.subscriptions["1080"] = ["messages"]
    log_in(as_ada, gateway)
    assert page_named("Cisco Dogs").subscribed


def test_the_person_becomes_an_account_with_a_long_lived_token(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    account = db.session.scalars(select(Account)).one()
    assert (account.name, account.token) == ("Olena Kovalenko", "EAA-user-long")
    assert (account.expires_at - utcnow()).days > 50
    assert "pages_messaging" in account.scopes
    grant = db.session.scalars(select(Grant)).one()
    assert (grant.token, set(grant.tasks)) == ("EAA-page-1080", {"MANAGE", "MESSAGING", "MODERATE"})


def test_no_token_is_readable_in_the_database(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    stored = db.session.execute(
        db.text("SELECT token FROM grants UNION SELECT token FROM accounts")
    ).scalars()
    assert not any("EAA" in token for token in stored)


def test_a_second_login_changes_nothing_and_renews_the_tokens(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    page = page_named("Cisco Dogs")
    page.grants[0].dead_since, page.grants[0].account.dead_since = utcnow(), utcnow()
    meta.pages["1080"]["access_token"] = "EAA-new"
    assert "Unchanged" in log_in(as_ada, gateway).text
    assert result()["added"] == []
    assert [grant.token for grant in page.grants] == ["EAA-new"]
    assert page.grants[0].works


def test_a_removed_page_comes_back_as_the_same_row(as_ada, gateway, meta, log_in):
    old = cast.page(gateway, meta_id="1080", removed_at=utcnow())
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert old.removed_at is None
    assert result()["added"] == [old.id]


def test_a_page_the_login_no_longer_covers_is_listed_and_kept(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    del meta.pages["1081"]
    text = log_in(as_ada, gateway).text
    lost = page_named("Blue Door Books")
    assert "No longer granted" in text
    assert "Nothing is removed until you press OK" in text
    assert f'name="remove" value="{lost.id}" checked' in text
    assert lost.removed_at is None
    assert lost.grants[0].works


def test_an_empty_answer_loses_nothing(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    meta.pages.clear()
    text = log_in(as_ada, gateway).text
    assert "No page was chosen, so nothing has been changed." in text
    assert "No longer granted" not in text
    assert page_named("Cisco Dogs").grants[0].works


def test_a_page_of_another_persons_login_is_not_lost(as_ada, gateway, meta, log_in):
    marcos = cast.page(gateway, "Marco's", "1090")
    cast.grant(marcos, cast.account(gateway, "Marco Rossi", "4705278912843592"))
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert result()["lost"] == []


def test_a_lost_page_that_somebody_else_still_covers_stays_connected(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Blue Door Books")
    log_in(as_ada, gateway)
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592")
    cast.grant(page_named("Blue Door Books"), marco)
    del meta.pages["1081"]
    text = log_in(as_ada, gateway).text
    assert "Still connected through Marco Rossi" in text
    assert result()["lost"] == []


@pytest.mark.parametrize(("tasks", "missing"), [(["MODERATE"], "MESSAGING"), (["MESSAGING"], "MODERATE")])
def test_a_missing_task_is_named(as_ada, gateway, meta, log_in, tasks, missing):
    meta.page("1080", "Cisco Dogs", tasks)
    text = log_in(as_ada, gateway).text
    assert f"the task {missing}" in text
    assert missing in page_named("Cisco Dogs").problem


def test_somebody_elses_sufficient_login_outweighs_a_missing_task(as_ada, gateway, meta, log_in):
    page = cast.page(gateway, "Cisco Dogs", "1080")
    cast.grant(page, cast.account(gateway, "Marco Rossi", "4705278912843592"))
    meta.page("1080", "Cisco Dogs", ["ANALYZE"])
    log_in(as_ada, gateway)
    assert page.problem is None
    assert page.obstacle is None


def test_a_declined_permission_is_named_with_a_way_to_ask_again(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.granted.remove("pages_messaging")
    meta.declined.append("pages_messaging")
    text = log_in(as_ada, gateway).text
    assert "Facebook did not give: pages_messaging." in text
    assert f'href="/gateways/{gateway.id}/pages/connect">Ask again' in text
    assert "pages_messaging" in page_named("Cisco Dogs").problem


def test_the_problem_goes_with_the_next_good_login(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs", ["ANALYZE"])
    log_in(as_ada, gateway)
    meta.page("1080", "Cisco Dogs")
    log_in(as_ada, gateway)
    assert page_named("Cisco Dogs").problem is None


def test_granular_scopes_without_ids_mean_all_pages(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.ticked = None
    log_in(as_ada, gateway)
    assert page_named("Cisco Dogs").problem is None


def test_a_grant_for_all_pages_does_not_lose_a_page_that_the_list_misses(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.page("1081", "Cat Shelter")
    meta.page("1082", "Sold Bakery")
    log_in(as_ada, gateway)
    meta.ticked = None
    meta.hidden["1081"] = meta.pages.pop("1081")
    del meta.pages["1082"]
    log_in(as_ada, gateway)
    assert result()["lost"] == [page_named("Sold Bakery").id]
    assert page_named("Cat Shelter").id in result()["unchanged"]


def test_a_ticked_page_that_the_list_misses_is_found(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.hidden["1081"] = {"id": "1081", "name": "Hidden", "access_token": "EAA-hidden"}
    meta.ticked = ["1080", "1081"]
    log_in(as_ada, gateway)
    assert page_named("Hidden").grants[0].token == "EAA-hidden"


def test_a_portfolio_page_is_found(as_ada, gateway, meta, log_in):
    meta.portfolio["1085"] = {
        "id": "1085",
        "name": "Holding",
        "access_token": "EAA-holding",
        "tasks": ["MANAGE"],
    }
    meta.ticked = None
    log_in(as_ada, gateway)
    assert page_named("Holding").meta_id == "1085"


def test_a_portfolio_page_that_was_not_ticked_is_left_alone(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.portfolio["1085"] = {"id": "1085", "name": "Holding", "access_token": "EAA-holding"}
    meta.ticked = ["1080"]
    assert "Holding" not in log_in(as_ada, gateway).text


def test_a_page_of_another_gateway_is_refused_by_its_name(as_ada, gateway, meta, log_in):
    other = cast.page(cast.gateway("Sales", app_id="2"), meta_id="1080")
    meta.page("1080", "Cisco Dogs")
    text = log_in(as_ada, gateway).text
    assert "Could not be added" in text
    assert "Used by the gateway Sales." in text
    assert other.removed_at is None
    assert len(db.session.scalars(select(Page)).all()) == 1


def test_a_page_of_another_tenant_is_refused_without_saying_whose(as_ada, gateway, meta, log_in):
    rivals = cast.gateway("Rival desk", tenant=cast.tenant("Rival"), app_id="2")
    cast.page(rivals, meta_id="1080")
    meta.page("1080", "Cisco Dogs")
    text = log_in(as_ada, gateway).text
    assert "Used by another gateway." in text
    assert "Rival" not in text


def test_a_page_that_cannot_be_read_does_not_lose_the_others(as_ada, gateway, meta, log_in):
    meta.page("1080", "Cisco Dogs")
    meta.ticked = ["1080", "1099"]
    text = log_in(as_ada, gateway).text
    assert "Could not be added" in text
    assert "1099" in text
    assert page_named("Cisco Dogs").grants[0].works


def test_a_page_without_a_token_is_not_added(as_ada, gateway, meta, log_in):
    del meta.page("1080", "Cisco Dogs")["access_token"]
    assert "Olena Kovalenko may not act for this page." in log_in(as_ada, gateway).text
    assert db.session.scalars(select(Page)).all() == []


def test_a_page_without_a_token_says_which_task_is_missing(as_ada, gateway, meta, log_in):
    page = meta.page("1080", "Cisco Dogs")
    del page["access_token"]
    page["tasks"] = ["ANALYZE", "ADVERTISE"]
    text = log_in(as_ada, gateway).text
    assert "Could not be added" in text
    assert "must give the task MESSAGING" in text


def test_a_thousand_pages_take_a_bounded_number_of_calls(as_ada, gateway, meta, log_in):
    for number in range(1000):
        meta.page(f"2{number:04}", f"Page {number}")
    assert "(1000)" in log_in(as_ada, gateway).text
    assert len(meta.calls) <= 1000 / 100 + 2 * 1000 / 50 + 10
    assert db.session.scalar(select(db.func.count(Grant.id))) == 1000


def test_the_number_of_queries_does_not_grow_with_the_pages(as_ada, gateway, meta, log_in, count_queries):
    def statements(pages):
        with count_queries() as queries:
            log_in(as_ada, gateway)
        notes = pages // 50
        return len(queries) - notes

    for number in range(100):
        meta.page(f"2{number:04}", f"Page {number}")
    few = statements(100)
    for number in range(1000):
        meta.page(f"3{number:04}", f"Page {number}", instagram_business_account={"id": f"178{number}"})
    assert statements(1100) <= few + 3
    assert statements(1100) <= few + 3
