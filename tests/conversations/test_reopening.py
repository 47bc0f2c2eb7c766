"""A conversation that was closed goes on."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests import cast
from tests.deliveries import PETER, delivery, post, text
from webgateway.conversations import closing, erasing
from webgateway.conversations.models import Conversation, Message
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow
from webgateway.flows.definition import Idle
from webgateway.journal import reading, taking
from webgateway.journal.models import Event
from webgateway.records import days
from webgateway.records.models import Day
from webgateway.users.models import User

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
SURFACES = ["conversations", "workspace"]


@pytest.fixture
def peter(page) -> Conversation:
    """Hugo closed it, by mistake."""
    hugo = cast.agent("Hugo")
    reason = ClosingReason(tenant=cast.tenant(), name="Order found")
    talk = cast.conversation(
        cast.contact(page, meta_id=PETER), agent=hugo, assigned_at=utcnow(), queue=cast.queue("Sales", hugo)
    )
    cast.message(talk, "I am here", "agent", user=hugo, occurred_at=utcnow() - timedelta(minutes=2))
    closing.close(talk, hugo, reason=reason)
    db.session.commit()
    return talk


@pytest.fixture
def gail(app) -> User:
    return cast.agent("Gail")


def talks() -> list[Conversation]:
    return list(db.session.scalars(db.select(Conversation).order_by(Conversation.id)))


def notes(talk: Conversation) -> list[str]:
    of_it = db.select(Message.text).where(Message.conversation_id == talk.id, Message.author == "note")
    return list(db.session.scalars(of_it.order_by(Message.id)))


def reopen(client, talk, surface="conversations", **headers):
    return client.delete(f"/{surface}/{talk.id}/closure", headers=headers)


class TestItGoesOn:
    def test_as_that_of_whoever_reopens_it(self, as_gail, gail, peter):
        answer = reopen(as_gail, peter)
        assert (answer.status_code, answer.location) == (303, f"/conversations/{peter.id}")
        assert (peter.is_open, peter.agent) == (True, gail)
        assert (peter.closed_at, peter.closed_by, peter.closed_how) == (None, None, None)
        assert peter.closing_reason is None
        assert peter.reopened_at

    def test_a_line_tells_who_did_it_and_how_it_had_ended(self, as_gail, peter):
        reopen(as_gail, peter)
        line = "Gail reopened this conversation. Hugo had closed it: Order found."
        assert notes(peter) == [line]
        for surface in SURFACES:
            assert line in as_gail.get(f"/{surface}/{peter.id}").text

    @pytest.mark.parametrize(
        ("how", "words"),
        [("flow", "The flow"), ("idle", "A long silence"), ("bot", "A bot"), ("agent", "Somebody")],
    )
    def test_the_line_tells_what_closed_it_where_nobody_did(self, gail, peter, how, words):
        peter.closed_by, peter.closed_how, peter.closing_reason = None, how, None
        closing.reopen(peter, gail)
        assert f"{words} " in notes(peter)[0]

    def test_one_can_write_again_and_close_again(self, as_gail, peter):
        reason = peter.closing_reason
        reopen(as_gail, peter)
        as_gail.post(f"/conversations/{peter.id}/messages", data={"text": "One more thing"})
        assert "One more thing" in as_gail.get(f"/conversations/{peter.id}").text
        as_gail.post(f"/conversations/{peter.id}/closure", data={"reason_id": reason.id})
        assert (peter.is_open, peter.closed_by.name) == (False, "Gail")

    def test_a_form_sent_twice_reopens_once(self, as_gail, peter):
        reopen(as_gail, peter)
        assert reopen(as_gail, peter).status_code == 303
        assert len(notes(peter)) == 1

    def test_what_the_customer_writes_then_comes_into_it(self, as_gail, visitor, gateway, work, peter):
        reopen(as_gail, peter)
        post(visitor, gateway, delivery(text("Thank you", "m_thanks")))
        work(reading, taking)
        assert talks() == [peter]

    def test_it_is_found_on_the_desk_and_open_in_the_workspace(self, as_gail, peter):
        answer = reopen(as_gail, peter, "workspace", **PART)
        assert answer.headers["HX-Push-Url"] == f"/workspace/{peter.id}"
        assert f'data-talk="{peter.id}"' in answer.text
        assert "data-send-on-enter" in answer.text

    def test_screens_that_show_it_are_told(self, as_gail, as_sam, peter):
        def asked(path: str):
            token = as_sam.get(path).text.split("token=")[1].split('"')[0].split("&")[0]
            return lambda: as_sam.fragment(f"{path.partition('?')[0]}?token={token}&state=all")

        news = asked("/conversations/?state=all")
        assert news().status_code == 204
        reopen(as_gail, peter)
        assert news().status_code == 200

    def test_silence_ends_it_again(self, gail, page, peter):
        flow = cast.flow(idle=Idle(close_after=60))
        peter.flow, peter.flow_version = flow, flow.live
        closing.reopen(peter, gail)
        assert peter.idle_at > utcnow()


class TestTheFigures:
    def test_whoever_waited_waited_until_it_was_closed(self, gail, page):
        now = utcnow()
        talk = cast.conversation(
            cast.contact(page),
            queue=cast.queue("Sales"),
            queued_at=now - timedelta(hours=2),
            closed_at=now - timedelta(hours=1),
            closed_how="idle",
        )
        closing.reopen(talk, gail)
        assert talk.waited_seconds == 3600
        closing.close(talk, gail)
        assert not days.gave_up(talk)

    def test_who_was_served_waits_no_longer_than_they_did(self, gail, peter):
        peter.queued_at, peter.waited_seconds = utcnow() - timedelta(hours=3), 20
        closing.reopen(peter, gail)
        assert peter.waited_seconds == 20

    def test_the_day_is_counted_anew(self, gail, page, peter):
        def ends() -> list[int]:
            days.count_what_changed()
            return list(db.session.scalars(db.select(Day)).one().columns.how)

        peter.last_message_at = utcnow() - timedelta(hours=2)
        db.session.commit()
        assert ends() == [1]
        closing.reopen(peter, gail)
        db.session.commit()
        assert ends() == [0]


class TestWhereItIsOffered:
    @pytest.mark.parametrize("surface", SURFACES)
    def test_where_it_was_closed(self, as_gail, peter, surface):
        page = as_gail.get(f"/{surface}/{peter.id}").text
        assert f'action="/{surface}/{peter.id}/closure?_method=DELETE"' in page
        assert ">Reopen</button>" in page

    def test_to_those_who_may_answer(self, as_sam, peter):
        role = cast.person("Sam").roles[0]
        cast.person("Nora").roles[0].permissions = ["conversations:read"]
        db.session.commit()
        assert role.name == "supervisor"
        assert ">Reopen</button>" in as_sam.get(f"/conversations/{peter.id}").text

    def test_not_to_those_who_may_only_read(self, as_nora, peter):
        cast.person("Nora").roles[0].permissions = ["conversations:read"]
        page = as_nora.get(f"/conversations/{peter.id}").text
        assert "This conversation is closed." in page
        assert ">Reopen</button>" not in page
        assert reopen(as_nora, peter).status_code == 403

    @pytest.mark.parametrize("surface", SURFACES)
    def test_not_to_strangers(self, as_rita, visitor, peter, surface):
        assert reopen(as_rita, peter, surface).status_code == 404
        assert "/login" in reopen(visitor, peter, surface).location
        assert not peter.is_open


class TestWhatStandsAgainstIt:
    def refused(self, client, talk, words: str) -> None:
        """On each surface, and no way is offered that leads nowhere."""
        for surface in SURFACES:
            shown = client.get(f"/{surface}/{talk.id}").text
            assert ">Reopen</button>" not in shown
            answer = reopen(client, talk, surface)
            assert answer.status_code == 409
            assert words in answer.text
            assert "This conversation was not reopened" in reopen(client, talk, surface, **PART).text
        assert not talk.is_open

    def test_a_customer_who_wrote_too_long_ago(self, as_gail, peter):
        peter.customer_wrote_at = utcnow() - timedelta(hours=25)
        self.refused(as_gail, peter, "The customer wrote more than 24 hours ago")
        assert "This one cannot be reopened." in as_gail.get(f"/conversations/{peter.id}").text

    def test_unless_people_may_answer_late(self, as_gail, gateway, peter):
        gateway.human_agent = True
        peter.customer_wrote_at = utcnow() - timedelta(hours=25)
        db.session.commit()
        assert closing.obstacle_to_reopening(peter)
        assert reopen(as_gail, peter).status_code == 303

    def test_a_customer_who_never_wrote(self, as_gail, peter):
        peter.customer_wrote_at = None
        self.refused(as_gail, peter, "The customer has not written here yet")

    def test_a_customer_who_wrote_again(self, as_gail, page, peter):
        newer = cast.conversation(peter.contact)
        self.refused(as_gail, peter, "The customer has written again.")
        assert f"/conversations/{newer.id}" in as_gail.get(f"/conversations/{peter.id}").text

    def test_a_page_that_is_gone(self, as_gail, page, peter):
        page.removed_at = utcnow()
        self.refused(as_gail, peter, "This page is no longer connected.")

    def test_a_customer_whose_data_was_deleted(self, as_gail, gateway, peter):
        erasing.erase(gateway, PETER)
        self.refused(as_gail, peter, "data was deleted at their wish.")

    def test_a_gateway_that_is_switched_off(self, as_gail, gateway, peter):
        gateway.enabled = False
        self.refused(as_gail, peter, "The chat gateway is switched off.")

    def test_a_colleague_who_was_quicker(self, as_gail, as_sam, peter):
        reopen(as_sam, peter)
        answer = reopen(as_gail, peter)
        assert (answer.status_code, peter.agent.name) == (409, "Sam")
        assert "This conversation is open." in answer.text

    def test_a_full_desk(self, as_gail, page, peter):
        gail = cast.agent("Gail", most=1)
        cast.conversation(cast.contact(page, meta_id="2"), agent=gail)
        answer = reopen(as_gail, peter)
        assert answer.status_code == 409
        assert "as many as you take at the same time" in answer.text
        assert not peter.is_open

    def test_another_app_that_has_it_does_not(self, as_gail, peter):
        """Who reopened it can take it over then."""
        peter.owner_app_id = "263902037430900"
        reopen(as_gail, peter)
        assert ">Take over</button>" in as_gail.get(f"/conversations/{peter.id}").text


class TestInTheSameMoment:
    TIMES = 5

    def test_a_new_message_opens_one_conversation_or_comes_into_this_one(
        self, visitor, gateway, gail, work, peter, at_once
    ):
        talk_id, user_id = peter.id, gail.id

        def reopens() -> str | None:
            return closing.reopen(
                db.session.get_one(Conversation, talk_id), db.session.get_one(User, user_id)
            )

        def takes() -> None:
            job = taking.claim()
            try:
                taking.work(job)
            except IntegrityError as error:  # as the loop of the worker does
                db.session.rollback()
                taking.fail(job, error)

        for number in range(self.TIMES):
            post(visitor, gateway, delivery(text(f"Hello {number}", f"m_again_{number}")))
            work(reading)
            told, _ = at_once(reopens, takes)
            event = db.session.scalars(db.select(Event).order_by(Event.id.desc())).first()
            event.next_try_at = utcnow()
            db.session.commit()
            work(taking)
            assert event.outcome == "done"
            opened = [talk for talk in talks() if talk.is_open]
            assert len(opened) == 1
            assert told == (None if opened == [peter] else closing.FOLLOWED)
            assert event.conversation == opened[0]
            closing.close(opened[0])
            db.session.commit()
