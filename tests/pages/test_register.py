import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def page(gateway):
    page = cast.page(gateway, "Cisco Dogs", instagram_id="17841405726653026", instagram_username="cisco")
    cast.grant(page, cast.account(gateway))
    return page


def test_the_tab_shows_id_name_account_and_switch(as_ada, gateway, page):
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "102938475610293" in text
    assert "Copy ID" in text
    assert "Instagram: cisco" in text
    assert "Olena Kovalenko" in text
    assert 'role="switch" name="on" value="1" aria-label="Cisco Dogs" form="subscriptions" checked' in text
    assert all(name in text for name in ("Add or Remove Pages", "Refresh", "Save", "data-unsaved"))


def test_the_tab_links_meta_and_instagram(as_ada, gateway):
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert f'href="/gateways/{gateway.id}"' in text
    assert f'href="/gateways/{gateway.id}/instagram"' in text


def test_the_fragment_is_the_list_alone(as_ada, gateway, page):
    text = as_ada.fragment(f"/gateways/{gateway.id}/pages").text
    assert text.lstrip().startswith('<div id="list"')
    assert "<html" not in text


def test_the_search_finds_names_and_ids(as_ada, gateway, page):
    cast.page(gateway, "Blue Door Books", "108001")
    by_name = as_ada.fragment(f"/gateways/{gateway.id}/pages?q=blue").text
    assert "Blue Door Books" in by_name
    assert "Cisco Dogs" not in by_name
    assert "Cisco Dogs" in as_ada.fragment(f"/gateways/{gateway.id}/pages?q=10293847").text
    assert "No page matches" in as_ada.fragment(f"/gateways/{gateway.id}/pages?q=zebra").text


def test_the_search_finds_a_username_by_a_part_of_it(as_ada, gateway, page):
    cast.page(gateway, "Blue Door Books", "108001", instagram_id="17841", instagram_username="blue.door_1")
    found = as_ada.fragment(f"/gateways/{gateway.id}/pages?q=e.door_").text
    assert "Blue Door Books" in found
    assert "Cisco Dogs" not in found


def test_the_columns_sort(as_ada, gateway, page):
    cast.page(gateway, "Blue Door Books", "108001", subscribed=False)
    text = as_ada.get(f"/gateways/{gateway.id}/pages?sort=-name").text
    assert text.index("Cisco Dogs") < text.index("Blue Door Books")
    text = as_ada.get(f"/gateways/{gateway.id}/pages?sort=subscription").text
    assert text.index("Blue Door Books") < text.index("Cisco Dogs")


def test_the_newest_account_stands_first_with_how_many_more(as_ada, gateway, page):
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow())
    cast.grant(page, marco, "EAA-marco")
    assert "Marco Rossi and 1 more" in as_ada.get(f"/gateways/{gateway.id}/pages").text


def test_a_page_with_a_problem_says_why_and_cannot_be_switched_on(as_ada, gateway):
    page = cast.page(gateway, subscribed=False, problem="The task MESSAGING is missing.")
    cast.grant(page, cast.account(gateway), suffices=False)
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "The task MESSAGING is missing." in text
    assert 'aria-describedby="page-1-reason" form="subscriptions" disabled' in text
    assert 'name="shown"' not in text


def test_a_page_with_a_problem_can_still_be_switched_off(as_ada, gateway):
    page = cast.page(gateway, problem="The task MESSAGING is missing.")
    cast.grant(page, cast.account(gateway), suffices=False)
    assert 'name="shown" value="1"' in as_ada.get(f"/gateways/{gateway.id}/pages").text


def test_a_page_without_a_working_login_offers_to_reconnect(as_ada, gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway), dead_since=utcnow())
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "No working login covers this page." in text
    assert "Reconnect<" in text


def test_what_meta_refused_last_stands_beside_the_switch(as_ada, gateway, page):
    page.subscription_error = "Meta does not allow this app to do that."
    db.session.commit()
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "Meta does not allow this app to do that." in text
    assert 'aria-describedby="page-1-reason" aria-invalid="true"' in text


def test_removed_pages_stand_apart_and_those_of_other_gateways_are_not_shown(as_ada, gateway, page):
    gone = cast.page(gateway, "Gone", "108002", removed_at=utcnow())
    cast.page(cast.gateway("Sales", app_id="2"), "Elsewhere", "108003")
    text = as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert f'id="page-{page.id}"' in text
    assert f'id="page-{gone.id}"' not in text
    assert "Elsewhere" not in text


def test_without_pages_the_tab_says_what_to_do(as_ada, as_sam, gateway):
    assert "Press Add or Remove Pages, log in to Facebook" in as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "An administrator connects" in as_sam.get(f"/gateways/{gateway.id}/pages").text


def test_a_reader_sees_the_pages_and_no_controls(as_sam, gateway, page):
    text = as_sam.get(f"/gateways/{gateway.id}/pages").text
    assert "Cisco Dogs" in text
    assert "disabled" in text
    assert not any(name in text for name in ("Add or Remove Pages", "Refresh", ">Save<", 'name="shown"'))


def test_a_picture_from_elsewhere_is_not_shown(as_ada, gateway, page):
    page.picture_url = "https://tracker.example/pixel.png"
    db.session.commit()
    assert "tracker.example" not in as_ada.get(f"/gateways/{gateway.id}/pages").text


def test_the_number_of_queries_does_not_grow_with_the_rows(as_ada, gateway, count_queries):
    account = cast.account(gateway)
    cast.grant(cast.page(gateway, "Page 0", "1080"), account)
    with count_queries() as few:
        as_ada.get(f"/gateways/{gateway.id}/pages")
    for number in range(1, 20):
        cast.grant(cast.page(gateway, f"Page {number}", f"1080{number}"), account)
    with count_queries() as many:
        as_ada.get(f"/gateways/{gateway.id}/pages")
    assert len(many) == len(few)


@pytest.mark.parametrize(("method", "path"), [("get", "pages"), ("post", "pages"), ("post", "pages/refresh")])
def test_who_may_come_here(visitor, as_gail, as_rita, as_ada, gateway, method, path):
    url = f"/gateways/{gateway.id}/{path}"
    answer = getattr(visitor, method)(url)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")
    assert getattr(as_gail, method)(url).status_code == 403
    assert getattr(as_rita, method)(url).status_code == 404
    assert getattr(as_ada, method)(f"/gateways/999/{path}").status_code == 404


def test_a_reader_may_not_write(as_sam, gateway):
    assert as_sam.post(f"/gateways/{gateway.id}/pages").status_code == 403
    assert as_sam.post(f"/gateways/{gateway.id}/pages/refresh").status_code == 403
