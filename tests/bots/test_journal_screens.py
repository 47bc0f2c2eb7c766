"""What bots were told and what became of it, as an administrator reads it; and replay."""

import re
from datetime import timedelta

import pytest

from tests import cast
from webgateway.bots import search
from webgateway.conversations import bot_calls
from webgateway.conversations.bot_calls import BotCall
from webgateway.db import db, utcnow


@pytest.fixture
def told(tell, step, robot):
    """A call that went well."""
    tell()
    return step()


@pytest.fixture
def failed(tell, step, robot, talk):
    """A call that the bot refused; the conversation went to agents."""
    robot.answers = [401]
    tell("Secret words")
    return step()


def rows(answer) -> list[str]:
    found = re.findall(r'<tr id="call-\d+">.*?</tr>', answer.text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestList:
    def test_each_call_is_a_row_with_what_became_of_it(self, as_sam, failed):
        (row,) = rows(as_sam.get("/journal/bots/"))
        for said in (
            "Orders",
            "Peter Chang",
            "Message received",
            "Failed",
            "It refused the call (401).",
            "401",
            "1",
        ):
            assert said in row

    def test_the_newest_comes_first(self, as_sam, tell):
        tell()
        tell(None, "conversation.closed")
        assert ["closed" in row for row in rows(as_sam.get("/journal/bots/"))] == [True, False]

    def test_what_waits_says_when_it_is_tried_next(self, as_sam, robot, tell, step):
        robot.answers = [503]
        tell()
        step()
        (row,) = rows(as_sam.get("/journal/bots/"))
        assert "Waiting" in row
        assert "next" in row

    def test_a_part_is_answered_with_the_list_alone(self, as_sam, told):
        answer = as_sam.fragment("/journal/bots/")
        assert len(rows(answer)) == 1
        assert "<html" not in answer.text

    def test_states_narrow_the_list(self, as_sam, told):
        assert len(rows(as_sam.get("/journal/bots/?state=done"))) == 1
        assert rows(as_sam.get("/journal/bots/?state=failed")) == []
        assert len(rows(as_sam.get("/journal/bots/?state=odd&page=-1&size=x"))) == 1

    def test_words_find_flows_and_customers_and_numbers_conversations(self, as_sam, told, talk):
        for q, found in (
            ("orDERS", 1), ("chang", 1), (str(talk.id), 1), (f"#{talk.id}", 1),
            ("4711", 0), ("zebra", 0), ("%", 0), ("9" * 30, 0),
        ):  # fmt: skip
            assert len(rows(as_sam.get("/journal/bots/", query_string={"q": q}))) == found, q

    def test_words_are_looked_for_in_what_is_recent(self, as_sam, tell, talk, monkeypatch):
        tell()
        tell()
        monkeypatch.setattr(search, "RECENT", 1)
        assert len(rows(as_sam.get("/journal/bots/?q=orders"))) == 1
        assert len(rows(as_sam.get(f"/journal/bots/?q={talk.id}"))) == 2

    def test_an_empty_list_says_what_to_do(self, as_sam, told):
        assert "Nothing matches" in as_sam.get("/journal/bots/?q=zebra").text
        db.session.delete(told)
        db.session.commit()
        assert "No bot has been called yet" in as_sam.get("/journal/bots/").text

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, as_sam, tell, count_queries):
        tell()
        with count_queries() as few:
            as_sam.get("/journal/bots/")
        for _ in range(5):
            tell()
        with count_queries() as many:
            as_sam.get("/journal/bots/")
        assert len(many) == len(few)

    def test_the_journal_leads_to_it_and_back(self, as_sam):
        assert 'href="/journal/bots/"' in as_sam.get("/journal/").text
        assert 'href="/journal/"' in as_sam.get("/journal/bots/").text

    def test_the_ladder(self, visitor, as_gail, as_rita, told):
        assert "/login" in visitor.get("/journal/bots/").location
        assert as_gail.get("/journal/bots/").status_code == 403
        assert rows(as_rita.get("/journal/bots/")) == []


class TestCall:
    def test_it_shows_what_was_sent_and_what_became_of_it(self, as_sam, failed, talk):
        page = as_sam.get(f"/journal/bots/{failed.id}").text
        for said in (
            "Orders",
            "Peter Chang",
            failed.key,
            "HTTP status 401",
            "It refused the call",
            "Secret words",
        ):
            assert said in page
        assert f'href="/conversations/{talk.id}"' in page
        assert "who=bot" not in words(page), "a query may hold a secret"

    def test_what_was_sent_is_never_markup(self, as_sam, tell):
        call = tell("<img src=x onerror=alert(1)>")
        page = as_sam.get(f"/journal/bots/{call.id}").text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page

    def test_one_whose_flow_was_deleted_is_still_there(self, as_sam, told):
        told.flow = None
        db.session.commit()
        assert "Deleted since" in as_sam.get(f"/journal/bots/{told.id}").text
        assert as_sam.get("/journal/bots/").status_code == 200

    def test_the_ladder(self, visitor, as_gail, as_rita, as_sam, told):
        assert "/login" in visitor.get(f"/journal/bots/{told.id}").location
        assert as_gail.get(f"/journal/bots/{told.id}").status_code == 403
        assert as_rita.get(f"/journal/bots/{told.id}").status_code == 404
        assert as_sam.get("/journal/bots/4711").status_code == 404


class TestReplay:
    def test_what_failed_is_told_once_more(self, as_ada, failed, robot, step, talk):
        answer = as_ada.post(f"/journal/bots/{failed.id}/replay")
        assert (answer.status_code, answer.location) == (303, f"/journal/bots/{failed.id}")
        assert (failed.state, failed.attempts, failed.error, failed.status) == ("waiting", 0, None, None)
        assert "1 waits again" in as_ada.get(answer.location).text
        robot.answers = [204]
        assert step().state == "done"
        ids = [headers["webhook-id"] for headers, _ in robot.told]
        assert ids == [failed.key] * 2

    def test_what_it_answers_then_counts_no_more(self, as_ada, failed, robot, step, talk):
        as_ada.post(f"/journal/bots/{failed.id}/replay")
        robot.answers = [{"messages": [{"text": "Hello again"}]}]
        assert step().state == "dropped"
        assert talk.queue.name == "General"

    def test_it_is_tried_longer_than_a_flow_waits(self, as_ada, failed, robot, step):
        failed.created_at = utcnow() - timedelta(hours=2)
        db.session.commit()
        as_ada.post(f"/journal/bots/{failed.id}/replay")
        robot.answers = [500]
        assert step().state == "waiting"

    def test_what_is_done_is_not_repeated(self, as_ada, told):
        answer = as_ada.post(f"/journal/bots/{told.id}/replay")
        assert told.state == "done"
        assert "There is nothing to replay" in as_ada.get(answer.location).text

    def test_all_that_failed_within_the_search(self, as_ada, failed, talk):
        assert "Replay failed (1)" in as_ada.get("/journal/bots/").text
        as_ada.post("/journal/bots/replays?q=zebra")
        assert failed.state == "failed"
        answer = as_ada.post("/journal/bots/replays?q=orders")
        assert answer.location == "/journal/bots/?q=orders"
        assert failed.state == "waiting"
        assert "Replay failed" not in as_ada.get("/journal/bots/").text

    def test_counting_stops_where_it_would_be_slow(self, as_ada, failed, tell, monkeypatch):
        tell()
        db.session.execute(db.update(BotCall).values(state="failed"))
        db.session.commit()
        monkeypatch.setattr(search, "MOST", 1)
        assert search.Search(cast.tenant(), {}).failed == 1

    def test_the_ladder(self, visitor, as_sam, as_rita, as_ada, failed):
        one, all_of_them = f"/journal/bots/{failed.id}/replay", "/journal/bots/replays"
        assert "/login" in visitor.post(one).location
        assert [as_sam.post(where).status_code for where in (one, all_of_them)] == [403, 403]
        assert "Replay" not in as_sam.get(f"/journal/bots/{failed.id}").text
        assert "Replay" not in as_sam.get("/journal/bots/").text
        assert "Failed: 1" in as_sam.get("/journal/bots/").text
        assert as_rita.post(one).status_code == 404
        as_rita.post(all_of_them)
        assert as_ada.post("/journal/bots/4711/replay").status_code == 404
        assert failed.state == "failed"


def test_the_kinds_have_words():
    kinds = bot_calls.Event.__annotations__["type"].__args__
    assert set(kinds) == set(bot_calls.KINDS)
