"""Closing reasons are named, renamed, offered or not, deleted."""

import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from webgateway.conversations import closing
from webgateway.conversations.models import Conversation
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def sold(app) -> ClosingReason:
    return reason("Order placed")


@pytest.fixture
def peter(page) -> Conversation:
    """His conversation is Gail's."""
    return cast.conversation(cast.contact(page), agent=cast.agent("Gail"), assigned_at=utcnow())


def reason(name: str, **values: object) -> ClosingReason:
    made = ClosingReason(**{"tenant": cast.tenant(), "name": name, **values})
    db.session.add(made)
    db.session.commit()
    return made


def names() -> list[str]:
    return list(db.session.scalars(db.select(ClosingReason.name).order_by(ClosingReason.id)))


def ended(talk: Conversation, why: ClosingReason) -> None:
    closing.close(talk, cast.person("Gail"), reason=why)
    db.session.commit()


class TestTheList:
    def test_without_any_it_says_what_they_are_for(self, as_sam):
        page = as_sam.get("/closing-reasons/").text
        assert "No closing reasons yet" in page
        assert "Agents then choose one whenever they close a conversation" in page

    def test_it_shows_which_are_offered(self, as_sam, sold):
        reason("Wrong number", offered=False)
        reason("Theirs", tenant=cast.tenant("Rival"))
        page = as_sam.get("/closing-reasons/").text
        for words in ('aria-checked="true" aria-label="Order placed is offered"', "1–2 of 2"):
            assert words in page
        assert 'aria-checked="false" aria-label="Wrong number is offered"' in page
        assert "Theirs" not in page

    def test_where_none_is_offered_it_says_that_nobody_is_asked(self, as_sam, sold):
        told = "None is offered: conversations are closed without a reason."
        assert told not in as_sam.get("/closing-reasons/").text
        as_sam.delete(f"/closing-reasons/{sold.id}/offer")
        assert told in as_sam.get("/closing-reasons/").text

    def test_it_asks_as_much_however_many_there_are(self, as_sam, sold, count_queries):
        def queries() -> int:
            with count_queries() as asked:
                as_sam.get("/closing-reasons/")
            return len(asked)

        few = queries()
        for number in range(30):
            reason(f"Reason {number}")
        assert queries() == few


class TestNaming:
    def test_agents_choose_it(self, as_sam, as_gail, peter):
        answer = as_sam.post("/closing-reasons/new", data={"name": "  Order   placed "})
        assert (answer.status_code, answer.location) == (303, "/closing-reasons/")
        assert names() == ["Order placed"]
        assert "Order placed" in as_gail.fragment(f"/workspace/{peter.id}/closure").text

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("", "Give the reason a name."),
            ("x" * 81, "Field cannot be longer than 80 characters."),
            ("order PLACED", "There is a closing reason of this name already."),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, as_sam, sold, name, words):
        answer = as_sam.post("/closing-reasons/new", data={"name": name})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-describedby="name-hint name-error"' in answer.text
        assert names() == ["Order placed"]

    def test_a_name_counts_once_also_in_the_same_moment(self, as_sam):
        take_in_the_same_moment("closing_reasons")
        answer = as_sam.post("/closing-reasons/new", data={"name": "Order placed"})
        assert answer.status_code == 422
        assert "There is a closing reason of this name already." in answer.text

    def test_it_is_renamed_also_where_conversations_ended_so(self, as_sam, peter, sold):
        ended(peter, sold)
        assert "<h1>Order placed</h1>" in as_sam.get(f"/closing-reasons/{sold.id}").text
        as_sam.post(f"/closing-reasons/{sold.id}", data={"name": "Sold"})
        assert peter.closing_reason.name == "Sold"

    def test_the_name_of_another_one_is_refused(self, as_sam, sold):
        other = reason("Other")
        answer = as_sam.post(f"/closing-reasons/{other.id}", data={"name": "Order placed"})
        assert answer.status_code == 422
        assert other.name == "Other"


class TestOffering:
    def test_one_that_is_not_offered_is_not_chosen(self, as_sam, as_gail, peter, sold):
        reason("Other")
        answer = as_sam.delete(f"/closing-reasons/{sold.id}/offer")
        assert (answer.status_code, answer.location) == (303, "/closing-reasons/")
        assert "Order placed" not in as_gail.fragment(f"/workspace/{peter.id}/closure").text

    def test_it_is_offered_again(self, as_sam, sold):
        sold.offered = False
        answer = as_sam.post(f"/closing-reasons/{sold.id}/offer", headers=PART)
        assert f'<tr id="reason-{sold.id}">' in answer.text
        assert "Agents can choose “Order placed” again." in answer.text
        assert sold.offered


class TestDeleting:
    def test_one_that_was_never_used_is_gone(self, as_sam, sold):
        assert "No conversation ended so yet." in as_sam.get("/closing-reasons/").text
        assert as_sam.delete(f"/closing-reasons/{sold.id}").status_code == 303
        assert names() == []

    def test_one_that_was_used_stays(self, as_sam, peter, sold):
        ended(peter, sold)
        assert "It stays with the conversations that ended so." in as_sam.get("/closing-reasons/").text
        answer = as_sam.delete(f"/closing-reasons/{sold.id}")
        assert answer.status_code == 409
        assert "“Order placed” is in use" in answer.text
        assert peter.closing_reason == sold

    def test_it_is_deleted_or_used_but_never_both(self, as_sam, as_gail, page, sold, at_once):
        for number in range(5):
            why = reason(f"Reason {number}")
            reason_id = why.id
            talk = cast.conversation(
                cast.contact(page, meta_id=str(number)), agent=cast.agent("Gail", most=50)
            )
            path = f"/workspace/{talk.id}/closure"
            closed, deleted = at_once(
                lambda path=path, why=reason_id: as_gail.client.post(path, data={"reason_id": why}),
                lambda why=reason_id: as_sam.client.delete(f"/closing-reasons/{why}"),
            )
            outcome = (closed.status_code, deleted.status_code)
            assert outcome in [(303, 409), (422, 303)]
            assert talk.closing_reason_id == (reason_id if outcome == (303, 409) else None)


def test_agents_have_no_say_in_it(as_gail, sold):
    assert as_gail.get("/closing-reasons/").status_code == 403
    assert as_gail.post("/closing-reasons/new", data={"name": "Mine"}).status_code == 403
    assert as_gail.delete(f"/closing-reasons/{sold.id}").status_code == 403


def test_they_are_the_tenants_own(as_rita, sold):
    for verb, path in (("get", ""), ("post", ""), ("delete", ""), ("post", "/offer"), ("delete", "/offer")):
        assert getattr(as_rita, verb)(f"/closing-reasons/{sold.id}{path}").status_code == 404
