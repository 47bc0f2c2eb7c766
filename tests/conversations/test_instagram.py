"""Direct messages of Instagram: who they go out through, what they may hold, what is known of who writes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, just_now, post, text
from webgateway.conversations import outgoing, profiles, thread_tokens
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking
from webgateway.journal.models import Event

ACCOUNT = "17841405726653026"
OLHA = "6841100000000001"
PROFILE = f"http://127.0.0.1:9/v26.0/{OLHA}"
SEND = "http://127.0.0.1:9/v26.0/102938475610293/messages"


@pytest.fixture
def account(page):
    """The page's Instagram account, switched on."""
    page.instagram_id, page.instagram_username, page.instagram_wanted = ACCOUNT, "cisco.dogs", True
    page.grants[0].instagram_suffices = True
    db.session.commit()
    return page


@pytest.fixture
def olha(account):
    contact = cast.contact(account, None, OLHA, channel="instagram", username="olha.k")
    return cast.conversation(contact)


@pytest.fixture
def receive(visitor, gateway, account, work):
    def receiving(*items):
        post(visitor, gateway, delivery(*items, page=ACCOUNT, object="instagram"))
        work(reading, taking)

    return receiving


def says(words, mid="m_1", **more):
    return text(words, mid, by=OLHA, page=ACCOUNT, at=just_now(), **more)


def last_event():
    return db.session.scalars(select(Event).order_by(Event.id.desc())).first()


def sent(requests_mock):
    return [call.json() for call in requests_mock.request_history if call.url.startswith(SEND)]


def test_a_direct_message_opens_a_conversation_on_the_page_of_the_account(receive, account, requests_mock):
    requests_mock.get(PROFILE, json={"username": "olha.k"})
    receive(says("Is this on sale?"))
    conversation = db.session.scalars(select(Conversation)).one()
    assert (conversation.page_id, conversation.channel) == (account.id, "instagram")
    assert conversation.contact.meta_id == OLHA
    assert conversation.contact.display_name == "olha.k"


def test_an_answer_goes_out_through_the_page_in_parts_of_1000_bytes(olha, account, work, requests_mock):
    requests_mock.post(SEND, [{"json": {"recipient_id": OLHA, "message_id": f"m_{n}"}} for n in range(9)])
    cyrillic = ("Привіт світе. " * 70).strip()
    outgoing.write(olha, cyrillic, "agent")
    db.session.commit()
    work(outgoing)
    bodies = sent(requests_mock)
    assert [body["recipient"] for body in bodies] == [{"id": OLHA}] * 2
    assert all(len(body["message"]["text"].encode()) <= 1000 for body in bodies)
    assert " ".join(body["message"]["text"] for body in bodies) == cyrillic
    assert {body["messaging_type"] for body in bodies} == {"RESPONSE"}
    assert not any("tag" in body for body in bodies)


def test_it_goes_out_with_the_token_that_instagrams_permissions_came_with(olha, account, work, requests_mock):
    """A newer login that was only for pages does not do."""
    account.grants[0].token = "EAA-instagram"
    marco = cast.account(account.gateway, "Marco Rossi", "2", logged_in_at=utcnow() + timedelta(minutes=1))
    cast.grant(account, marco, "EAA-pages")
    requests_mock.post(SEND, json={"recipient_id": OLHA, "message_id": "m_1"})
    outgoing.write(olha, "It is.", "agent")
    db.session.commit()
    work(outgoing)
    assert requests_mock.last_request.headers["Authorization"] == b"Bearer EAA-instagram"


def test_after_24_hours_nothing_goes_out(as_gail, olha, work, requests_mock):
    olha.customer_wrote_at = utcnow() - timedelta(hours=25)
    outgoing.write(olha, "Too late", "agent")
    db.session.commit()
    work(outgoing)
    assert requests_mock.call_count == 0
    assert "Meta allows no answer after that" in as_gail.get(f"/conversations/{olha.id}").text


def test_the_composer_says_what_instagram_counts(as_gail, olha, page):
    shown = as_gail.get(f"/conversations/{olha.id}").text
    assert "Instagram takes 1,000 bytes in one message" in shown
    assert 'data-limit="1000"' in shown
    assert 'data-unit="bytes"' in shown
    assert 'aria-describedby="length-of-text limit-of-text"' in shown
    peter = cast.conversation(cast.contact(page))
    assert "bytes in one message" not in as_gail.get(f"/conversations/{peter.id}").text


def test_an_account_that_is_off_while_its_page_is_on_is_heard_by_nobody(receive, account):
    account.instagram_wanted, account.instagram_muted = False, True
    db.session.commit()
    receive(says("Hello?"))
    assert db.session.scalars(select(Message)).all() == []
    assert last_event().outcome == "ignored"
    assert "Webhook subscription of this Instagram account is off" in last_event().reason


def test_what_an_account_missed_while_it_was_off_can_be_replayed(
    as_ada, receive, account, work, requests_mock
):
    requests_mock.get(PROFILE, json={})
    account.instagram_muted = True
    db.session.commit()
    receive(says("Hello?"))
    account.instagram_muted = False
    db.session.commit()
    as_ada.post(f"/journal/{last_event().delivery_id}/replay")
    work(reading, taking)
    assert [message.text for message in db.session.scalars(select(Message))] == ["Hello?"]


def test_whoever_wrote_has_a_username_on_the_screen(as_gail, receive, requests_mock):
    requests_mock.get(PROFILE, json={"name": "Olha K.", "username": "olha.k"})
    receive(says("Hello"))
    assert "@olha.k" in as_gail.get("/conversations/1").text


def test_a_username_that_arrives_later_is_news_for_an_open_thread(olha):
    before = thread_tokens.of(olha).all
    olha.contact.username = "olha.kovalenko"
    assert thread_tokens.of(olha).all != before


def test_whoever_only_came_through_a_link_is_not_asked_for(receive, requests_mock):
    came = says("")
    del came["message"]
    receive(came | {"referral": {"ref": "summer", "source": "IGME-SOURCE-LINK"}})
    assert db.session.scalars(select(Contact)).one().consented_at is None
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0


@pytest.mark.parametrize("member", ["message", "postback"])
def test_a_message_and_a_button_are_a_consent(receive, requests_mock, member):
    requests_mock.get(PROFILE, json={"username": "olha.k"})
    item = says("Hello")
    if member == "postback":
        item["postback"] = {"mid": "m_1", "title": "Prices", "payload": "PRICES"}
        del item["message"]
    receive(item)
    assert db.session.scalars(select(Contact)).one().username == "olha.k"


def test_metas_no_for_want_of_consent_is_not_asked_again_until_the_person_writes(
    receive, olha, requests_mock, work
):
    refused = {"error": {"code": 230, "message": "User consent is required to access user profile"}}
    requests_mock.get(PROFILE, json=refused, status_code=400)
    olha.contact.username, olha.contact.profile_checked_at = None, None
    db.session.commit()
    profiles.look_up(olha.contact.id)
    olha.contact.profile_checked_at = utcnow() - timedelta(days=1)
    db.session.commit()
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 1
    requests_mock.get(PROFILE, json={"username": "olha.k"})
    receive(says("Hello"))
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert olha.contact.username == "olha.k"


def test_a_username_is_name_enough(olha, requests_mock):
    olha.contact.profile_checked_at = utcnow() - timedelta(hours=2)
    db.session.commit()
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0


MENTION = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"


@pytest.mark.parametrize("kind", ["story_mention", "ig_story", "ig_post", "share"])
def test_stories_and_posts_are_links_unless_the_gateway_shows_them(as_gail, olha, account, kind):
    cast.message(olha, "", attachments=[{"type": kind, "url": MENTION, "title": None}])
    shown = as_gail.get(f"/conversations/{olha.id}").text
    assert f'href="{MENTION}"' in shown
    assert f'<img src="{MENTION}"' not in shown
    account.gateway.instagram_inline = True
    db.session.commit()
    assert f'<img src="{MENTION}"' in as_gail.get(f"/conversations/{olha.id}").text


def test_a_picture_that_a_customer_sends_is_shown(as_gail, olha):
    cast.message(olha, "", attachments=[{"type": "image", "url": MENTION, "title": None}])
    assert f'<img src="{MENTION}"' in as_gail.get(f"/conversations/{olha.id}").text


def test_the_setting_is_about_instagram_alone(as_gail, page):
    page.gateway.instagram_inline = True
    peter = cast.conversation(cast.contact(page))
    cast.message(peter, "", attachments=[{"type": "share", "url": MENTION, "title": None}])
    assert f'<img src="{MENTION}"' not in as_gail.get(f"/conversations/{peter.id}").text


def echoes(words, mid="m_echo"):
    return text(words, mid, by=ACCOUNT, page=OLHA, at=just_now(), is_echo=True)


@pytest.fixture
def part(olha):
    outgoing.write(olha, "It is.", "agent")
    db.session.commit()
    return db.session.scalars(select(Part)).one()


def test_the_echo_of_a_message_whose_answer_was_lost_settles_it_by_its_words(receive, olha, part):
    part.state = "unclear"
    db.session.commit()
    receive(echoes("It is."))
    db.session.refresh(part)
    assert (part.state, part.mid) == ("sent", "m_echo")
    assert [message.author for message in db.session.scalars(select(Message))] == ["agent"]


def test_an_echo_that_is_quicker_than_metas_answer_makes_no_second_message(receive, part):
    part.leased_until, part.leased_by = utcnow() + timedelta(minutes=1), "a sender"
    db.session.commit()
    receive(echoes("It is."))
    assert [message.author for message in db.session.scalars(select(Message))] == ["agent"]


def test_other_words_are_an_answer_from_metas_inbox(receive, part):
    part.state = "unclear"
    db.session.commit()
    receive(echoes("Somebody else's words"))
    db.session.refresh(part)
    assert part.state == "unclear"
    authors = [message.author for message in db.session.scalars(select(Message).order_by(Message.id))]
    assert authors == ["agent", "page"]


def test_what_only_waits_to_be_sent_is_no_echo(receive, part):
    receive(echoes("It is."))
    db.session.refresh(part)
    assert part.state == "waiting"


def test_an_account_that_is_off_still_learns_what_became_of_its_answers(receive, olha, part):
    olha.page.instagram_muted = True
    part.state, part.mid = "sent", "m_echo"
    db.session.commit()
    receive(echoes("It is."))
    assert last_event().outcome == "done"
