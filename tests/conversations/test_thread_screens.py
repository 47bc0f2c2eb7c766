"""One conversation: its messages in time order, safe to look at, fresh by itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from webgateway.conversations import outgoing
from webgateway.db import db, utcnow


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page))


def articles(answer) -> list[str]:
    return re.findall(r'<article id="message-\d+".*?</article>', answer.text, re.S)


def poll(answer) -> str:
    return re.search(r'hx-get="([^"]+/messages\?[^"]+)" hx-trigger="every 2s"', answer.text)[1].replace(
        "&amp;", "&"
    )


def test_a_conversation_shows_who_where_and_what(as_gail, peter):
    cast.message(peter, "Is the shop open?")
    answer = as_gail.get(f"/conversations/{peter.id}")
    assert answer.status_code == 200
    for words in (
        "Peter Chang",
        "Cisco Dogs",
        "Messenger",
        "Is the shop open?",
        "Close conversation",
        "<html",
    ):
        assert words in answer.text


def test_opened_from_the_list_only_the_inbox_is_sent(as_gail, peter):
    answer = as_gail.fragment(f"/conversations/{peter.id}")
    assert "<html" not in answer.text
    assert 'id="inbox"' in answer.text
    assert 'aria-current="true"' in answer.text


def test_nobody_signed_in_is_asked_to_sign_in(visitor, peter):
    assert "/login" in visitor.get(f"/conversations/{peter.id}").location
    assert "/login" in visitor.get(f"/conversations/{peter.id}/messages").location


def test_without_the_right_it_is_refused(as_nora, peter):
    assert as_nora.get(f"/conversations/{peter.id}").status_code == 403
    assert as_nora.get(f"/conversations/{peter.id}/messages").status_code == 403


def test_another_tenants_and_a_missing_one_are_not_found(as_rita, as_gail, peter):
    assert as_rita.get(f"/conversations/{peter.id}").status_code == 404
    assert as_rita.get(f"/conversations/{peter.id}/messages").status_code == 404
    assert as_rita.get(f"/conversations/?open={peter.id}").status_code == 404
    assert as_gail.get("/conversations/4711").status_code == 404


def test_messages_stand_in_metas_time_order_whenever_they_came(as_gail, peter):
    now = utcnow()
    cast.message(peter, "second", occurred_at=now - timedelta(minutes=1))
    cast.message(peter, "third", occurred_at=now)
    cast.message(peter, "first", occurred_at=now - timedelta(minutes=2))
    found = articles(as_gail.get(f"/conversations/{peter.id}"))
    assert [re.search("first|second|third", article)[0] for article in found] == ["first", "second", "third"]


def test_days_are_those_of_the_viewer(as_gail, peter):
    gail = cast.person("Gail")
    gail.time_zone = "Asia/Tokyo"
    cast.message(peter, "late", occurred_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    answer = as_gail.get(f"/conversations/{peter.id}")
    assert "Friday, 20 November 2026" in answer.text


def test_days_are_those_of_the_browser_where_the_profile_names_no_zone(as_gail, peter):
    cast.message(peter, "late", occurred_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    for zone, day in (("Asia/Tokyo", "Friday, 20"), ("../etc/passwd", "Thursday, 19")):
        as_gail.set_cookie("zone", zone)
        assert f"{day} November 2026" in as_gail.get(f"/conversations/{peter.id}").text


def test_a_message_that_waits_says_when_it_is_tried_again(as_gail, peter):
    message = outgoing.write(peter, "It is.", "agent", cast.person("Gail"))
    message.parts[0].error, message.parts[0].remedy = "Too many messages.", "Nothing to do."
    message.parts[0].next_try_at = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    db.session.commit()
    shown = as_gail.get(f"/conversations/{peter.id}").text
    assert 'Next try: <time datetime="2026-11-19T23:30:00Z"' in shown


def test_each_message_names_its_author(as_gail, peter):
    outgoing.write(peter, "It is.", "agent", cast.person("Sam"))
    cast.message(peter, "Hello!", author="flow")
    cast.message(peter, "From the phone", author="page")
    answer = as_gail.get(f"/conversations/{peter.id}")
    authors = re.findall(r'class="author">([^<]+)<', answer.text)
    assert authors == ["Flow", "Answered outside of here", "Sam"]


def test_what_a_customer_wrote_is_never_markup(as_gail, peter):
    cast.message(peter, "<script>alert(1)</script> javascript:alert(1)")
    answer = as_gail.get(f"/conversations/{peter.id}")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert 'href="javascript' not in answer.text


def test_web_addresses_in_a_message_become_careful_links(as_gail, peter):
    cast.message(peter, "Look: https://example.com/a?b=1&c=2")
    link = re.search(r"<a [^>]*example\.com[^>]*>", as_gail.get(f"/conversations/{peter.id}").text)[0]
    assert 'href="https://example.com/a?b=1&amp;c=2"' in link
    assert 'target="_blank"' in link
    for word in ("noopener", "noreferrer", "nofollow"):
        assert word in link


def test_a_picture_at_meta_is_shown_and_one_elsewhere_is_a_link(as_gail, peter):
    at_meta = {"type": "image", "url": "https://scontent.xx.fbcdn.net/dog.jpg", "title": None}
    elsewhere = {"type": "image", "url": "https://evil.example/pixel.png", "title": "my dog"}
    cast.message(peter, "", attachments=[at_meta, elsewhere])
    answer = as_gail.get(f"/conversations/{peter.id}").text
    assert re.search(
        r'<img src="https://scontent.xx.fbcdn.net/dog.jpg" alt="Picture sent by Peter Chang" loading="lazy"',
        answer,
    )
    assert 'src="https://evil.example' not in answer
    assert "Picture: my dog</a>" in answer


def test_an_attachment_with_a_strange_address_is_only_named(as_gail, peter):
    cast.message(
        peter, "", attachments=[{"type": "file", "url": "javascript:alert(1)", "title": "price list"}]
    )
    answer = as_gail.get(f"/conversations/{peter.id}").text
    assert "File: price list" in answer
    assert "javascript" not in answer


def test_buttons_quick_replies_links_and_the_unsupported_are_told(as_gail, peter):
    cast.message(peter, "Start", kind="postback", payload="GO")
    cast.message(peter, "Red", kind="quick_reply", payload="RED")
    cast.message(peter, "", kind="referral", referral={"source": "ADS", "ad_id": "6001", "ref": "summer"})
    cast.message(peter, "", kind="unsupported")
    answer = as_gail.get(f"/conversations/{peter.id}").text
    for words in (
        "Pressed a button",
        "Chose a quick reply",
        "Came from an ad",
        "summer",
        "does not pass on to apps",
    ):
        assert words in answer


def test_thirty_messages_are_shown_and_earlier_ones_on_demand(as_gail, peter):
    start = utcnow() - timedelta(hours=2)
    for number in range(40):
        cast.message(peter, f"number {number}.", occurred_at=start + timedelta(minutes=number))
    answer = as_gail.get(f"/conversations/{peter.id}")
    assert len(articles(answer)) == 30
    assert "number 9." not in answer.text
    earlier = re.search(r'hx-get="([^"]+)"[^>]*>Earlier messages', answer.text)[1].replace("&amp;", "&")
    more = as_gail.fragment(earlier)
    assert len(articles(more)) == 40
    assert "Earlier messages" not in more.text
    cast.message(peter, "one more")
    assert len(articles(as_gail.fragment(poll(more)))) == 41


def test_what_one_reads_stays_when_new_messages_come(as_gail, peter):
    start = utcnow() - timedelta(hours=2)
    for number in range(40):
        cast.message(peter, f"number {number}.", occurred_at=start + timedelta(minutes=number))
    url = poll(as_gail.get(f"/conversations/{peter.id}"))
    cast.message(peter, "one more")
    found = articles(as_gail.fragment(url))
    assert "number 10." in found[0]
    assert "one more" in found[-1]


def test_nothing_is_sent_while_nothing_changed(as_gail, peter):
    cast.message(peter)
    assert as_gail.fragment(poll(as_gail.get(f"/conversations/{peter.id}"))).status_code == 204


def test_a_new_message_comes_without_the_composer_being_touched(as_gail, peter):
    url = poll(as_gail.get(f"/conversations/{peter.id}"))
    cast.message(peter, "Hello?")
    answer = as_gail.fragment(url)
    assert "Hello?" in answer.text
    assert "<textarea" not in answer.text
    assert as_gail.fragment(poll(answer)).status_code == 204


def test_a_changed_delivery_state_is_news(as_gail, peter):
    message = outgoing.write(peter, "It is.", "agent")
    url = poll(as_gail.get(f"/conversations/{peter.id}"))
    outgoing.arrived(message.parts[0], "m_1", utcnow())
    db.session.commit()
    assert "Sent" in articles(as_gail.fragment(url))[0]


def test_a_closure_is_news_and_takes_the_composer_away(as_gail, peter):
    url = poll(as_gail.get(f"/conversations/{peter.id}"))
    peter.closed_at = utcnow()
    db.session.commit()
    answer = as_gail.fragment(url)
    assert "This conversation is closed." in answer.text
    assert "Close conversation" not in answer.text


def test_a_contacts_name_that_arrives_later_is_news(as_gail, page):
    nameless = cast.conversation(cast.contact(page, name=None))
    url = poll(as_gail.get(f"/conversations/{nameless.id}"))
    nameless.contact.name = "Peter Chang"
    db.session.commit()
    assert "<h2>Peter Chang" in as_gail.fragment(url).text


def test_the_number_of_queries_does_not_grow_with_the_messages(as_gail, peter, count_queries):
    sam = cast.person("Sam")
    outgoing.write(peter, "It is.", "agent", sam)
    cast.message(peter)
    with count_queries() as few:
        as_gail.get(f"/conversations/{peter.id}")
    for number in range(20):
        outgoing.write(peter, f"{number}", "agent", sam)
        cast.message(peter)
    with count_queries() as many:
        as_gail.get(f"/conversations/{peter.id}")
    assert len(many) == len(few)


class TestDelivery:
    @pytest.fixture
    def message(self, peter):
        return outgoing.write(peter, "x" * 5000, "agent")

    def state(self, as_gail, message, *states: str, **values: str) -> str:
        for part, state in zip(message.parts, states, strict=True):
            part.state = state
            for name, value in values.items():
                setattr(part, name, value)
        db.session.commit()
        answer = as_gail.get(f"/conversations/{message.conversation_id}")
        return re.search(r"<footer>(.*?)</footer>", answer.text, re.S)[1]

    def test_waiting(self, as_gail, message):
        assert "Waiting" in self.state(as_gail, message, "waiting", "waiting", "waiting")

    def test_some_parts_are_counted(self, as_gail, message):
        assert "2 of 3 sent" in self.state(as_gail, message, "sent", "delivered", "waiting")

    def test_the_slowest_part_decides(self, as_gail, message):
        assert "Delivered" in self.state(as_gail, message, "read", "delivered", "read")
        assert "Read" in self.state(as_gail, message, "read", "read", "read")

    def test_what_was_refused_says_why_and_can_be_sent_again(self, as_gail, message):
        told = self.state(
            as_gail, message, "sent", "failed", "failed", error="Too old.", remedy="Wait for the customer."
        )
        assert "1 of 3 sent" in told
        assert "Too old. Wait for the customer." in told
        assert "Try again" in told

    def test_an_unclear_send_says_so_and_leaves_it_to_a_person(self, as_gail, message):
        told = self.state(as_gail, message, "unclear", "held", "held", error="Nobody knows.")
        assert "Nobody knows." in told
        assert "It did arrive" in told
        assert "The customer may have it already" in told
        assert "Try again" not in told

    def test_a_pause_that_meta_asked_for_says_until_when(self, as_gail, message):
        page = message.conversation.page
        page.sends_paused_until = utcnow() + timedelta(minutes=19)
        told = self.state(as_gail, message, "sent", "waiting", "waiting")
        assert "1 of 3 sent" in told
        until = f"{page.sends_paused_until:%Y-%m-%dT%H:%M:%SZ}"
        assert f'Meta asked for a pause; it is sent at <time datetime="{until}"' in told
        page.sends_paused_until, page.gateway.calls_paused_until = None, utcnow() + timedelta(minutes=5)
        assert "Meta asked for a pause" in self.state(as_gail, message, "sent", "waiting", "waiting")
        page.gateway.calls_paused_until = utcnow() - timedelta(seconds=1)
        assert "Meta asked for a pause" not in self.state(as_gail, message, "sent", "waiting", "waiting")

    def test_a_pause_and_its_end_are_news(self, as_gail, message):
        url = poll(as_gail.get(f"/conversations/{message.conversation.id}"))
        message.conversation.page.sends_paused_until = utcnow() + timedelta(minutes=19)
        db.session.commit()
        answer = as_gail.fragment(url)
        assert "Meta asked for a pause" in answer.text
        assert as_gail.fragment(poll(answer)).status_code == 204
        message.conversation.page.sends_paused_until = None
        db.session.commit()
        assert "Waiting" in as_gail.fragment(poll(answer)).text
