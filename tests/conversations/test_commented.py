"""Comments and mentions as Meta tells them: kept once, in Meta's order, and nothing else happens."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.deliveries import PAGE, post
from tests.journal import effects
from webgateway.conversations.comments import Comment
from webgateway.conversations.models import Contact, Conversation
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.journal.models import Event

WRITTEN = 1785312003
INSTAGRAM = "17841405726653026"


@pytest.fixture
def told(visitor, gateway, page, work):
    """Deliver what was done to a comment under a post of the page, `after` seconds from its writing."""

    def telling(verb="add", message="How much is a crate?", after=0, **value):
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": "90_1",
            "post_id": f"{PAGE}_90",
            "from": {"id": "8423678347823", "name": "Joan Doe"},
            "created_time": WRITTEN,
            "message": message,
            **value,
        }
        entry = {"id": PAGE, "time": WRITTEN + after, "changes": [{"field": "feed", "value": value}]}
        post(visitor, gateway, {"object": "page", "entry": [entry]})
        work(reading, taking)

    return telling


@pytest.fixture
def on_instagram(visitor, gateway, page, work):
    page.instagram_id, page.instagram_username = INSTAGRAM, "cisco.dogs"
    db.session.commit()

    def telling(field="comments", at=WRITTEN, **value):
        entry = {"id": INSTAGRAM, "time": at, "changes": [{"field": field, "value": value}]}
        post(visitor, gateway, {"object": "instagram", "entry": [entry]})
        work(reading, taking)

    return telling


def comment() -> Comment:
    return db.session.scalars(select(Comment)).one()


def last_event() -> Event:
    return db.session.scalars(select(Event).order_by(Event.id.desc())).first()


def test_a_comment_under_a_post_is_kept_with_all_that_meta_says_of_it(told, page):
    told(
        parent_id="90_0",
        post={"permalink_url": "https://www.facebook.com/p/1"},
        photo="https://x.fbcdn.net/1",
    )
    one = comment()
    assert (one.page, one.tenant_id, one.channel, one.kind) == (page, page.tenant_id, "messenger", "comment")
    assert (one.meta_id, one.post_id, one.parent_id) == ("90_1", f"{PAGE}_90", "90_0")
    assert (one.author_id, one.author_name) == ("8423678347823", "Joan Doe")
    assert (one.text, one.photo_url) == ("How much is a crate?", "https://x.fbcdn.net/1")
    assert one.post_url == "https://www.facebook.com/p/1"
    assert one.at == datetime.fromtimestamp(WRITTEN, UTC)
    assert last_event().outcome == "done"


def test_it_opens_no_conversation_and_asks_for_no_profile(told, requests_mock):
    told()
    assert db.session.scalars(select(Contact)).all() == []
    assert db.session.scalars(select(Conversation)).all() == []
    assert requests_mock.call_count == 0


def test_an_edit_changes_the_text_and_not_the_time(told):
    told()
    told("edited", "How much are two crates?", after=60)
    assert comment().text == "How much are two crates?"
    assert comment().at == datetime.fromtimestamp(WRITTEN, UTC)
    assert comment().edited_at == datetime.fromtimestamp(WRITTEN + 60, UTC)


def test_edits_count_in_metas_order(told):
    told("edited", "third", after=120)
    told("edited", "second", after=60)
    told("add", "first")
    assert comment().text == "third"


def test_what_is_removed_leaves_no_text_behind(told):
    told(photo="https://x.fbcdn.net/1")
    told("remove", None, after=60)
    assert (comment().text, comment().photo_url) == ("", None)
    assert comment().removed_at == datetime.fromtimestamp(WRITTEN + 60, UTC)
    assert comment().state == "removed"


@pytest.mark.parametrize("verb", ["add", "edited"])
def test_what_was_removed_does_not_come_back(told, verb):
    told("remove", None, after=60)
    told(verb, "Late", after=30)
    assert comment().text == ""
    assert last_event().reason == "The comment has been removed since."


def test_hidden_and_shown_again_in_metas_order(told):
    told()
    told("hide", after=60)
    assert comment().hidden
    told("unhide", after=120)
    told("hide", after=90)
    assert not comment().hidden


def test_a_comment_first_heard_of_when_it_was_hidden_is_whole(told):
    told("hide", after=60)
    assert (comment().text, comment().hidden) == ("How much is a crate?", True)
    assert comment().at == datetime.fromtimestamp(WRITTEN, UTC)


def test_the_same_comment_delivered_twice_is_one(told):
    told()
    told(post={"id": "differs"})
    assert comment().text == "How much is a crate?"
    assert last_event().outcome == "duplicate"


def test_the_pages_own_comment_is_ignored_with_the_reason(told):
    told(**{"from": {"id": PAGE, "name": "Cisco Dogs"}})
    assert db.session.scalars(select(Comment)).all() == []
    assert last_event().reason == "A comment of the account itself."


def test_what_else_can_be_done_to_a_comment_is_ignored_with_its_name(told):
    told("follow")
    assert last_event().reason == "No use is made of it that somebody did “follow”."
    assert db.session.scalars(select(Comment)).all() == []


def test_comments_of_one_delivery_are_looked_up_at_once(visitor, gateway, page, count_queries):
    def deliver(first: int, number: int) -> int:
        values = [
            {
                "item": "comment",
                "verb": "add",
                "comment_id": f"90_{first + n}",
                "message": "Hi",
                "created_time": WRITTEN,
            }
            for n in range(number)
        ]
        changes = [{"field": "feed", "value": value} for value in values]
        entry = {"id": PAGE, "time": WRITTEN, "changes": changes}
        post(visitor, gateway, {"object": "page", "entry": [entry]})
        reading.work(reading.claim())
        job = taking.claim()
        with count_queries() as queries:
            taking.work(job)
        return len([query for query in queries if query.startswith("SELECT")])

    assert deliver(1, 2) == deliver(100, 20)


class TestInstagram:
    def test_a_comment_names_its_author_by_username(self, on_instagram):
        media = {"id": "17918195224117851", "media_product_type": "FEED"}
        author = {"id": "6841100000000001", "username": "joan.doe"}
        on_instagram(id="178657", text="Lovely!", media=media, **{"from": author})
        assert (comment().channel, comment().display_name) == ("instagram", "@joan.doe")
        assert (comment().post_id, comment().live) == ("17918195224117851", False)

    def test_a_comment_during_a_broadcast_says_so(self, on_instagram):
        on_instagram("live_comments", id="178657", text="Hello from Kyiv")
        assert comment().live
        assert comment().display_name == "Somebody on Instagram"

    def test_the_accounts_own_comment_is_ignored(self, on_instagram):
        on_instagram(id="178657", text="Thanks", **{"from": {"id": "99", "username": "cisco.dogs"}})
        assert last_event().reason == "A comment of the account itself."

    def test_a_mention_in_a_comment_and_one_in_a_caption(self, on_instagram):
        on_instagram("mentions", media_id="1791", comment_id="1789")
        on_instagram("mentions", media_id="1792")
        found = db.session.scalars(select(Comment).order_by(Comment.id)).all()
        assert [(one.kind, one.meta_id, one.post_id) for one in found] == [
            ("mention", "1789", "1791"),
            ("mention", "1792", "1792"),
        ]

    def test_a_comment_and_a_mention_may_bear_the_same_id(self, on_instagram):
        on_instagram(id="1789", text="@cisco.dogs")
        on_instagram("mentions", media_id="1791", comment_id="1789")
        assert len(db.session.scalars(select(Comment)).all()) == 2


@pytest.mark.parametrize(
    "name", ["page/feed/comment_add_full", "page/feed/legacy_sender_fields", "instagram/comments/min"]
)
def test_a_payload_becomes_a_comment(visitor, gateway, page, work, name):
    body = effects.body(name)
    page.meta_id = body["entry"][0]["id"]
    page.instagram_id = page.meta_id if body["object"] == "instagram" else None
    db.session.commit()
    post(visitor, gateway, body)
    work(reading, taking)
    assert comment().text
