import pytest

from tests import cast


def test_it_shows_name_greeting_destination_and_how_many_gateways_use_it(as_ada):
    cast.gateway(flow=cast.flow())
    page = as_ada.get("/flows/").text
    assert "<h1>Flows</h1>" in page
    for words in ("Welcome", "Hello! We are reading.", "Agents", "1\u00a0gateway<", "1–1 of 1"):
        assert words in page


def test_a_deleted_gateway_does_not_count(as_ada):
    flow = cast.flow()
    cast.gateway(flow=flow, deleted_at=flow.created_at)
    assert "0\u00a0gateways<" in as_ada.get("/flows/").text


def test_a_long_greeting_is_cut(as_ada):
    cast.flow(opening_message="word " * 100)
    page = as_ada.get("/flows/").text
    assert "word ..." in page or "word..." in page
    assert "word " * 30 not in page


def test_without_a_flow_it_says_what_to_do_next(as_ada):
    page = as_ada.get("/flows/").text
    assert "No flows yet" in page
    assert 'href="/flows/new">Add a flow</a>' in page


def test_htmx_gets_the_list_alone(as_ada):
    cast.flow()
    fragment = as_ada.fragment("/flows/").text
    assert 'id="list"' in fragment
    assert "<h1>" not in fragment


def test_search_looks_at_names_and_messages(as_ada):
    cast.flow()
    cast.flow("Night", opening_message="We sleep.", closing_message="Good night!")
    assert "Welcome" not in as_ada.get("/flows/?q=GOOD+n").text
    assert "Night" in as_ada.get("/flows/?q=GOOD+n").text
    assert "No flow found" in as_ada.get("/flows/?q=zebra").text
    assert "No flow found" in as_ada.get("/flows/?q=%25").text


def test_it_sorts_both_ways(as_ada):
    cast.flow("Alpha")
    cast.flow("Omega")
    up, down = as_ada.get("/flows/?sort=name").text, as_ada.get("/flows/?sort=-name").text
    assert up.index("Alpha") < up.index("Omega")
    assert down.index("Alpha") > down.index("Omega")


def test_it_is_cut_into_pages(as_ada):
    for number in range(21):
        cast.flow(f"Flow {number:02}")
    assert "1–20 of 21" in as_ada.get("/flows/").text
    assert "Flow 20" in as_ada.get("/flows/?page=2").text


def test_more_flows_do_not_mean_more_queries(as_ada, count_queries):
    cast.gateway(flow=cast.flow())
    with count_queries() as few:
        as_ada.get("/flows/")
    for number in range(5):
        cast.gateway(f"Gateway {number}", app_id=f"{number}", flow=cast.flow(f"Flow {number}"))
    with count_queries() as many:
        as_ada.get("/flows/")
    assert len(many) == len(few)


def test_another_tenants_flows_are_not_in_it(as_rita):
    cast.flow()
    assert "Welcome" not in as_rita.get("/flows/").text


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "page=x", "size=7", "sort=password", "q=" + "x" * 5000]
)
def test_nonsense_in_the_address_does_no_harm(as_ada, query):
    cast.flow()
    assert as_ada.get(f"/flows/?{query}").status_code == 200


def test_names_and_texts_are_shown_as_they_were_typed_and_never_run(as_ada):
    cast.gateway(
        '<i onclick="x">', flow=cast.flow("<script>alert(1)</script>", opening_message='"><img src=x>')
    )
    page = as_ada.get("/flows/").text
    for markup in ("<script>alert", "<img src=x", "<i onclick"):
        assert markup not in page
    assert "&lt;script&gt;alert(1)" in page
