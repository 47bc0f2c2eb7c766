"""Transcripts as files: columns that are known, that calculate nothing, and a note of who took them."""

import csv
import io
import json

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.pages.models import AuditEntry
from webgateway.records import exporting, formats


def lines(answer) -> list[dict[str, str]]:
    text = answer.data.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def entries() -> list[tuple[str, str, dict[str, int]]]:
    return [
        (entry.kind, db.session.get(type(cast.person("Sam")), entry.user_id).name, entry.counts)
        for entry in db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))
    ]


class TestOne:
    def test_as_csv(self, as_sam, told):
        answer = as_sam.get(f"/records/{told.id}/transcript.csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert f'filename="conversation-{told.id}-' in answer.headers["Content-Disposition"]
        rows = lines(answer)
        assert [row["text"] for row in rows] == [
            *("Do you have the blue anchor lamp?", "Hello! We are reading.", "Yes, two are left."),
            "She bought one before",
        ]
        assert [row["name"] for row in rows] == ["Maya Lindqvist", "Flow", "Gail", "Gail"]
        assert {row["customer"] for row in rows} == {"Maya Lindqvist"}
        assert rows[0]["email"] == "maya@example.com"
        assert (rows[0]["waited_seconds"], rows[0]["first_answer_seconds"]) == ("120", "240")

    def test_as_json(self, as_sam, told):
        talk = as_sam.get(f"/records/{told.id}/transcript.json").get_json()
        assert talk["conversation"] == told.id
        assert talk["closing_reason"] == "Sold"
        assert talk["email"] == ["maya@example.com"]
        assert talk["messages"][2]["text"] == "Yes, two are left."

    def test_as_a_page_to_print(self, as_sam, told):
        answer = as_sam.get(f"/records/{told.id}/transcript")
        assert answer.mimetype == "text/html"
        assert "print.css" in answer.text
        assert "<script" not in answer.text
        for words in ("Maya Lindqvist", "maya@example.com", "Yes, two are left.", "Sold"):
            assert words in answer.text

    def test_times_are_the_viewers_and_say_their_zone(self, as_sam, told):
        cast.person("Sam").time_zone = "Asia/Kolkata"
        db.session.commit()
        at = as_sam.get(f"/records/{told.id}/transcript.json").get_json()["messages"][0]["at"]
        assert at.endswith("+05:30")

    @pytest.mark.parametrize("end", ["transcript", "transcript.csv", "transcript.json"])
    def test_only_for_whom_it_is_meant(self, as_sam, as_gail, as_rita, visitor, told, end):
        url = f"/records/{told.id}/{end}"
        assert as_sam.get(url).status_code == 200
        assert as_gail.get(url).status_code == 403
        assert as_rita.get(url).status_code == 404
        assert visitor.get(url).status_code == 302
        assert as_sam.get(f"/records/4711/{end}").status_code == 404
        assert len(entries()) == 1


class TestAll:
    def test_what_fits_the_search(self, as_sam, told, page):
        cast.message(cast.conversation(cast.contact(page, "Tom", "77")), "No lamps here")
        rows = lines(as_sam.get("/records/export.csv?q=anchor"))
        assert {row["customer"] for row in rows} == {"Maya Lindqvist"}
        everything = json.loads(as_sam.get("/records/export.json").data)
        assert [talk["customer"] for talk in everything["conversations"]] == ["Tom", "Maya Lindqvist"]
        assert everything["cut"] is None

    def test_many_in_steps(self, as_sam, told, monkeypatch):
        monkeypatch.setattr(exporting, "AT_ONCE", 3)
        for number in range(10):
            cast.conversation(cast.contact(told.page, f"N{number}", f"8{number}"))
        talks = json.loads(as_sam.get("/records/export.json").data)["conversations"]
        assert len({talk["conversation"] for talk in talks}) == len(talks) == 11
        assert len(lines(as_sam.get("/records/export.csv"))) == 4 + 10

    def test_what_is_left_out_is_told(self, as_sam, told, monkeypatch):
        monkeypatch.setattr(exporting, "MOST", 2)
        for number in range(3):
            cast.conversation(cast.contact(told.page, f"N{number}", f"8{number}"))
        file = json.loads(as_sam.get("/records/export.json").data)
        assert len(file["conversations"]) == 2
        assert "Narrow the search" in file["cut"]
        assert "Narrow the search" in as_sam.get("/records/export.csv").text

    def test_nothing_is_a_file_too(self, as_sam, told):
        assert lines(as_sam.get("/records/export.csv?q=submarine")) == []
        assert json.loads(as_sam.get("/records/export.json?q=submarine").data)["conversations"] == []

    def test_another_tenant_gets_nothing(self, as_rita, told):
        assert lines(as_rita.get("/records/export.csv")) == []

    def test_only_for_whom_it_is_meant(self, as_gail, visitor, told):
        for end in ("csv", "json"):
            assert as_gail.get(f"/records/export.{end}").status_code == 403
            assert visitor.get(f"/records/export.{end}").status_code == 302

    def test_memory_and_queries_go_by_steps(self, as_sam, told, monkeypatch, count_queries):
        monkeypatch.setattr(exporting, "AT_ONCE", 20)
        for number in range(60):
            talk = cast.conversation(cast.contact(told.page, f"N{number}", f"8{number}"))
            cast.message(talk, "Hi", "agent", user=cast.person("Gail"))
        with count_queries() as sent:
            as_sam.get("/records/export.json")
        assert len(sent) < 60


def test_it_is_noted_who_exported_how_much_and_nothing_of_whom(as_sam, told):
    as_sam.get(f"/records/{told.id}/transcript.csv")
    as_sam.get("/records/export.json?who=Maya").data  # noqa: B018 - it is streamed
    assert entries() == [
        ("records exported as CSV", "Sam", {"conversations": 1, "messages": 4}),
        ("records exported as JSON", "Sam", {"conversations": 1, "messages": 4}),
    ]
    entry = db.session.scalars(db.select(AuditEntry)).first()
    assert entry.tenant_id == told.tenant_id
    assert entry.at <= utcnow()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"])
def test_what_a_customer_wrote_is_calculated_by_nobody(as_sam, told, text):
    cast.message(told, text)
    told.contact.name = text
    db.session.commit()
    cells = [row["text"] for row in lines(as_sam.get(f"/records/{told.id}/transcript.csv"))]
    assert f"'{text}" in cells
    assert formats.cell(text) == f"'{text}"


def test_half_a_pair_of_a_sign_does_no_harm(as_sam, told):
    message = cast.message(told, "Here")
    message.attachments = [{"type": "file", "url": None, "title": "half \ud83d"}]
    db.session.commit()
    for end in ("transcript", "transcript.csv", "transcript.json"):
        assert as_sam.get(f"/records/{told.id}/{end}").status_code == 200
    for end in ("csv", "json"):
        assert "Here" in as_sam.get(f"/records/export.{end}").text


def test_who_goes_before_the_end_is_noted_with_what_they_got(as_sam, told, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(10):
        cast.conversation(cast.contact(told.page, f"N{number}", f"8{number}"))
    answer = as_sam.get("/records/export.json")
    pieces = answer.iter_encoded()
    for _ in range(3):
        next(pieces)
    answer.close()
    assert entries()[0][2]["conversations"] in (2, 3)
