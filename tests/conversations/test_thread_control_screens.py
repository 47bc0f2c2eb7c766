"""Taking a conversation over from another app, and passing it to Meta's inbox."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.conversations.sending import SEND, refusal, send, write
from webgateway.conversations import ownership
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow

GRAPH = "http://127.0.0.1:9/v26.0/102938475610293"
INBOX = "263902037430900"
BOT = "1517776481860111"


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def elsewhere(peter):
    """Meta's inbox has it."""
    peter.owner_app_id, peter.owner_at = INBOX, utcnow()
    db.session.commit()
    return peter


def control(talk) -> str:
    return f"/conversations/{talk.id}/thread-control"


def notes() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.author == "note")))


class TestLocked:
    def test_one_can_read_and_not_write(self, as_gail, elsewhere):
        cast.message(elsewhere, "Is the shop open?")
        shown = as_gail.get(f"/conversations/{elsewhere.id}").text
        assert "Is the shop open?" in shown
        assert "Meta&#39;s inbox has this conversation at Meta, so only it can answer." in shown
        assert 'name="text"' not in shown
        assert "Pass to Meta's inbox" not in shown
        sent = as_gail.post(f"/conversations/{elsewhere.id}/messages", data={"text": "Hi"})
        assert sent.status_code == 422
        assert "Hi" in sent.text

    def test_an_app_that_has_no_name_is_told_by_its_id(self, as_gail, elsewhere):
        elsewhere.owner_app_id = BOT
        db.session.commit()
        assert f"Another app ({BOT}) has this" in as_gail.get(f"/conversations/{elsewhere.id}").text

    def test_who_may_only_read_is_offered_nothing(self, as_nora, elsewhere):
        cast.person("Nora").roles[0].permissions = ["conversations:read"]
        db.session.commit()
        shown = as_nora.get(f"/conversations/{elsewhere.id}").text
        assert "has this conversation at Meta" in shown
        assert "thread-control" not in shown

    def test_a_dead_token_comes_first_because_nothing_can_be_taken_without(self, as_gail, elsewhere):
        elsewhere.page.grants[0].dead_since = utcnow()
        db.session.commit()
        shown = as_gail.get(f"/conversations/{elsewhere.id}").text
        assert "Facebook no longer lets us write" in shown
        assert "Take over" not in shown


class TestTakingOver:
    def test_meta_gives_it_and_one_can_write(self, as_gail, elsewhere, requests_mock):
        asked = requests_mock.post(f"{GRAPH}/take_thread_control", json={"success": True})
        answer = as_gail.post(control(elsewhere))
        assert (answer.status_code, answer.location) == (303, f"/conversations/{elsewhere.id}")
        assert asked.last_request.json() == {"recipient": {"id": "7392015648120394"}}
        assert elsewhere.owner_app_id is None
        assert notes() == ["Gail took this conversation over from Meta's inbox."]
        assert 'name="text"' in as_gail.get(f"/conversations/{elsewhere.id}").text

    def test_a_refusal_is_told_and_changes_nothing(self, as_gail, elsewhere, requests_mock):
        requests_mock.post(
            f"{GRAPH}/take_thread_control", **refusal(10, message="(#10) not primary receiver")
        )
        requests_mock.get(f"{GRAPH}/thread_owner", json={"data": [{"thread_owner": {"app_id": BOT}}]})
        answer = as_gail.post(control(elsewhere))
        assert answer.status_code == 422
        assert "Meta refused: The app does not have the permission for this." in answer.text
        assert elsewhere.owner_app_id == BOT, "who has it was asked again"
        assert notes() == []

    def test_when_meta_says_nothing_of_the_owner_what_we_knew_stands(self, as_gail, elsewhere, requests_mock):
        requests_mock.post(f"{GRAPH}/take_thread_control", **refusal(2018300))
        requests_mock.get(f"{GRAPH}/thread_owner", **refusal(100))
        assert as_gail.post(control(elsewhere)).status_code == 422
        assert elsewhere.owner_app_id == INBOX

    def test_what_nobody_has_may_be_answered(self, as_gail, elsewhere, requests_mock):
        requests_mock.post(f"{GRAPH}/take_thread_control", **refusal(100))
        requests_mock.get(f"{GRAPH}/thread_owner", json={"data": []})
        as_gail.post(control(elsewhere))
        assert elsewhere.owner_app_id is None

    def test_a_dead_token_is_marked_and_told(self, as_gail, elsewhere, requests_mock):
        requests_mock.post(f"{GRAPH}/take_thread_control", **refusal(190, 463))
        requests_mock.get(f"{GRAPH}/thread_owner", **refusal(190, 463))
        assert as_gail.post(control(elsewhere)).status_code == 422
        assert elsewhere.page.grants[0].dead_since

    def test_without_a_token_meta_is_not_asked(self, as_gail, elsewhere, requests_mock):
        elsewhere.page.grants[0].dead_since = utcnow()
        db.session.commit()
        answer = as_gail.post(control(elsewhere))
        assert answer.status_code == 422
        assert "An administrator must reconnect it." in answer.text
        assert requests_mock.call_count == 0

    def test_what_is_ours_is_not_asked_for(self, as_gail, peter, requests_mock):
        assert as_gail.post(control(peter)).status_code == 303
        assert requests_mock.call_count == 0
        assert notes() == []

    def test_a_closed_conversation_is_not_taken(self, as_gail, elsewhere, requests_mock):
        elsewhere.closed_at = utcnow()
        db.session.commit()
        answer = as_gail.post(control(elsewhere))
        assert answer.status_code == 422
        assert "This conversation is closed." in answer.text
        assert requests_mock.call_count == 0

    def test_a_removed_pages_conversation_is_not_taken(self, as_gail, elsewhere, requests_mock):
        elsewhere.page.removed_at = utcnow()
        db.session.commit()
        assert as_gail.post(control(elsewhere)).status_code == 422
        assert requests_mock.call_count == 0


class TestPassing:
    def test_metas_inbox_gets_it_and_the_box_locks(self, as_gail, peter, requests_mock):
        asked = requests_mock.post(f"{GRAPH}/pass_thread_control", json={"success": True})
        assert "Pass to Meta's inbox" in as_gail.get(f"/conversations/{peter.id}").text
        answer = as_gail.delete(control(peter))
        assert (answer.status_code, answer.location) == (303, f"/conversations/{peter.id}")
        assert asked.last_request.json()["target_app_id"] == INBOX
        assert peter.owner_app_id == INBOX
        assert notes() == ["Gail passed this conversation to Meta's inbox."]
        assert "Take over" in as_gail.get(f"/conversations/{peter.id}").text

    def test_a_form_without_scripts_can_do_it(self, as_gail, peter, requests_mock):
        requests_mock.post(f"{GRAPH}/pass_thread_control", json={"success": True})
        assert as_gail.post(f"{control(peter)}?_method=DELETE").status_code == 303
        assert peter.owner_app_id == INBOX

    def test_instagrams_inbox_is_another_app(self, as_gail, page, requests_mock):
        talk = cast.conversation(cast.contact(page, channel="instagram", meta_id="6841100000000001"))
        asked = requests_mock.post(f"{GRAPH}/pass_thread_control", json={"success": True})
        as_gail.delete(control(talk))
        assert asked.last_request.json()["target_app_id"] == "1217981644879628"
        assert notes() == ["Gail passed this conversation to Meta's inbox."]

    def test_a_refusal_is_told_and_it_stays_ours(self, as_gail, peter, gateway, requests_mock):
        requests_mock.post(f"{GRAPH}/pass_thread_control", **refusal(2))
        owner = {"data": [{"thread_owner": {"app_id": gateway.app_id}}]}
        requests_mock.get(f"{GRAPH}/thread_owner", json=owner)
        answer = as_gail.delete(control(peter))
        assert answer.status_code == 422
        assert "Meta has a passing problem" in answer.text
        assert peter.owner_app_id is None

    def test_what_another_app_has_cannot_be_passed(self, as_gail, elsewhere, requests_mock):
        assert as_gail.delete(control(elsewhere)).status_code == 303
        assert requests_mock.call_count == 0


@pytest.mark.parametrize("verb", ["post", "delete"])
def test_strangers_those_without_the_right_and_missing_ones(
    as_rita, as_nora, visitor, as_gail, elsewhere, verb
):
    url = control(elsewhere)
    assert getattr(as_rita, verb)(url).status_code == 404
    cast.person("Nora").roles[0].permissions = ["conversations:read"]
    db.session.commit()
    assert getattr(as_nora, verb)(url).status_code == 403
    assert "/login" in getattr(visitor, verb)(url).location
    assert getattr(as_gail, verb)("/conversations/4711/thread-control").status_code == 404
    assert elsewhere.owner_app_id == INBOX


class TestRefusedSends:
    @pytest.mark.parametrize(("code", "subcode"), [(2018300, None), (100, 2534037)])
    def test_another_app_that_has_it_locks_the_box(self, as_gail, peter, requests_mock, code, subcode):
        requests_mock.post(SEND, **refusal(code, subcode))
        write(peter)
        part = send()
        assert part.state == "failed"
        assert part.error.startswith("Another program is handling this")
        assert peter.owner_app_id == ownership.SOMEBODY
        shown = as_gail.get(f"/conversations/{peter.id}").text
        assert "Another app has this conversation at Meta" in shown
        assert "Take over" in shown

    def test_messengers_own_questions_lock_it_in_their_words(self, as_gail, peter, requests_mock):
        requests_mock.post(SEND, **refusal(2018321))
        write(peter)
        send()
        assert peter.owner_app_id == ownership.QUESTIONS
        shown = as_gail.get(f"/conversations/{peter.id}").text
        assert "Messenger is asking this customer automatic questions." in shown

    def test_the_app_that_we_know_stays_named(self, elsewhere, requests_mock):
        requests_mock.post(SEND, **refusal(2018300))
        write(elsewhere)
        send()
        assert elsewhere.owner_app_id == INBOX

    def test_other_refusals_say_nothing_of_the_owner(self, peter, requests_mock):
        requests_mock.post(SEND, **refusal(551))
        write(peter)
        send()
        assert peter.owner_app_id is None


def test_the_page_of_a_long_handover_asks_no_more_of_the_database(as_gail, elsewhere, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            as_gail.get(f"/conversations/{elsewhere.id}")
        return len(queries)

    ownership.note(elsewhere, "Meta's inbox took this conversation over.", utcnow())
    db.session.commit()
    before = asked()
    for _ in range(20):
        ownership.note(elsewhere, "Meta's inbox took this conversation over.", utcnow(), cast.person("Gail"))
    db.session.commit()
    assert asked() == before
