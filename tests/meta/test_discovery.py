"""Finding pages by the three ways of contract 3.2."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock

from webgateway.meta import pages
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph
from webgateway.meta.oauth import TokenInfo
from webgateway.meta.pages import FoundPage, InstagramAccount

URL = "https://graph.test/v26.0"
ORCHARD = {
    "id": "210",
    "name": "Orchard",
    "category": "Farm",
    "access_token": "EAAorchard",
    "picture": {"data": {"url": "https://media.example/orchard.jpg"}},
    "tasks": ["MESSAGING", "MODERATE"],
    "instagram_business_account": {"id": "17841", "username": "orchard", "name": "The Orchard"},
}
BAKERY = {"id": "211", "name": "Bakery", "access_token": "EAAbakery"}
MILL = {"id": "212", "name": "Mill", "access_token": "EAAmill", "tasks": ["PROFILE_PLUS_MESSAGING"]}


def token(**granular: set[str] | None) -> TokenInfo:
    return TokenInfo(True, "USER", "8", None, "1029", set(granular), granular, None, None, None)


def refusal(code: int, message: str = "x", subcode: int | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "error_subcode": subcode}}


def single_reads(**nodes: dict[str, Any]) -> Callable[[Any, Any], list[dict[str, Any]]]:
    """Answers batches of reads; a key is `p` and the page's id."""

    def answer(request: Any, context: Any) -> list[dict[str, Any]]:
        items = json.loads(parse_qs(request.text)["batch"][0])
        found = [nodes["p" + urlsplit(item["relative_url"]).path] for item in items]
        return [{"code": 400 if "error" in node else 200, "body": json.dumps(node)} for node in found]

    return answer


def by_id(found: list[FoundPage]) -> dict[str, FoundPage]:
    assert len({page.id for page in found}) == len(found), "each page once"
    return {page.id: page for page in found}


def test_with_a_permission_for_all_pages_those_known_before_are_asked_for(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.post(f"{URL}/", json=single_reads(p211=BAKERY, p212=refusal(100, subcode=33)))
    known, everything = {"210", "211", "212"}, token(pages_messaging=None)
    assert set(by_id(pages.discover(graph, "EAAolena", everything, set(), known=known))) == {"210", "211"}
    chosen = token(pages_messaging={"210"})
    assert set(by_id(pages.discover(graph, "EAAolena", chosen, set(), known=known))) == {"210"}


def test_the_pages_a_person_manages_are_found_with_all_that_is_known(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD, BAKERY | {"access_token": None}]})
    orchard, bakery = pages.discover(graph, "EAAolena", token(), set())
    assert orchard == FoundPage(
        id="210",
        name="Orchard",
        category="Farm",
        picture_url="https://media.example/orchard.jpg",
        token="EAAorchard",
        tasks={"MESSAGING", "MODERATE"},
        instagram=InstagramAccount("17841", "orchard", "The Orchard", None),
        ways={"accounts"},
    )
    assert (bakery.token, bakery.tasks, bakery.instagram) == (None, None, None)
    assert "EAAorchard" not in repr(orchard)


def test_pages_that_were_ticked_but_not_listed_are_read_one_by_one(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.post(f"{URL}/", json=single_reads(p211=BAKERY, p212=MILL))
    info = token(pages_messaging={"210", "211"}, pages_manage_metadata={"212"}, email={"999"})
    found = by_id(pages.discover(graph, "EAAolena", info, set()))
    assert {page_id: page.ways for page_id, page in found.items()} == {
        "210": {"accounts"},
        "211": {"granular"},
        "212": {"granular"},
    }
    assert found["211"].token == "EAAbakery"


def test_a_permission_for_all_pages_names_none(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    found = pages.discover(graph, "EAAolena", token(pages_messaging=None, pages_show_list=None), set())
    assert [page.id for page in found] == ["210"]
    assert meta.call_count == 1


def test_more_than_fifty_ticked_pages_are_read_in_several_batches(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    nodes = {f"p{number}": {"id": str(number), "name": f"Shop {number}"} for number in range(300, 420)}
    meta.get(f"{URL}/me/accounts", json={"data": []})
    meta.post(f"{URL}/", json=single_reads(**nodes))
    info = token(pages_show_list={str(number) for number in range(300, 420)})
    assert len(pages.discover(graph, "EAAolena", info, set())) == 120
    assert [request.method for request in meta.request_history] == ["GET", "POST", "POST", "POST"]


def test_a_page_that_cannot_be_read_is_named_with_its_cause_and_harms_no_other(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.post(f"{URL}/", json=single_reads(p211=refusal(100, subcode=33), p212=MILL))
    found = by_id(pages.discover(graph, "EAAolena", token(pages_messaging={"211", "212"}), set()))
    assert found["212"].name == "Mill"
    assert (found["211"].name, found["211"].token) == ("211", None)
    cause = found["211"].error
    assert cause is not None
    assert cause.kind == "not_found"


def test_portfolios_are_searched_only_with_the_permission(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.get(f"{URL}/me/businesses", json={"data": [{"id": "33", "name": "Farm group"}]})
    meta.get(f"{URL}/33/owned_pages", json={"data": [BAKERY, ORCHARD | {"access_token": None}]})
    meta.get(f"{URL}/33/client_pages", json={"data": [MILL]})
    assert len(pages.discover(graph, "EAAolena", token(), set())) == 1
    found = by_id(pages.discover(graph, "EAAolena", token(), {"business_management"}))
    assert found.keys() == {"210", "211", "212"}
    assert found["210"].ways == {"accounts", "business"}
    assert found["210"].token == "EAAorchard", "what one way knows, the other does not take away"


def test_a_portfolio_that_may_not_be_read_loses_nothing(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.get(f"{URL}/me/businesses", json={"data": [{"id": "33"}, {"id": "34"}]})
    meta.get(f"{URL}/33/owned_pages", json=refusal(200), status_code=403)
    meta.get(f"{URL}/33/client_pages", json=refusal(100), status_code=400)
    meta.get(f"{URL}/34/owned_pages", json={"data": [MILL]})
    meta.get(f"{URL}/34/client_pages", json={"data": []})
    found = by_id(pages.discover(graph, "EAAolena", token(), {"business_management"}))
    assert found.keys() == {"210", "212"}
    meta.get(f"{URL}/me/businesses", json=refusal(200), status_code=403)
    found = by_id(pages.discover(graph, "EAAolena", token(), {"business_management"}))
    assert found.keys() == {"210"}


def test_a_page_found_broken_one_way_is_whole_when_another_way_shows_it(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": []})
    meta.post(f"{URL}/", json=single_reads(p211=refusal(10)))
    meta.get(f"{URL}/me/businesses", json={"data": [{"id": "33"}]})
    meta.get(f"{URL}/33/owned_pages", json={"data": [BAKERY]})
    meta.get(f"{URL}/33/client_pages", json={"data": []})
    info = token(pages_messaging={"211"})
    (bakery,) = pages.discover(graph, "EAAolena", info, {"business_management"})
    assert (bakery.name, bakery.token, bakery.error) == ("Bakery", "EAAbakery", None)
    assert bakery.ways == {"granular", "business"}


def test_what_one_way_does_not_tell_another_adds(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": []})
    meta.post(f"{URL}/", json=single_reads(p211=BAKERY))
    meta.get(f"{URL}/me/businesses", json={"data": [{"id": "33"}]})
    meta.get(
        f"{URL}/33/owned_pages", json={"data": [{"id": "211", "tasks": ["MODERATE"], "category": "Shop"}]}
    )
    meta.get(f"{URL}/33/client_pages", json={"data": []})
    (bakery,) = pages.discover(graph, "EAAolena", token(pages_messaging={"211"}), {"business_management"})
    assert (bakery.name, bakery.token) == ("Bakery", "EAAbakery")
    assert (bakery.tasks, bakery.category) == ({"MODERATE"}, "Shop")


@pytest.mark.parametrize("code", [10, 100, 200])
def test_an_instagram_account_that_may_not_be_read_does_not_break_the_list(
    code: int, meta: requests_mock.Mocker, graph: Graph
) -> None:
    def accounts(request: Any, context: Any) -> dict[str, Any]:
        asked = "instagram_business_account" in request.qs["fields"][0]
        return refusal(code) if asked else {"data": [BAKERY]}

    def reads(request: Any, context: Any) -> list[dict[str, Any]]:
        asked = "instagram_business_account" in request.text
        return [{"code": 400 if asked else 200, "body": json.dumps(refusal(code) if asked else MILL)}]

    meta.get(f"{URL}/me/accounts", json=accounts)
    meta.post(f"{URL}/", json=reads)
    found = by_id(pages.discover(graph, "EAAolena", token(pages_messaging={"212"}), set()))
    assert (found["211"].name, found["212"].name) == ("Bakery", "Mill")
    assert found["212"].error is None


def test_a_list_withheld_for_want_of_permission_leaves_the_ticked_pages(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json=refusal(200), status_code=403)
    meta.post(f"{URL}/", json=single_reads(p211=BAKERY))
    (bakery,) = pages.discover(graph, "EAAolena", token(pages_messaging={"211"}), set())
    assert bakery.name == "Bakery"


@pytest.mark.parametrize("code", [2, 4, 190, 100])
def test_a_search_that_broke_off_never_looks_complete(
    code: int, meta: requests_mock.Mocker, graph: Graph
) -> None:
    after = {"cursors": {"after": "A"}, "next": "https://graph.test/next?after=A"}
    broken = {"json": refusal(code), "status_code": 400}
    first = {"json": {"data": [ORCHARD], "paging": after}}
    meta.get(f"{URL}/me/accounts", [first, broken, broken])
    with pytest.raises(GraphError):
        pages.discover(graph, "EAAolena", token(), set())


def test_a_portfolio_search_that_broke_off_never_looks_complete(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD]})
    meta.get(f"{URL}/me/businesses", json={"data": [{"id": "33"}]})
    meta.get(f"{URL}/33/owned_pages", json=refusal(2), status_code=500)
    with pytest.raises(GraphError):
        pages.discover(graph, "EAAolena", token(), {"business_management"})


def test_the_progress_is_told(meta: requests_mock.Mocker, graph: Graph) -> None:
    told: list[int] = []
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD, BAKERY, ORCHARD]})
    pages.discover(graph, "EAAolena", token(), set(), told.append)
    assert told == [1, 2, 2]


@pytest.mark.parametrize(
    ("given", "tasks"),
    [
        (["MANAGE", "MESSAGING"], {"MANAGE", "MESSAGING"}),
        (["PROFILE_PLUS_MESSAGING", "PROFILE_PLUS_MODERATE"], {"MESSAGING", "MODERATE"}),
        ([], set()),
    ],
)
def test_the_new_names_of_tasks_mean_the_old_ones(
    given: list[str], tasks: set[str], meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD | {"tasks": given}]})
    (page,) = pages.discover(graph, "EAAolena", token(), set())
    assert page.tasks == tasks


def test_full_control_holds_every_task(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me/accounts", json={"data": [ORCHARD | {"tasks": ["PROFILE_PLUS_FULL_CONTROL"]}]})
    (page,) = pages.discover(graph, "EAAolena", token(), set())
    assert page.tasks is not None
    assert page.tasks > {"MESSAGING", "MODERATE", "MANAGE"}


def test_the_details_of_many_pages_are_read_with_their_own_tokens(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/", json=single_reads(p210=ORCHARD, p211=refusal(190)))
    found = pages.details_many(graph, [("210", "EAAorchard"), ("211", "EAAbakery")])
    assert list(found) == ["210", "211"]
    assert isinstance(found["210"], FoundPage)
    assert found["210"].name == "Orchard"
    assert isinstance(found["211"], GraphError)
    urls = [item["relative_url"] for item in json.loads(parse_qs(meta.request_history[-1].text)["batch"][0])]
    assert "access_token=EAAorchard" in urls[0]
    assert "access_token=EAAbakery" in urls[1]
    assert meta.call_count == 1
