"""The comments of the pages: the list, one comment, and the form for its private reply."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow

LIST = "/conversations/comments/"


@pytest.fixture
def joan(page):
    return cast.comment(page)


def names(answer) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>", answer.text)


def poll(answer) -> str:
    return re.search(r'hx-get="([^"]+token=[^"]+)"', answer.text)[1].replace("&amp;", "&")


def url(comment) -> str:
    return f"{LIST}{comment.id}"


class TestList:
    def test_the_newest_comes_first_with_where_when_and_what_to_do(self, as_gail, page, joan):
        cast.comment(page, "Older", meta_id="2", author_name="Abe", at=utcnow() - timedelta(days=1))
        answer = as_gail.get(LIST)
        assert answer.status_code == 200
        assert names(answer) == ["Joan Doe", "Abe"]
        for words in (
            "How much is a crate?",
            "Cisco Dogs",
            "Facebook",
            "New",
            joan.post_url,
            "Reply privately",
        ):
            assert words in answer.text

    def test_it_is_a_tab_of_the_conversations(self, as_gail, joan):
        for path, chosen in (("/conversations/", "Messages"), (LIST, "Comments")):
            tabs = re.findall(r'role="tab" href="[^"]+" aria-selected="true">([^<]+)', as_gail.get(path).text)
            assert tabs == [chosen]

    def test_a_part_is_answered_with_the_list_alone(self, as_gail, joan):
        answer = as_gail.fragment(LIST)
        assert "Joan Doe" in answer.text
        assert "<html" not in answer.text

    def test_nothing_new_is_no_answer(self, as_gail, joan):
        again = poll(as_gail.get(LIST))
        assert as_gail.fragment(again).status_code == 204
        joan.text = "How much are two crates?"
        db.session.commit()
        assert "two crates" in as_gail.fragment(again).text

    @pytest.mark.parametrize(
        ("state", "found"),
        [
            ("new", ["Joan Doe"]),
            ("replied", ["Ann"]),
            ("expired", ["Bea"]),
            ("removed", ["Cleo"]),
            ("all", ["Joan Doe", "Ann", "Cleo", "Bea"]),
            ("odd", ["Joan Doe"]),
        ],
    )
    def test_each_is_in_one_state(self, as_gail, page, joan, state, found):
        now = utcnow()
        hours = timedelta(hours=1)
        cast.comment(page, meta_id="2", author_name="Ann", replied_at=now, at=now - 2 * hours)
        cast.comment(page, meta_id="3", author_name="Cleo", removed_at=now, at=now - 3 * hours)
        cast.comment(page, meta_id="4", author_name="Bea", at=now - timedelta(days=7))
        answer = as_gail.fragment(f"{LIST}?state={state}")
        assert names(answer) == found

    def test_authors_and_words_are_searched(self, as_gail, page, joan):
        cast.comment(page, "Lovely baskets!", meta_id="2", author_name="Abe")
        assert names(as_gail.fragment(f"{LIST}?q=CRATE")) == ["Joan Doe"]
        assert names(as_gail.fragment(f"{LIST}?q=abe")) == ["Abe"]
        assert names(as_gail.fragment(f"{LIST}?q=%25")) == []

    def test_one_page_alone_can_be_listed(self, as_gail, gateway, joan):
        cats = cast.page(gateway, "Cisco Cats", "102938475610294")
        cast.comment(cats, author_name="Abe")
        assert names(as_gail.fragment(f"{LIST}?page_id={cats.id}")) == ["Abe"]

    def test_a_long_list_is_cut_into_pages(self, as_gail, page):
        for number in range(25):
            at = utcnow() - timedelta(minutes=number)
            cast.comment(page, meta_id=str(number), author_name=f"Nr {number}", at=at)
        assert len(names(as_gail.fragment(LIST))) == 20
        assert names(as_gail.fragment(f"{LIST}?page=2")) == [f"Nr {number}" for number in range(20, 25)]

    def test_why_it_is_empty_is_said(self, as_gail, page):
        assert "Nobody has commented yet" in as_gail.get(LIST).text
        cast.comment(page, replied_at=utcnow())
        assert "No new comments" in as_gail.get(LIST).text
        assert "Nothing matches" in as_gail.get(f"{LIST}?q=zebra").text

    def test_its_cost_does_not_grow_with_it(self, as_gail, page, joan, count_queries):
        def asked() -> int:
            with count_queries() as queries:
                as_gail.get(LIST + "?state=all")
            return len(queries)

        self.answered(page, "1")
        before = asked()
        for number in range(2, 12):
            self.answered(page, str(number))
        assert asked() == before

    def answered(self, page, meta_id: str) -> None:
        comment = cast.comment(page, meta_id=meta_id, replied_at=utcnow())
        gail = cast.person("Gail")
        db.session.add(Message(page_id=page.id, comment=comment, author="agent", user=gail, text="Hi"))
        db.session.commit()

    def test_another_tenant_sees_nothing_of_it(self, as_rita, joan):
        assert names(as_rita.get(LIST + "?state=all")) == []

    def test_nobody_signed_in_and_nobody_without_the_right(self, visitor, as_nora, joan):
        assert "/login" in visitor.get(LIST).location
        assert as_nora.get(LIST).status_code == 403


class TestOne:
    def test_it_shows_who_where_and_what_it_answers(self, as_gail, page, joan):
        reply = cast.comment(page, "And for ten?", meta_id="2", author_name="Abe", parent_id=joan.meta_id)
        shown = as_gail.get(url(reply)).text
        for words in (
            "Abe",
            "And for ten?",
            "In answer to Joan Doe",
            "How much is a crate?",
            "Open the post",
        ):
            assert words in shown

    def test_the_form_says_what_meta_takes(self, as_gail, joan):
        shown = as_gail.get(url(joan)).text
        assert "One message, 2,000 characters at most" in shown
        assert "data-countdown" in shown
        assert "which only Joan Doe sees" in shown

    def test_during_a_broadcast_there_is_no_week(self, as_gail, joan):
        joan.live, joan.channel = True, "instagram"
        db.session.commit()
        shown = as_gail.get(url(joan)).text
        assert "1,000 bytes at most" in shown
        assert "only while the broadcast runs" in shown
        assert "data-countdown" not in shown

    def test_a_mention_has_no_private_reply_and_says_so(self, as_gail, page):
        mention = cast.comment(
            page, "", kind="mention", channel="instagram", author_name=None, author_id=None
        )
        shown = as_gail.get(url(mention)).text
        assert "Meta offers no private reply to a mention." in shown
        assert "<textarea" not in shown

    def test_a_comment_of_hostile_words_is_only_words(self, as_gail, joan):
        joan.text, joan.author_name = "<script>alert(1)</script>", "<b>Joan"
        db.session.commit()
        for path in (LIST, url(joan)):
            shown = as_gail.get(path).text
            assert "<script>alert" not in shown
            assert "<b>Joan" not in shown

    def test_it_is_fresh_by_itself(self, as_gail, joan):
        again = poll(as_gail.get(url(joan)))
        assert as_gail.fragment(again).status_code == 204
        joan.removed_at, joan.text = utcnow(), ""
        db.session.commit()
        news = as_gail.fragment(again).text
        assert "This comment has been removed." in news
        assert "<html" not in news

    def test_who_may_only_read_is_offered_no_form(self, as_nora, joan):
        cast.person("Nora").roles[0].permissions = ["conversations:read"]
        db.session.commit()
        shown = as_nora.get(url(joan)).text
        assert "How much is a crate?" in shown
        assert "<textarea" not in shown
        assert "Reply privately" not in as_nora.get(LIST).text

    def test_strangers_and_missing_ones_are_not_found(self, as_rita, as_gail, joan):
        assert as_rita.get(url(joan)).status_code == 404
        assert as_gail.get(f"{LIST}4711").status_code == 404
        assert as_rita.post(f"{url(joan)}/reply", data={"text": "Hi"}).status_code == 404
        assert db.session.scalars(select(Message)).all() == []


class TestSight:
    """Meta shows comments only after a login that allows it."""

    @pytest.fixture
    def olena(self, page):
        olena = page.grants[0].account
        olena.scopes = ["pages_messaging"]
        db.session.commit()
        return olena

    def test_an_administrator_is_offered_the_login(self, as_ada, olena):
        shown = as_ada.get(LIST).text
        assert "Facebook does not show comments to Support yet" in shown
        assert "pages_read_user_content" in shown
        link = re.search(r'href="([^"]+)" data-popup>Allow comments', shown)[1]
        assert link == f"/gateways/{olena.gateway_id}/pages/connect?comments=1"
        assert "pages_read_user_content" in as_ada.get(link).location

    def test_the_usual_login_does_not_ask_for_it(self, as_ada, olena):
        usual = as_ada.get(f"/gateways/{olena.gateway_id}/pages/connect").location
        assert "pages_messaging" in usual
        assert "pages_read_user_content" not in usual

    def test_instagram_has_a_permission_of_its_own(self, as_ada, olena):
        olena.scopes = ["pages_messaging", "pages_read_user_content", "instagram_manage_messages"]
        db.session.commit()
        shown = as_ada.get(LIST).text
        assert "Instagram does not show comments to Support yet" in shown
        link = re.search(r'href="([^"]+)" data-popup>Allow comments', shown)[1]
        assert "instagram_manage_comments" in as_ada.get(link).location

    def test_nothing_is_said_when_it_is_allowed_and_to_whom_it_does_not_concern(self, as_ada, as_gail, olena):
        assert "Allow comments" not in as_gail.get(LIST).text
        olena.scopes = ["pages_messaging", "pages_read_user_content"]
        db.session.commit()
        assert "Allow comments" not in as_ada.get(LIST).text

    def test_another_tenants_gateways_are_not_named(self, as_rita, olena):
        assert "Support" not in as_rita.get(LIST).text
