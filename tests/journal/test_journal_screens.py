"""What Meta delivered and what became of it, as an administrator reads it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from tests import cast
from tests.deliveries import delivery, echo, post, text, wire
from webgateway.db import db, utcnow
from webgateway.journal import reading, routes, search, taking
from webgateway.journal.models import Delivery, Event

MAYA = "7392015648120395"


@pytest.fixture
def hello(visitor, gateway, page, work):
    """A delivery whose one message became part of a conversation."""
    post(visitor, gateway, delivery(text("Hi", "m_hello")))
    work(reading, taking)
    return db.session.query(Delivery).one()


def rows(answer) -> list[str]:
    found = re.findall(r'<tr id="(?:event|delivery)-\d+">.*?</tr>', answer.text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


class TestList:
    def test_each_event_is_a_row_with_its_outcome(self, as_sam, hello):
        answer = as_sam.get("/journal/")
        assert answer.status_code == 200
        assert len(rows(answer)) == 1
        for words in ("Support", "Cisco Dogs", "Message", "7392015648120394", "Done"):
            assert words in rows(answer)[0]

    def test_the_newest_comes_first(self, as_sam, visitor, gateway, hello, work):
        post(visitor, gateway, delivery(echo("Answer", "m_2")))
        work(reading, taking)
        assert ["Message from the page" in row for row in rows(as_sam.get("/journal/"))] == [True, False]

    def test_a_part_is_answered_with_the_list_alone(self, as_sam, hello):
        answer = as_sam.fragment("/journal/")
        assert len(rows(answer)) == 1
        assert "<html" not in answer.text

    def test_nobody_signed_in_is_asked_to_sign_in(self, visitor):
        assert "/login" in visitor.get("/journal/").location

    def test_without_the_right_it_is_refused(self, as_gail):
        assert as_gail.get("/journal/").status_code == 403

    def test_another_tenant_sees_nothing_of_it(self, as_rita, hello):
        assert rows(as_rita.get("/journal/")) == []

    def test_a_delivery_that_waits_to_be_read_is_shown(self, as_sam, visitor, gateway, page):
        post(visitor, gateway, delivery(text("Hi", "m_1")))
        for query in ("", "?outcome=waiting"):
            assert "Not read yet." in rows(as_sam.get(f"/journal/{query}"))[0]
        assert rows(as_sam.get("/journal/?outcome=done")) == []

    def test_a_delivery_that_cannot_be_read_is_shown(self, as_sam, visitor, gateway, page, work):
        post(visitor, gateway, ["no", "delivery"])
        work(reading)
        for query in ("", "?outcome=failed"):
            assert "This is not a delivery of Meta&#39;s" in rows(as_sam.get(f"/journal/{query}"))[0]

    def test_searching_looks_at_ids_and_reasons(self, as_sam, visitor, gateway, hello, work):
        post(visitor, gateway, delivery(text("Hey", "m_other", by=MAYA, page="999"), page="999"))
        work(reading, taking)
        for q, found in (
            ("m_hel", 1),
            (MAYA, 1),
            ("999", 1),
            ("No page of this", 1),
            ("m_", 2),
            ("nothing", 0),
        ):
            assert len(rows(as_sam.fragment("/journal/", query_string={"q": q}))) == found

    def test_outcome_and_gateway_narrow_the_list_and_stay_in_the_address(self, as_sam, gateway, hello):
        assert len(rows(as_sam.get("/journal/?outcome=done"))) == 1
        assert len(rows(as_sam.get("/journal/?outcome=ignored"))) == 0
        assert len(rows(as_sam.get(f"/journal/?gateway={gateway.id}"))) == 1
        assert len(rows(as_sam.get(f"/journal/?gateway={gateway.id + 1}"))) == 0
        assert "/journal/?outcome=done&amp;live=1" in as_sam.get("/journal/?outcome=done").text

    def test_wrong_values_in_the_address_are_forgiven(self, as_sam, hello):
        assert len(rows(as_sam.get("/journal/?outcome=odd&gateway=x&page=-1&size=7"))) == 1

    def test_it_refreshes_by_itself_on_demand(self, as_sam, hello):
        assert "every 5s" not in as_sam.get("/journal/").text
        assert "every 5s" in as_sam.get("/journal/?live=1").text

    def test_the_empty_journal_says_what_to_do(self, as_sam):
        assert "Nothing has been delivered yet" in as_sam.get("/journal/").text

    def test_a_search_without_result_says_so(self, as_sam, hello):
        assert "Nothing matches" in as_sam.get("/journal/?q=nothing").text

    @pytest.mark.parametrize(
        ("searched", "found"), [("m_hello", 1), ("7392015648120394", 1), ("hello", 0), ("m_2", 1)]
    )
    def test_an_old_event_is_found_by_a_whole_id(
        self, as_sam, visitor, gateway, hello, work, monkeypatch, searched, found
    ):
        post(visitor, gateway, delivery(text("Hi", "m_2", by=MAYA)))
        work(reading, taking)
        monkeypatch.setattr(search, "RECENT", 1)
        assert len(rows(as_sam.get(f"/journal/?q={searched}"))) == found

    def test_a_whole_id_finds_nothing_of_another_tenant(self, as_rita, hello):
        assert rows(as_rita.get("/journal/?q=m_hello")) == []

    def test_counting_stops_where_it_would_be_slow(self, as_sam, hello, monkeypatch):
        copies(hello, 30)
        monkeypatch.setattr(routes, "MOST", 20)
        answer = as_sam.get("/journal/")
        assert "1–20 of more than 20" in answer.text
        assert len(rows(as_sam.get("/journal/?page=9"))) == 20

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, as_sam, hello, count_queries):
        with count_queries() as few:
            as_sam.get("/journal/")
        copies(hello, 15)
        with count_queries() as many:
            as_sam.get("/journal/")
        assert len(many) == len(few)


class TestWrongSignatures:
    def test_refused_deliveries_raise_a_warning_for_a_day(self, as_sam, visitor, gateway):
        post(visitor, gateway, delivery(), **{"X-Hub-Signature-256": "sha256=00"})
        answer = as_sam.get("/journal/")
        assert "Deliveries with a wrong signature were refused" in answer.text
        assert "App Secret of this chat gateway is probably wrong" in answer.text
        gateway.signature_refused_at = utcnow() - timedelta(hours=25)
        db.session.commit()
        assert "wrong signature" not in as_sam.get("/journal/").text

    def test_another_tenant_is_not_warned(self, as_rita, gateway):
        gateway.signature_refused_at = utcnow()
        db.session.commit()
        assert "wrong signature" not in as_rita.get("/journal/").text


class TestDelivery:
    def test_it_shows_what_came_and_what_became_of_it(self, as_sam, hello):
        answer = as_sam.get(f"/journal/{hello.id}")
        assert answer.status_code == 200
        conversation = hello.events[0].conversation_id
        for words in (
            "Support",
            "Right: signed with",
            "Read",
            "m_hello",
            "Done",
            f'href="/conversations/{conversation}"',
        ):
            assert words in answer.text

    def test_its_body_is_indented_and_never_markup(self, as_sam, visitor, gateway, page):
        post(visitor, gateway, delivery(text("<img src=x onerror=alert(1)>", "m_1")))
        answer = as_sam.get("/journal/1")
        assert "&lt;img src=x" in answer.text
        assert "<img src=x" not in answer.text
        assert "  &#34;object&#34;: &#34;page&#34;" in answer.text

    def test_half_a_surrogate_pair_is_shown_as_it_is_escaped(self, as_sam, visitor, gateway, page):
        post(visitor, gateway, b'{"object":"page","entry":[],"x":"\\ud83d"}')
        answer = as_sam.get("/journal/1")
        assert answer.status_code == 200
        assert "\\ud83d" in answer.text

    def test_a_large_body_is_cut_and_can_be_downloaded_whole(self, as_sam, visitor, gateway, page):
        body = wire(delivery(text("x" * 300_000, "m_1")))
        post(visitor, gateway, body)
        answer = as_sam.get("/journal/1")
        assert len(answer.text) < 250_000
        assert "Only the beginning is shown." in answer.text
        whole = as_sam.get("/journal/1/body")
        assert whole.data == body
        assert whole.mimetype == "application/json"
        assert whole.headers["Content-Disposition"] == 'attachment; filename="delivery-1.json"'
        assert whole.headers["X-Content-Type-Options"] == "nosniff"

    def test_an_unread_one_says_so(self, as_sam, visitor, gateway, page):
        post(visitor, gateway, delivery(text("Hi", "m_1")))
        assert "the worker has not come to it" in as_sam.get("/journal/1").text

    def test_many_events_are_cut_into_pages(self, as_sam, hello):
        copies(hello, 30)
        assert len(rows(as_sam.get(f"/journal/{hello.id}"))) == 20
        assert len(rows(as_sam.fragment(f"/journal/{hello.id}?page=2"))) == 11

    def test_who_may_not_read_conversations_is_offered_none(self, as_nora, hello):
        cast.person("Nora").roles[0].permissions = ["journal:read"]
        answer = as_nora.get(f"/journal/{hello.id}")
        assert answer.status_code == 200
        assert 'href="/conversations/' not in answer.text

    @pytest.mark.parametrize("end", ["", "/body"])
    def test_others_are_kept_out(self, as_rita, as_gail, as_sam, visitor, hello, end):
        assert as_rita.get(f"/journal/{hello.id}{end}").status_code == 404
        assert as_gail.get(f"/journal/{hello.id}{end}").status_code == 403
        assert as_sam.get(f"/journal/4711{end}").status_code == 404
        assert "/login" in visitor.get(f"/journal/{hello.id}{end}").location


def copies(of: Delivery, number: int) -> None:
    event = of.events[0]
    names = [column.name for column in Event.__table__.columns if column.name != "id"]
    kept = {name: getattr(event, name) for name in names}
    db.session.execute(insert(Event), [kept | {"position": position + 1} for position in range(number)])
    db.session.commit()
