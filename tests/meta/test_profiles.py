import pytest
import requests_mock

from webgateway.meta import profiles
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph
from webgateway.meta.profiles import Profile

URL = "https://graph.test/v26.0/555"


def test_a_messenger_customer_has_a_name_and_a_picture(meta: requests_mock.Mocker, graph: Graph) -> None:
    picture = "https://media.example/petro.jpg"
    meta.get(URL, json={"id": "555", "name": "Petro Melnyk", "profile_pic": picture})
    assert profiles.fetch(graph, "messenger", "555", "EAApage") == Profile("Petro Melnyk", picture, None)
    assert meta.request_history[-1].qs["fields"] == ["id,name,first_name,last_name,profile_pic"]
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer EAApage"


def test_first_and_last_name_make_a_name(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, json={"first_name": "Petro", "last_name": "Melnyk"})
    assert profiles.fetch(graph, "messenger", "555", "EAApage").name == "Petro Melnyk"
    meta.get(URL, json={"last_name": "Melnyk"})
    assert profiles.fetch(graph, "messenger", "555", "EAApage").name == "Melnyk"


def test_an_instagram_customer_has_a_username_and_perhaps_no_name(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(URL, json={"name": None, "username": "petro.melnyk"})
    assert profiles.fetch(graph, "instagram", "555", "EAApage") == Profile(None, None, "petro.melnyk")
    assert meta.request_history[-1].qs["fields"] == ["name,username,profile_pic"]


def test_a_customer_meta_does_not_show_is_nobody(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, json={})
    assert profiles.fetch(graph, "messenger", "555", "EAApage") == Profile(None, None, None)


@pytest.mark.parametrize(("code", "subcode"), [(100, 2018218), (230, None), (2018247, None)])
def test_a_customer_meta_will_not_show_says_so(
    code: int, subcode: int | None, meta: requests_mock.Mocker, graph: Graph
) -> None:
    body = {"error": {"code": code, "error_subcode": subcode, "message": "x"}}
    meta.get(URL, json=body, status_code=400)
    with pytest.raises(GraphError) as caught:
        profiles.fetch(graph, "instagram", "555", "EAApage")
    assert caught.value.kind == "profile_unavailable"


@pytest.mark.parametrize("code", [10, 100, 200])
def test_a_field_that_may_not_be_read_on_instagram_leaves_the_username(
    code: int, meta: requests_mock.Mocker, graph: Graph
) -> None:
    refused = {"error": {"code": code, "message": "(#100) Tried accessing nonexisting field (profile_pic)"}}
    meta.get(f"{URL}?fields=name,username,profile_pic", json=refused, status_code=400)
    meta.get(f"{URL}?fields=username", json={"username": "petro.melnyk", "id": "555"})
    assert profiles.fetch(graph, "instagram", "555", "EAApage") == Profile(None, None, "petro.melnyk")


def test_somebody_who_has_not_written_is_asked_for_once(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, json={"error": {"code": 230, "message": "User consent is required"}}, status_code=400)
    with pytest.raises(GraphError):
        profiles.fetch(graph, "instagram", "555", "EAApage")
    assert meta.call_count == 1
