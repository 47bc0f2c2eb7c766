import pytest

from tests import cast


@pytest.fixture
def url(gateway):
    return f"/gateways/{gateway.id}/instagram"


@pytest.fixture
def page(gateway):
    page = cast.page(
        gateway,
        "Cisco Dogs",
        subscribed=False,
        instagram_id="17841405726653026",
        instagram_username="cisco.dogs",
    )
    cast.grant(page, cast.account(gateway))
    return page


def test_the_tab_shows_the_accounts_of_the_pages(as_ada, gateway, page, url):
    cast.page(gateway, "No Instagram here", "108")
    text = as_ada.get(url).text
    assert all(word in text for word in ("17841405726653026", "Copy ID", "cisco.dogs", "Cisco Dogs", "Olena"))
    assert all(
        word in text for word in ("Add or Remove Instagram Accounts", "Refresh", "Webhook subscription")
    )
    assert "No Instagram here" not in text


def test_a_page_that_is_off_says_where_to_switch_it_on(as_ada, gateway, page, url):
    assert f'href="/gateways/{gateway.id}/pages?q=102938475610293"' in as_ada.get(url).text
    page.subscribed_fields = ["name"]
    text = as_ada.get(url).text
    assert ">On<" in text
    assert "?q=102938475610293" not in text


def test_the_fragment_is_the_list_alone(as_ada, page, url):
    text = as_ada.fragment(url).text
    assert text.lstrip().startswith('<div id="list"')
    assert "No account matches" in as_ada.fragment(f"{url}?q=zebra").text
    assert "cisco.dogs" in as_ada.fragment(f"{url}?q=dogs").text


def test_without_accounts_it_says_what_to_do(as_ada, url):
    assert "Press Add or Remove Instagram Accounts" in as_ada.get(url).text


def test_the_number_of_queries_does_not_grow_with_the_rows(as_ada, gateway, page, url, count_queries):
    with count_queries() as few:
        as_ada.get(url)
    for number in range(1, 20):
        row = cast.page(gateway, f"Page {number}", f"1080{number}", instagram_id=f"178{number}")
        cast.grant(row, page.grants[0].account)
    with count_queries() as many:
        as_ada.get(url)
    assert len(many) == len(few)


def test_a_reader_sees_no_controls(as_sam, gateway, page, url):
    text = as_sam.get(url).text
    assert "cisco.dogs" in text
    assert "Add or Remove" not in text
    assert as_sam.post(f"{url}/refresh").status_code == 403
    assert as_sam.get(f"{url}/connect").status_code == 403


def test_who_may_come_here(visitor, as_gail, as_rita, as_ada, url):
    assert visitor.get(url).headers["Location"].startswith("/login")
    assert as_gail.get(url).status_code == 403
    assert as_rita.get(url).status_code == 404
    assert as_ada.get("/gateways/999/instagram").status_code == 404


def test_the_login_asks_for_instagrams_permissions_and_comes_back_here(as_ada, gateway, meta, url, log_in):
    asked = as_ada.get(f"{url}/connect").headers["Location"]
    assert "instagram_manage_messages" in asked
    meta.granted += ["instagram_basic", "instagram_manage_messages"]
    meta.page("1080", "Dogs", instagram_business_account={"id": "17841", "username": "cisco"})
    log_in(as_ada, gateway, "instagram")
    answer = as_ada.post(f"/gateways/{gateway.id}/logins/2/confirmation")
    assert answer.headers["Location"].startswith(url)
    assert "cisco" in as_ada.get(answer.headers["Location"]).text
