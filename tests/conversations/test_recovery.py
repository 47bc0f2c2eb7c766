"""What Meta keeps and no delivery brought is brought in: once, in its place, and nobody is told twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.conversations.kept import INSTAGRAM, Kept, ago, begin, let_pass, run, step
from tests.deliveries import PAGE, PETER, delivery, post, text
from tests.workspace.desk import a_round, rings
from webgateway.conversations import comparing, gathering, idling, recovery
from webgateway.conversations.models import Comparison, Contact, Conversation, Message, Part, Recovery
from webgateway.db import db, utcnow
from webgateway.flows.definition import Bot, Choice, Holiday, Hours, Idle, Menu, Span
from webgateway.journal import reading, taking
from webgateway.journal.models import Event

ANNA = "8000000000000001"


@pytest.fixture
def meta(requests_mock) -> Kept:
    return Kept(requests_mock)


@pytest.fixture
def receive(visitor, gateway, page, work):
    def receiving(*items):
        post(visitor, gateway, delivery(*items))
        work(reading, taking)

    return receiving


def messages() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.occurred_at, Message.id)))


def talks() -> list[Conversation]:
    return list(db.session.scalars(select(Conversation).order_by(Conversation.id)))


def milliseconds(moment) -> int:
    return int(moment.timestamp() * 1000)


def refusal(code: int, **more):
    return {"message": "words", "type": "OAuthException", "code": code, **more}


def test_a_missing_message_opens_a_conversation_at_its_own_time(gateway, page, meta):
    meta.says("Is the shop open?", "m_1", at := ago(hours=3))
    begin(gateway)
    run()
    message, conversation = messages()[0], talks()[0]
    assert (message.text, message.author, message.mid) == ("Is the shop open?", "customer", "m_1")
    assert (message.occurred_at, conversation.opened_at, conversation.customer_wrote_at) == (at, at, at)
    assert message.recovered_at is not None
    assert conversation.preview == "Is the shop open?"
    assert conversation.contact.display_name == "Peter Chang"


def test_what_deliveries_brought_is_not_brought_again(gateway, page, meta, receive):
    at = ago(hours=1)
    receive(text("One", "m_1", at=milliseconds(at)))
    meta.says("One", "m_1", at)
    meta.says("Two", "m_2", at + timedelta(minutes=1))
    begin(gateway)
    assert [comparison.brought for comparison in run()] == [1]
    assert [(message.text, message.recovered_at is None) for message in messages()] == [
        ("One", True),
        ("Two", False),
    ]
    assert len(talks()) == 1


def test_a_second_recovery_brings_nothing_twice(gateway, page, meta):
    meta.says("One", "m_1", ago(hours=1))
    for _ in range(2):
        begin(gateway)
        run()
    assert len(messages()) == 1
    assert [comparison.brought for comparison in db.session.scalars(select(Comparison))] == [1, 0]


def test_a_delivery_that_comes_later_is_a_duplicate(gateway, page, meta, receive):
    at = ago(hours=1)
    meta.says("One", "m_1", at)
    begin(gateway)
    run()
    receive(text("One", "m_1", at=milliseconds(at)))
    assert len(messages()) == 1
    assert db.session.scalars(select(Event)).one().outcome == "duplicate"


def test_a_delivery_that_comes_while_meta_is_asked_is_not_brought_in_again(gateway, page, meta, receive):
    at = ago(hours=1)
    meta.says("One", "m_1", at)
    meta.meanwhile = lambda: receive(text("One", "m_1", at=milliseconds(at)))
    begin(gateway)
    run()
    assert len(messages()) == len(talks()) == 1
    assert messages()[0].recovered_at is None


def test_what_was_said_before_the_chosen_time_stays_where_it_is(gateway, page, meta):
    meta.says("Long ago", "m_1", ago(hours=25))
    meta.says("Lately", "m_2", ago(hours=23))
    meta.says("Another who wrote long ago", "m_3", ago(hours=30), by=ANNA)
    begin(gateway, hours=24)
    run()
    assert [message.text for message in messages()] == ["Lately"]


def test_what_was_said_after_the_recovery_began_comes_by_itself(gateway, page, meta):
    begin(gateway)
    meta.says("Just now", "m_1", ago(seconds=-5))
    run()
    assert messages() == []


def test_messages_stand_in_their_order_and_the_pages_answers_among_them(gateway, page, meta):
    meta.says("Hello?", "m_1", at := ago(hours=2))
    meta.says("We are here", "m_2", at + timedelta(minutes=1), by=PAGE, to=PETER)
    meta.says("Thanks", "m_3", at + timedelta(minutes=2))
    begin(gateway)
    run()
    assert [(message.author, message.text) for message in messages()] == [
        ("customer", "Hello?"),
        ("page", "We are here"),
        ("customer", "Thanks"),
    ]
    assert len(talks()) == 1
    assert talks()[0].preview == "Thanks"


def test_a_message_missing_in_the_middle_joins_the_open_conversation(gateway, page, meta, receive):
    at = ago(hours=2)
    receive(text("First", "m_1", at=milliseconds(at)))
    receive(text("Third", "m_3", at=milliseconds(at + timedelta(minutes=9))))
    for mid, words, minutes in (("m_1", "First", 0), ("m_2", "Second", 5), ("m_3", "Third", 9)):
        meta.says(words, mid, at + timedelta(minutes=minutes))
    begin(gateway)
    run()
    assert [message.text for message in messages()] == ["First", "Second", "Third"]
    assert (len(talks()), talks()[0].preview) == (1, "Third")
    assert talks()[0].last_message_at == at + timedelta(minutes=9)


def test_a_message_from_before_the_open_conversation_is_where_it_began(gateway, page, meta, receive):
    at = ago(hours=2)
    receive(text("Anybody there?", "m_2", at=milliseconds(at)))
    meta.says("Hello", "m_1", at - timedelta(minutes=5))
    meta.says("Anybody there?", "m_2", at)
    begin(gateway)
    run()
    assert len(talks()) == 1
    assert talks()[0].opened_at == at - timedelta(minutes=5)
    assert talks()[0].customer_wrote_at == at


def test_a_message_goes_to_the_conversation_that_was_open_at_its_time(gateway, page, meta):
    peter = cast.contact(page)
    old = cast.conversation(peter, opened_at=ago(hours=10), closed_at=ago(hours=8), customer_wrote_at=None)
    new = cast.conversation(peter, opened_at=ago(hours=2))
    meta.says("While the old one was open", "m_1", at := ago(hours=9))
    meta.says("After it was closed", "m_2", ago(hours=5))
    begin(gateway)
    run()
    assert [message.conversation_id for message in messages()] == [old.id, new.id]
    assert not old.is_open
    assert old.customer_wrote_at == at


def test_after_the_end_of_the_last_conversation_a_customers_message_opens_one(gateway, page, meta):
    closed = cast.conversation(cast.contact(page), opened_at=ago(hours=10), closed_at=ago(hours=8))
    meta.says("One more question", "m_1", ago(hours=5))
    begin(gateway)
    run()
    assert [talk.is_open for talk in talks()] == [False, True]
    assert messages()[0].conversation_id != closed.id


def test_what_the_page_wrote_to_somebody_without_a_conversation_opens_none(gateway, page, meta):
    meta.says("Our newsletter", "m_1", ago(hours=5), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert messages() == talks() == []


def test_an_old_message_does_not_open_the_window_again(gateway, page, meta):
    meta.says("Three days ago", "m_1", at := ago(days=3))
    begin(gateway, hours=7 * 24)
    run()
    assert talks()[0].customer_wrote_at == at
    wrote = utcnow() - timedelta(minutes=5)
    talks()[0].customer_wrote_at = wrote
    db.session.commit()
    meta.says("Two days ago", "m_2", ago(days=2))
    begin(gateway, hours=7 * 24)
    run()
    assert talks()[0].customer_wrote_at == wrote


def test_nobody_is_greeted_neither_now_nor_with_the_next_message(gateway, page, meta, receive):
    gateway.flow = cast.flow()
    db.session.commit()
    meta.says("Hello", "m_1", ago(hours=2))
    begin(gateway)
    run()
    receive(text("Hello?", "m_2", at=milliseconds(ago(minutes=1))))
    assert [message.author for message in messages()] == ["customer", "customer"]
    assert talks()[0].flow is gateway.flow


MENU = Menu(id="menu", text="What?", choices=(Choice("This"),))


def test_the_flow_hears_nothing_of_it_and_agents_get_it_without_a_word(gateway, page, meta, receive):
    gateway.flow = cast.flow(parts=(MENU,))
    db.session.commit()
    meta.says("This", "m_1", ago(hours=2))
    begin(gateway)
    run()
    assert (talks()[0].part, talks()[0].queue.general) == (None, True)
    receive(text("This", "m_2", at=milliseconds(ago(minutes=1))))
    assert (talks()[0].part, talks()[0].queue.general) == (None, True)
    assert [message.author for message in messages()] == ["customer", "customer"]


def test_whoever_wrote_only_while_nothing_was_delivered_rings_at_an_agent(gateway, page, meta):
    cast.agent("Gail")
    meta.says("Hello?", "m_1", ago(hours=2))
    begin(gateway)
    run()
    a_round()
    assert [*rings().values()] == ["Gail"]


def test_while_it_is_closed_they_wait_for_the_opening_hours_and_are_told_nothing(gateway, page, meta):
    soon = (utcnow() + timedelta(days=2)).date().isoformat()
    hours = Hours(holidays=(Holiday(soon, spans=(Span("09:00", "17:00"),)),))
    gateway.flow = cast.flow(hours=hours, offline_message="We are closed.")
    db.session.commit()
    meta.says("Hello?", "m_1", ago(hours=2))
    begin(gateway)
    run()
    assert talks()[0].held_until.date().isoformat() == soon
    assert [message.author for message in messages()] == ["customer"]


WHY_NOT = ["answered in Meta's inbox", "gateway off", "another app's", "too late to answer"]


@pytest.mark.parametrize("why", WHY_NOT)
def test_who_waits_for_nobody_here_does_not_ring(gateway, page, meta, why):
    meta.says("Hello?", "m_1", ago(hours=30 if why == "too late to answer" else 2))
    if why == "answered in Meta's inbox":
        meta.says("Hello!", "m_2", ago(hours=1), by=PAGE, to=PETER)
    elif why == "gateway off":
        meta.meanwhile = lambda: setattr(gateway, "enabled", False)
    elif why == "another app's":
        cast.conversation(cast.contact(page), owner_app_id="4711", opened_at=ago(hours=3))
    begin(gateway, hours=48)
    run()
    assert talks()[0].queue is None


def test_an_agent_who_has_the_conversation_keeps_it_and_owes_an_answer(gateway, page, meta):
    before = {"opened_at": ago(hours=4), "last_message_at": ago(hours=3), "idle_at": utcnow()}
    talk = cast.conversation(cast.contact(page), agent=cast.agent("Gail"), **before)
    meta.says("And tomorrow?", "m_1", ago(hours=2))
    begin(gateway)
    run()
    assert (talk.agent.name, talk.queue, talk.idle_at) == ("Gail", None, None)


@pytest.mark.parametrize("reminded", [False, True])
def test_whose_answer_to_a_menu_was_lost_is_not_idle(gateway, page, meta, receive, work, reminded):
    idle = Idle(remind_after=10, reminder="Still there?", close_after=30)
    gateway.flow = cast.flow(parts=(MENU,), idle=idle)
    db.session.commit()
    receive(text("Hello", "m_1", at=milliseconds(ago(minutes=3))))
    for message in messages():
        message.occurred_at = ago(minutes=3)
    talk = talks()[0]
    talk.last_message_at = talk.part_at = ago(minutes=3)
    if reminded:
        talk.idle_at = utcnow()
        db.session.commit()
        work(idling)
        assert messages()[-1].text == "Still there?"
    meta.says("This", "m_2", ago(minutes=2))
    begin(gateway)
    run()
    if talk.idle_at:
        talk.idle_at = utcnow()
        db.session.commit()
    work(idling)
    assert (talk.is_open, talk.part, talk.queue and talk.queue.general) == (True, None, True)


def test_who_has_been_asked_since_is_still_awaited(gateway, page, meta, receive):
    gateway.flow = cast.flow(parts=(MENU,), idle=Idle(close_after=30))
    db.session.commit()
    receive(text("Hello", "m_2", at=milliseconds(ago(minutes=3))))
    meta.says("Good morning", "m_1", ago(minutes=4))
    begin(gateway)
    run()
    assert (talks()[0].part, talks()[0].queue) == ("menu", None)
    assert talks()[0].idle_at is not None


def test_an_answer_in_metas_inbox_that_it_brings_ends_the_flows_turn(gateway, page, meta, receive):
    gateway.flow = cast.flow(parts=(MENU,))
    db.session.commit()
    receive(text("Hello", "m_1", at=milliseconds(ago(hours=2))))
    assert talks()[0].part == "menu"
    meta.says("I am Maria", "m_2", at := ago(hours=1), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert (talks()[0].part, talks()[0].answered_at) == (None, at)


def test_after_such_an_answer_the_customers_word_is_awaited_and_no_bots(gateway, page, meta):
    gateway.flow = cast.flow(parts=(Bot(id="bot", url="https://bot.example/"),), idle=Idle(close_after=60))
    soon = utcnow() + timedelta(seconds=30)
    peter = cast.contact(page)
    cast.conversation(peter, flow=gateway.flow, part="bot", tries=1, idle_at=soon, opened_at=ago(hours=2))
    meta.says("I am Maria", "m_2", ago(hours=1), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert talks()[0].idle_at > utcnow() + timedelta(minutes=59)


def test_what_the_customer_withdrew_does_not_come_back(gateway, page, meta, receive):
    receive(text("Hello", "m_1", at=milliseconds(ago(hours=1))))
    receive(text("", "m_2", at=milliseconds(ago(minutes=50)), is_deleted=True))
    meta.says("Not meant for you", "m_2", ago(minutes=55))
    begin(gateway)
    run()
    assert [message.text for message in messages()] == ["Hello"]


def test_our_own_messages_are_known_by_their_mid(gateway, page, meta):
    talk = cast.conversation(cast.contact(page))
    ours = cast.message(talk, "Yes", "agent", occurred_at=ago(minutes=4))
    part(ours, state="delivered", mid="m_ours")
    meta.says("Yes", "m_ours", ago(minutes=4), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert messages() == [ours]


def part(message: Message, **values) -> Part:
    given = {"message": message, "conversation": message.conversation, "page_id": message.page_id}
    made = Part(**{**given, "position": 0, "key": "wg:1", "text": message.text, **values})
    db.session.add(made)
    db.session.commit()
    return made


def test_an_unclear_message_that_is_at_meta_becomes_sent(gateway, page, meta):
    talk = cast.conversation(cast.contact(page))
    ours = part(cast.message(talk, "Yes, until six ", "agent", occurred_at=ago(minutes=4)), state="unclear")
    meta.says("Yes, until six", "m_ours", at := ago(minutes=4), by=PAGE, to=PETER)
    begin(gateway)
    assert [comparison.settled for comparison in run()] == [1]
    assert (ours.state, ours.mid, ours.sent_at) == ("sent", "m_ours", at)
    assert len(messages()) == 1


def test_an_unclear_message_stays_so_when_meta_has_only_an_older_one_of_the_same_words(gateway, page, meta):
    talk = cast.conversation(cast.contact(page), opened_at=ago(hours=5))
    ours = part(cast.message(talk, "Yes", "agent", occurred_at=ago(minutes=4)), state="unclear")
    meta.says("Yes", "m_old", ago(hours=2), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert ours.state == "unclear"
    assert [message.author for message in messages()] == ["page", "agent"]


def test_what_a_sender_has_just_in_hand_is_not_taken_for_somebody_elses(gateway, page, meta):
    talk = cast.conversation(cast.contact(page))
    ours = part(
        cast.message(talk, "Yes", "agent", occurred_at=ago(seconds=2)),
        leased_until=utcnow() + timedelta(minutes=1),
    )
    meta.says("Yes", "m_ours", ago(seconds=1), by=PAGE, to=PETER)
    begin(gateway)
    run()
    assert (ours.state, len(messages())) == ("waiting", 1)


def test_pictures_come_along_and_what_meta_does_not_show_is_said(gateway, page, meta):
    url = "https://scontent.xx.fbcdn.net/a.jpg"
    picture = {"data": [{"mime_type": "image/jpeg", "image_data": {"url": url}}]}
    meta.says("", "m_1", ago(hours=2), attachments=picture)
    meta.says("", "m_2", ago(hours=3), by=ANNA)
    begin(gateway)
    run()
    empty, picture = messages()
    assert picture.attachments == [{"type": "image", "url": url, "title": None}]
    assert picture.conversation.preview == "Picture"
    assert empty.kind == "unsupported"
    assert "Meta shows nothing" in empty.text


def test_what_was_shared_comes_in_as_a_shared_post(as_gail, gateway, page, meta):
    link = "https://www.facebook.com/permalink.php?id=1"
    meta.says("", "m_1", ago(hours=2), shares={"data": [{"link": link, "name": "Cake"}]})
    begin(gateway)
    run()
    (shared,) = messages()
    assert (shared.kind, shared.attachments) == ("text", [{"type": "post", "url": link, "title": "Cake"}])
    assert shared.conversation.preview == "Shared post"
    shown = as_gail.get(f"/conversations/{shared.conversation_id}").text
    assert f'href="{link}"' in shown
    assert "Shared post: Cake" in shown


def test_both_channels_are_compared_one_after_another(gateway, page, meta):
    page.instagram_id, page.grants[0].instagram_suffices = INSTAGRAM, True
    db.session.commit()
    meta.says("On Facebook", "m_1", ago(hours=2))
    meta.says("On Instagram", "aWd_1", ago(hours=3), by=ANNA, to=INSTAGRAM, channel="instagram")
    meta.says(
        "From us", "aWd_2", ago(hours=2), by=INSTAGRAM, to=ANNA, channel="instagram", name="Peter Chang"
    )
    begin(gateway)
    assert [comparison.channel for comparison in run()] == ["messenger", "instagram"]
    assert [(message.text, message.author, message.conversation.channel) for message in messages()] == [
        ("On Instagram", "customer", "instagram"),
        ("On Facebook", "customer", "messenger"),
        ("From us", "page", "instagram"),
    ]


def test_instagram_is_left_alone_where_it_is_not_in_use(gateway, page, meta):
    begin(gateway)
    run()
    assert [query["platform"] for _, query in meta.calls] == ["messenger"]


def test_a_page_switched_off_is_left_alone(gateway, page, meta):
    page.messenger_wanted = False
    assert begin(gateway) is None
    assert db.session.scalars(select(Recovery)).all() == []


@pytest.mark.parametrize("paging_in_talks", [True, False])
def test_long_conversations_are_read_to_the_chosen_time(gateway, page, meta, paging_in_talks):
    meta.paging_in_talks = paging_in_talks
    for number in range(45):
        meta.says(f"Word {number}", f"m_{number}", ago(minutes=200 - number))
    begin(gateway)
    run()
    assert [message.text for message in messages()] == [f"Word {number}" for number in range(45)]
    assert [path for path, _ in meta.calls] == [f"{PAGE}/conversations", f"t_{PETER}/messages"]


def test_a_conversation_that_is_too_long_is_said(gateway, page, meta, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 0)
    for number in range(30):
        meta.says(f"Word {number}", f"m_{number}", ago(minutes=200 - number))
    begin(gateway)
    assert [(comparison.brought, comparison.cut) for comparison in run()] == [(20, 1)]


def many_talks(meta: Kept, number: int = 45) -> None:
    for one in range(number):
        meta.says(f"From {one}", f"m_{one}", ago(minutes=one + 1), by=f"9{one:015}")


def test_conversations_are_asked_for_in_small_answers_until_the_chosen_time(gateway, page, meta):
    many_talks(meta)
    meta.says("Too old", "m_old", ago(hours=40), by=ANNA)
    begin(gateway)
    assert len(run()) == 3
    assert [query.get("after") for _, query in meta.calls] == [None, "20", "40"]
    assert len(messages()) == 45


def test_nothing_more_is_asked_for_when_the_chosen_time_is_reached(gateway, page, meta):
    many_talks(meta)
    begin(gateway, hours=0.1)
    run()
    assert len(meta.calls) == 1


def test_a_killed_worker_is_replaced_where_it_was(gateway, page, meta):
    many_talks(meta)
    begin(gateway)
    assert step().looked == 20
    let_pass(seconds=1)
    held = db.session.get_one(Comparison, comparing.claim())
    assert comparing.claim() is None, "its lease holds"
    held.leased_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    run()
    assert [query.get("after") for _, query in meta.calls] == [None, "20", "40"]
    assert len(messages()) == 45


def test_a_worker_killed_after_meta_answered_leaves_nothing_half_done(gateway, page, meta):
    class Killed(BaseException):
        pass

    def kill():
        raise Killed

    many_talks(meta, 5)
    begin(gateway)
    meta.meanwhile = kill
    with pytest.raises(Killed):
        step()
    db.session.rollback()
    assert messages() == []
    db.session.scalars(select(Comparison)).one().leased_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    run()
    assert len(messages()) == 5


def test_what_kills_every_worker_is_given_up(gateway, page, meta):
    begin(gateway)
    for _ in range(len(comparing.BACK_OFF) + 1):
        comparing.claim()
        comparison = db.session.scalars(select(Comparison)).one()
        comparison.leased_until = utcnow() - timedelta(seconds=1)
        comparison.next_try_at = utcnow()
        db.session.commit()
    comparing.claim()
    assert (comparison.state, comparison.error) == ("failed", comparing.NOT_DONE)
    assert comparing.claim() is None


def test_our_own_defect_is_tried_again_with_growing_pauses(gateway, page, meta):
    begin(gateway)
    for pause in comparing.BACK_OFF:
        let_pass(days=1)
        comparing.fail(comparing.claim(), ValueError("a defect"))
        comparison = db.session.scalars(select(Comparison)).one()
        assert comparison.next_try_at - utcnow() == pytest.approx(pause, abs=timedelta(seconds=5))
    let_pass(days=1)
    comparing.fail(comparing.claim(), ValueError("a defect"))
    db.session.expire_all()
    assert comparison.state == "failed"


def test_two_at_once_are_one(gateway, page, meta):
    first, second = begin(gateway), begin(gateway)
    assert first is second
    assert len(db.session.scalars(select(Comparison)).all()) == 1


def test_one_that_is_under_way_goes_back_further_when_asked(gateway, page, meta):
    many_talks(meta)
    meta.says("Two days ago", "m_old", ago(hours=48), by=ANNA)
    begin(gateway, hours=1)
    step()
    begin(gateway, hours=72)
    run()
    assert "Two days ago" in [message.text for message in messages()]
    assert len(messages()) == 46


def test_one_that_goes_back_further_while_meta_is_asked_begins_anew(gateway, page, meta):
    meta.says("Two days ago", "m_old", ago(hours=48))
    meta.meanwhile = lambda: begin(gateway, hours=72)
    begin(gateway, hours=1)
    run()
    assert [message.text for message in messages()] == ["Two days ago"]


def test_what_was_missed_while_one_is_under_way_is_brought_in_by_it_when_asked(gateway, page, meta):
    many_talks(meta)
    begin(gateway)
    step()
    db.session.scalars(select(Comparison)).one().until -= timedelta(minutes=5)
    meta.says("In the second outage", "m_second", ago(minutes=1), by=ANNA)
    begin(gateway, hours=1)
    run()
    assert "In the second outage" in [message.text for message in messages()]
    assert len(messages()) == 46


def test_only_the_pages_asked_for_are_compared(gateway, page, meta):
    second = cast.page(gateway, "Harbour Coffee", "108001000000003")
    cast.grant(second, page.grants[0].account)
    begin(gateway, pages=[second])
    run()
    assert [path for path, _ in meta.calls] == ["108001000000003/conversations"]


def test_a_dead_token_makes_room_for_the_next_persons(gateway, page, meta):
    cast.grant(page, cast.account(gateway, "Taras", "77", logged_in_at=ago(days=9)), "EAA-taras")
    meta.says("Hello", "m_1", ago(hours=1))
    meta.dead = {"EAA-page-token"}
    begin(gateway)
    run()
    assert meta.tokens == ["EAA-page-token", "EAA-taras"]
    assert len(messages()) == 1


def test_without_any_token_it_says_who_must_act(gateway, page, meta):
    meta.dead = {"EAA-page-token"}
    begin(gateway)
    run()
    comparison = db.session.scalars(select(Comparison)).one()
    assert comparison.state == "failed"
    assert "Reconnect it with Add or Remove Pages" in comparison.error


@pytest.mark.parametrize("code", [613, 32, 80006, 4, 17])
def test_it_pauses_when_meta_asks_for_that_and_goes_on(gateway, page, meta, code):
    many_talks(meta)
    begin(gateway)
    step()
    meta.refusals = [refusal(code)]
    comparison = step()
    assert comparison.state == "waiting"
    assert comparison.next_try_at - utcnow() > timedelta(seconds=25)
    assert step() is None
    gateway.calls_paused_until = None
    let_pass(minutes=1)
    run()
    assert comparison.state == "done"
    assert len(messages()) == 45
    assert page.sends_paused_until is None, "messages have a limit of their own"


def test_the_pause_lasts_as_long_as_meta_says(gateway, page, meta):
    usage = '{"1": [{"type": "messenger", "estimated_time_to_regain_access": 19}]}'
    meta.headers = {"x-business-use-case-usage": usage}
    meta.refusals = [refusal(80006)]
    begin(gateway)
    comparison = step()
    left = comparison.next_try_at - utcnow()
    assert left == pytest.approx(timedelta(minutes=19), abs=timedelta(seconds=5))


def test_no_call_is_made_while_the_app_or_the_page_pauses(gateway, page, meta):
    begin(gateway)
    for owner, column in ((gateway, "calls_paused_until"), (page, "sends_paused_until")):
        setattr(owner, column, utcnow() + timedelta(minutes=1))
        assert step() is None
        setattr(owner, column, None)
    assert step() is not None


def test_the_last_part_of_a_limit_is_left_to_messages(gateway, page, meta):
    many_talks(meta)
    meta.headers = {"x-app-usage": '{"call_count": 76}'}
    begin(gateway)
    assert step().next_try_at - utcnow() > timedelta(minutes=4)


def test_two_calls_for_one_page_are_half_a_second_apart(gateway, page, meta):
    many_talks(meta)
    begin(gateway)
    before = utcnow()
    comparison = step()
    assert comparison.next_try_at >= before + timedelta(seconds=0.5)
    comparison.next_try_at += timedelta(minutes=1)  # a busy machine takes longer than half a second to ask
    db.session.commit()
    assert comparing.claim() is None


def test_a_passing_problem_is_tried_again_and_a_lasting_one_said(gateway, page, meta):
    begin(gateway)
    meta.refusals = [refusal(2)] * 6
    assert step().state == "waiting"
    for _ in range(5):
        let_pass(days=1)
        comparison = step()
    assert comparison.state == "failed"
    assert "Meta has a passing problem" in comparison.error


def test_a_missing_permission_ends_it_in_words(gateway, page, meta):
    begin(gateway)
    meta.refusals = [refusal(200)]
    comparison = step()
    assert comparison.state == "failed"
    assert "app administrator" in comparison.error


def test_a_page_removed_meanwhile_is_not_asked_about(gateway, page, meta):
    begin(gateway)
    page.removed_at = utcnow()
    comparison = step()
    assert (comparison.state, comparison.error) == ("failed", comparing.DISCONNECTED)
    assert meta.calls == []


def test_the_number_of_queries_does_not_grow_with_what_is_found(gateway, page, meta, count_queries):
    def cost(number):
        many_talks(meta, number)
        begin(gateway)
        let_pass(seconds=1)
        job = comparing.claim()
        with count_queries() as queries:
            comparing.work(job)
        run()
        return len([query for query in queries if not query.startswith("INSERT")])

    assert cost(2) == cost(18)


def test_a_new_customers_profile_is_looked_up_apart(gateway, page, meta):
    meta.says("Hello", "m_1", ago(hours=1))
    begin(gateway)
    run()
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.name, contact.profile_checked_at) == ("Peter Chang", None)
    assert contact.consented_at is not None
    assert [path for path, _ in meta.calls] == [f"{PAGE}/conversations"]


def test_what_recoveries_did_long_ago_is_forgotten_and_what_they_brought_stays(gateway, page, meta):
    meta.says("Hello", "m_1", ago(hours=1))
    begin(gateway).created_at = ago(days=91)
    recovery.forget()
    assert len(db.session.scalars(select(Comparison)).all()) == 1, "it is under way"
    run()
    recovery.forget()
    assert db.session.scalars(select(Comparison)).all() == []
    assert db.session.scalars(select(Recovery)).all() == []
    assert len(messages()) == 1
