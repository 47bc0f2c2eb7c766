"""Canned answers are written down, changed, deleted."""

import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from webgateway.db import db, utcnow
from webgateway.workspace.canned import CannedAnswer

HELLO = {"shortcut": "hello", "text": "Hello {{ contact.first_name | there }}!", "queue_id": ""}


@pytest.fixture
def hi(app) -> CannedAnswer:
    return answer("hi", "Hello!")


def answer(shortcut: str, text: str = "Words", **values: object) -> CannedAnswer:
    made = CannedAnswer(**{"tenant": cast.tenant(), "shortcut": shortcut, "text": text, **values})
    db.session.add(made)
    db.session.commit()
    return made


def answers() -> list[CannedAnswer]:
    return list(db.session.scalars(db.select(CannedAnswer).order_by(CannedAnswer.id)))


class TestTheList:
    def test_without_any_it_says_what_they_are_for(self, as_sam):
        page = as_sam.get("/canned-answers/").text
        assert "No canned answers yet" in page
        assert "/canned-answers/new" in page
        assert 'type="search"' not in page

    def test_it_shows_shortcut_text_and_queue(self, as_sam, hi):
        answer("refund", "Within a week.", queue=cast.queue("Claims"))
        answer("theirs", "Of another tenant", tenant=cast.tenant("Rival"))
        page = as_sam.get("/canned-answers/").text
        for words in (
            "/hi</a>",
            "Hello!",
            "All queues",
            "/refund</a>",
            "Within a week.",
            "Claims",
            "1–2 of 2",
        ):
            assert words in page
        assert "theirs" not in page

    def test_it_is_searched_by_shortcut_and_words(self, as_sam, hi):
        answer("refund", "In one week.")
        assert "/refund" in as_sam.fragment("/canned-answers/?q=WEEK").text
        found = as_sam.fragment("/canned-answers/?q=/hi").text
        assert "/hi" in found
        assert "/refund" not in found
        assert "No canned answer found" in as_sam.fragment("/canned-answers/?q=nothing").text

    def test_it_is_sorted_by_queue(self, as_sam, hi):
        answer("refund", queue=cast.queue("Claims"))
        answer("price", queue=cast.queue("Sales"))
        page = as_sam.get("/canned-answers/?sort=-queue").text
        assert page.index("/price</a>") < page.index("/refund</a>")

    def test_it_asks_as_much_however_many_there_are(self, as_sam, count_queries):
        def queries() -> int:
            with count_queries() as asked:
                as_sam.get("/canned-answers/")
            return len(asked)

        answer("first", queue=cast.queue("Claims"))
        few = queries()
        for number in range(30):
            answer(f"more{number}", queue=cast.queue(f"Queue {number}"))
        assert queries() == few

    def test_supervisors_find_it_beside_the_queues(self, as_sam):
        for path in ("/queues/", "/agents/", "/canned-answers/", "/closing-reasons/"):
            page = as_sam.get(path).text
            for tab in ("/queues/", "/agents/", "/canned-answers/", "/closing-reasons/"):
                assert f'role="tab" href="{tab}"' in page
            assert page.count('aria-selected="true"') == 1
            assert page.count('aria-current="page"') == 1

    def test_who_may_only_look_is_offered_nothing_else(self, as_nora, hi):
        cast.person("Nora").roles[0].permissions = ["queues:read"]
        page = as_nora.get("/canned-answers/").text
        for words in ("Add</button>", "Edit", "Delete"):
            assert words not in page


class TestAdding:
    def test_it_is_there_for_agents(self, as_sam, as_gail, page):
        answer = as_sam.post("/canned-answers/new", data=HELLO)
        assert (answer.status_code, answer.location) == (303, "/canned-answers/")
        assert "Agents find it as /hello from now on." in as_sam.get("/canned-answers/").text
        talk = cast.conversation(cast.contact(page), agent=cast.agent("Gail"), assigned_at=utcnow())
        assert "Hello Peter!" in as_gail.fragment(f"/workspace/{talk.id}/answers?q=hello").text

    def test_for_one_queue(self, as_sam):
        claims = cast.queue("Claims")
        as_sam.post("/canned-answers/new", data={**HELLO, "queue_id": claims.id})
        assert answers()[0].queue == claims

    def test_a_shortcut_is_kept_as_it_is_typed_after_the_slash(self, as_sam):
        as_sam.post("/canned-answers/new", data={**HELLO, "shortcut": " /Hello "})
        assert answers()[0].shortcut == "hello"

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("shortcut", "", "Give it a shortcut."),
            ("shortcut", "two words", "One word, without spaces, slashes or braces."),
            ("shortcut", "a/b", "One word, without spaces, slashes or braces."),
            ("shortcut", "x" * 41, "Field cannot be longer than 40 characters."),
            ("text", "  ", "Write what it says."),
            ("text", "x" * 4001, "At most 4,000 characters. Shorten it."),
            ("text", "Hi {{ contact.nam }}", "Did you mean {{ contact.name }}?"),
            ("text", "Hi {{ contact.name", "A field begins with {{ and is not closed by }}."),
            ("queue_id", "4711", "This queue is gone. Choose another one."),
            ("queue_id", "x", "This queue is gone. Choose another one."),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, as_sam, field, value, words):
        answer = as_sam.post("/canned-answers/new", data={**HELLO, field: value})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'id="{field}-error"' in answer.text
        assert answers() == []

    def test_nothing_that_was_typed_is_lost(self, as_sam):
        claims = cast.queue("Claims")
        given = {"shortcut": "two words", "text": "These words", "queue_id": claims.id}
        page = as_sam.post("/canned-answers/new", data=given).text
        for words in ('value="two words"', "These words", f'<option selected value="{claims.id}">'):
            assert words in page

    @pytest.mark.parametrize("shortcut", ["hi", "/HI"])
    def test_a_shortcut_counts_once(self, as_sam, hi, shortcut):
        answer = as_sam.post("/canned-answers/new", data={**HELLO, "shortcut": shortcut})
        assert answer.status_code == 422
        assert "There is a canned answer with this shortcut already." in answer.text

    def test_also_when_two_take_it_in_the_same_moment(self, as_sam):
        take_in_the_same_moment("canned_answers")
        answer = as_sam.post("/canned-answers/new", data=HELLO)
        assert answer.status_code == 422
        assert "There is a canned answer with this shortcut already." in answer.text

    def test_another_tenants_shortcut_is_free_and_its_queue_is_not_there(self, as_sam):
        answer("hello", tenant=cast.tenant("Rival"))
        theirs = cast.queue("Theirs", tenant=cast.tenant("Rival"))
        assert as_sam.post("/canned-answers/new", data={**HELLO, "queue_id": theirs.id}).status_code == 422
        assert as_sam.post("/canned-answers/new", data=HELLO).status_code == 303


class TestChanging:
    def test_what_is_saved_holds(self, as_sam, hi):
        page = as_sam.get(f"/canned-answers/{hi.id}").text
        assert "<h1>/hi</h1>" in page
        given = {"shortcut": "hi", "text": "Good day!", "queue_id": cast.queue("Claims").id}
        assert as_sam.post(f"/canned-answers/{hi.id}", data=given).status_code == 303
        assert (hi.text, hi.queue.name) == ("Good day!", "Claims")

    def test_the_shortcut_of_another_one_is_refused(self, as_sam, hi):
        other = answer("bye")
        refused = as_sam.post(f"/canned-answers/{other.id}", data={**HELLO, "shortcut": "hi"})
        assert refused.status_code == 422
        assert "<h1>/bye</h1>" in refused.text
        assert other.shortcut == "bye"


class TestDeleting:
    def test_it_is_gone(self, as_sam, hi):
        page = as_sam.get("/canned-answers/").text
        assert f'<dialog id="delete-answer-{hi.id}"' in page
        answer = as_sam.delete(f"/canned-answers/{hi.id}")
        assert (answer.status_code, answer.location) == (303, "/canned-answers/")
        assert answers() == []

    def test_deleting_its_queue_offers_it_in_all_and_says_so(self, as_sam):
        claims = cast.queue("Claims")
        refund = answer("refund", queue=claims)
        costs = as_sam.get(f"/queues/{claims.id}/deletion").text
        assert "1 canned answer is offered in all queues from then on." in costs
        as_sam.delete(f"/queues/{claims.id}")
        assert refund.queue is None


def test_agents_use_them_and_do_not_change_them(as_gail, hi):
    for path in ("/canned-answers/", "/canned-answers/new", f"/canned-answers/{hi.id}"):
        assert as_gail.get(path).status_code == 403
    assert as_gail.post("/canned-answers/new", data=HELLO).status_code == 403
    assert as_gail.delete(f"/canned-answers/{hi.id}").status_code == 403


def test_they_are_the_tenants_own(as_rita, hi):
    for verb in ("get", "post", "delete"):
        assert getattr(as_rita, verb)(f"/canned-answers/{hi.id}").status_code == 404
