"""Comments, mentions and the rest: contract 6.6, 6.7."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from webgateway.meta.events import Event, parse

Of = Callable[[str], Event]


@pytest.fixture
def change(wire: Callable[[Any], bytes]) -> Callable[..., Event]:
    def made(field: str, value: Any, object_: str = "page") -> Event:
        entry = {"id": "210", "time": 1793500000, "changes": [{"field": field, "value": value}]}
        (found,) = parse(wire({"object": object_, "entry": [entry]}))
        return found

    return made


def test_a_comment_on_a_page_names_its_author_post_and_parent(event: Of) -> None:
    reply = event("page/feed/comment_reply")
    assert (reply.kind, reply.action, reply.text) == ("comment", "add", "And for ten?")
    assert (reply.user_id, reply.user_name) == ("990000000000009", "Petro Melnyk")
    assert (reply.comment_id, reply.parent_id) == ("71_9002", "71_9001")
    assert reply.post_id == "210000000000001_71"
    assert reply.at == datetime(2026, 11, 1, 2, 26, 39, tzinfo=UTC)


def test_an_old_comment_names_its_author_otherwise(event: Of) -> None:
    old = event("page/feed/legacy_sender_fields")
    assert (old.user_id, old.user_name, old.action) == ("990000000000010", "Petro Melnyk", "hide")


@pytest.mark.parametrize(
    ("name", "comment_id"),
    [
        ("full_documented_comment_id", "440000000000005"),
        ("full_observed_id", "440000000000014"),
        ("flat_instagram_login", "440000000000005"),
        ("min", "440000000000005"),
    ],
)
def test_a_comment_on_instagram_is_named_in_either_way(name: str, comment_id: str, event: Of) -> None:
    comment = event(f"instagram/comments/{name}")
    assert (comment.kind, comment.channel, comment.comment_id) == ("comment", "instagram", comment_id)
    assert comment.field == "comments"


def test_a_comment_on_instagram_has_its_medium_and_username(event: Of) -> None:
    comment = event("instagram/comments/full_documented_comment_id")
    assert (comment.post_id, comment.user_name) == ("440000000000004", "petro.melnyk")


def test_each_thing_done_to_a_comment_has_its_own_key(change: Callable[..., Event]) -> None:
    value = {"item": "comment", "comment_id": "71_1", "created_time": 1793500000}
    keys = {change("feed", value | {"verb": verb}).dedupe_key for verb in ("add", "edited", "hide", "remove")}
    assert len(keys) == 4


def test_what_is_done_to_a_comment_has_its_own_time_beside_that_of_the_comment(
    change: Callable[..., Event],
) -> None:
    value = {"item": "comment", "comment_id": "71_1", "created_time": 1793400000}
    added, edited = (change("feed", value | {"verb": verb}) for verb in ("add", "edited"))
    assert added.at == added.written_at == edited.written_at == datetime.fromtimestamp(1793400000, UTC)
    assert edited.at == datetime.fromtimestamp(1793500000, UTC)


def test_hiding_a_comment_twice_is_two_happenings(wire: Callable[[Any], bytes]) -> None:
    value = {"item": "comment", "verb": "hide", "comment_id": "71_1", "created_time": 1793400000}
    keys = set()
    for at in (1793500000, 1793500060):
        entry = {"id": "210", "time": at, "changes": [{"field": "feed", "value": value}]}
        keys |= {found.dedupe_key for found in parse(wire({"object": "page", "entry": [entry]}))}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("post", "url"),
    [
        ({"permalink_url": "https://www.facebook.com/1/posts/2"}, "https://www.facebook.com/1/posts/2"),
        ({"permalink_url": "/1/posts/2"}, "https://www.facebook.com/1/posts/2"),
        ({"permalink_url": "javascript:alert(1)"}, "https://www.facebook.com/210_71"),
        ({}, "https://www.facebook.com/210_71"),
    ],
)
def test_a_post_has_an_address(post: dict[str, str], url: str, change: Callable[..., Event]) -> None:
    value = {"item": "comment", "verb": "add", "comment_id": "71_1", "post_id": "210_71", "post": post}
    assert change("feed", value).post_url == url


def test_a_comment_of_the_account_itself_is_ignored(change: Callable[..., Event]) -> None:
    value = {"item": "comment", "verb": "add", "comment_id": "71_1", "from": {"id": "210"}}
    assert change("feed", value).ignored == "A comment of the account itself."


def test_a_comment_without_a_name_is_ignored(change: Callable[..., Event]) -> None:
    assert change("feed", {"item": "comment", "verb": "add"}).ignored == "It names no comment."
    assert change("comments", {"text": "x"}, "instagram").ignored == "It names no comment."


def test_a_mention_names_the_medium_and_perhaps_the_comment(event: Of) -> None:
    full, medium = event("instagram/mentions/full"), event("instagram/mentions/media")
    assert (full.post_id, full.comment_id) == ("440000000000004", "440000000000007")
    assert (medium.post_id, medium.comment_id) == ("440000000000004", None)


def test_other_changes_say_that_no_use_is_made_of_them(event: Of) -> None:
    assert event("page/feed/reaction_add").ignored == "No use is made of feed reaction."
    insights = event("instagram/story_insights/min")
    assert (insights.field, insights.ignored) == ("story_insights", "No use is made of story_insights.")


def test_a_change_of_permissions_tells_its_verb(event: Of) -> None:
    assert event("permissions/pages_messaging/revoked").action == "revoked"
    assert event("permissions/connected/min").action == "granted"


def test_the_bare_name_of_a_change_is_ignored(event: Of) -> None:
    bare = event("page/feed/changed_fields_include_values_off")
    assert (bare.kind, bare.field) == ("change", "feed")
    assert bare.ignored is not None


@pytest.mark.parametrize("value", [None, 5, "words", [], {}, {"item": {}}, {"from": 5, "item": "comment"}])
def test_a_change_of_any_shape_is_one_event(value: Any, change: Callable[..., Event]) -> None:
    assert change("feed", value).ignored is not None


def test_a_message_among_the_changes_is_a_test_from_the_dashboard(event: Of) -> None:
    test = event("page/messaging_postbacks/dashboard_test_changes_shape")
    assert (test.kind, test.ignored) == ("change", "A test sent from Meta's dashboard.")
    assert test.account_id != "0"
