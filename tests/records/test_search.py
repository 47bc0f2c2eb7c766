"""The records: searched by everything that is known of a conversation, page by page."""

import re
from datetime import timedelta

import pytest

from tests import cast
from tests.records.conftest import HOUR
from webgateway.bots import acting
from webgateway.conversations.facts import Fact
from webgateway.db import db, utcnow
from webgateway.records import customers, finding

LIST = "/records/"
DAY = timedelta(days=1)


def names(answer) -> list[str]:
    return re.findall(r'<td data-label="Customer">([^<]+)</td>', answer.text)


def next_page(answer) -> str | None:
    found = re.search(r'id="page-next" class="button" href="([^"]+)"', answer.text)
    return found[1].replace("&amp;", "&") if found else None


@pytest.fixture
def others(page):
    """Ten, an hour apart; the newest is called Number 0."""
    return [
        cast.conversation(
            cast.contact(page, f"Number {number}", f"1{number}"), opened_at=utcnow() - (number + 4) * HOUR
        )
        for number in range(10)
    ]


def test_each_stands_in_a_row_with_what_became_of_it(as_sam, told):
    answer = as_sam.get(LIST)
    assert answer.status_code == 200
    assert names(answer) == ["Maya Lindqvist"]
    for words in ("Cisco Dogs", "Gail", "4 min", "1 h", "Closed by an agent", "Sold"):
        assert words in answer.text
    assert '<td data-label="Messages" class="number">3</td>' in answer.text


def test_a_part_is_answered_with_the_list_alone(as_sam, told):
    answer = as_sam.fragment(LIST)
    assert "Maya Lindqvist" in answer.text
    assert "<html" not in answer.text


def test_before_there_is_one_it_says_how_to_begin(as_sam):
    assert "No records yet" in as_sam.get(LIST).text


def test_whoever_is_not_signed_in_signs_in_first(visitor):
    assert visitor.get(LIST).status_code == 302


def test_without_the_right_it_is_refused_and_not_offered(as_gail, told):
    assert as_gail.get(LIST).status_code == 403
    assert "/records/" not in as_gail.get("/conversations/").text


def test_another_tenant_finds_nothing_of_it(as_rita, told):
    for query in ("", "?q=anchor", "?who=maya@example.com", f"?page_id={told.page_id}"):
        assert names(as_rita.get(LIST + query)) == []


def test_words_are_found_with_what_stands_around_them(as_sam, told, others):
    answer = as_sam.get(LIST + "?q=ANCHOR+lamp")
    assert names(answer) == ["Maya Lindqvist"]
    assert "blue <mark>anchor</mark> <mark>lamp</mark>?" in re.sub(r"\s+", " ", answer.text)
    assert f"/records/{told.id}?first=" in answer.text


def test_notes_of_colleagues_are_found(as_sam, told):
    answer = as_sam.get(LIST + "?q=bought")
    assert names(answer) == ["Maya Lindqvist"]
    assert ">Gail</a>" in answer.text


def test_what_was_found_is_shown_as_text(as_sam, told):
    cast.message(told, "<script>alert(1)</script> anchor")
    answer = as_sam.get(LIST + "?q=script")
    assert "&lt;<mark>script</mark>&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_words_that_nobody_said_say_how_to_look(as_sam, told):
    assert "Nothing matches" in as_sam.get(LIST + "?q=submarine").text


@pytest.mark.parametrize(
    "who",
    ["Maya Lindqvist", "maya lindqvist", "indq", "@maya.l", "maya.l", "MAYA@example.com"],
)
def test_customers_are_found_by_what_is_known_of_them(as_sam, told, others, who):
    assert names(as_sam.get(LIST, query_string={"who": who})) == ["Maya Lindqvist"]


def test_the_ends_that_bots_made_are_found(as_sam, told, others):
    acting.close(others[3])
    db.session.commit()
    assert names(as_sam.get(LIST + "?how=bot")) == ["Number 3"]


def test_an_address_that_other_tenants_customers_have_is_found(as_sam, told, monkeypatch):
    monkeypatch.setattr(customers, "NAMESAKES", 1)
    rita = cast.tenant("Rival")
    theirs = cast.page(cast.gateway("Theirs", tenant=rita, app_id="2"), "Theirs", "99")
    for number in range(3):
        contact = cast.contact(theirs, f"Theirs {number}", f"5{number}")
        db.session.add(Fact(contact=contact, kind="email", value="info@example.com", source="text"))
        db.session.commit()
    db.session.add(Fact(contact=told.contact, kind="email", value="info@example.com", source="text"))
    db.session.commit()
    assert names(as_sam.get(LIST, query_string={"who": "info@example.com"})) == ["Maya Lindqvist"]


def test_telephones_are_found_however_they_are_written(as_sam, told, others):
    db.session.add(Fact(contact=told.contact, kind="phone", value="+49170123456", source="text"))
    db.session.commit()
    assert names(as_sam.get(LIST, query_string={"who": "+49 170 / 123-456"})) == ["Maya Lindqvist"]


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("page_id", lambda talk: talk.page_id),
        ("gateway_id", lambda talk: talk.page.gateway_id),
        ("flow_id", lambda talk: talk.flow_id),
        ("queue_id", lambda talk: talk.queue_id),
        ("agent_id", lambda talk: talk.agent_id),
        ("reason_id", lambda talk: talk.closing_reason_id),
        ("how", lambda talk: talk.closed_how),
        ("state", lambda _: "closed"),
    ],
)
def test_they_are_narrowed(as_sam, told, gateway, name, of):
    elsewhere = cast.page(cast.gateway("Second", app_id="2"), "Elsewhere", "99")
    cast.conversation(cast.contact(elsewhere, "Somebody else", "5"))
    assert names(as_sam.get(LIST, query_string={name: of(told)})) == ["Maya Lindqvist"]
    nobodys = {"how": "idle", "state": "open"}.get(name, 4711)
    assert "Maya Lindqvist" not in names(as_sam.get(LIST, query_string={name: nobodys}))


def test_filters_come_together(as_sam, told, others):
    query = {"q": "anchor", "who": "maya", "agent_id": told.agent_id, "page_id": told.page_id, "how": "agent"}
    assert names(as_sam.get(LIST, query_string=query)) == ["Maya Lindqvist"]
    assert names(as_sam.get(LIST, query_string={**query, "how": "idle"})) == []
    assert names(as_sam.get(LIST, query_string={**query, "queue_id": 4711})) == []


def test_who_gave_up_waiting_and_who_came_at_night(as_sam, told, others):
    left, late = others[:2]
    left.queued_at, left.closed_at, left.closed_how = left.opened_at, utcnow(), "idle"
    late.offline_at = late.opened_at
    db.session.commit()
    assert names(as_sam.get(LIST + "?how=abandoned")) == ["Number 0"]
    assert names(as_sam.get(LIST + "?offline=1")) == ["Number 1"]


def test_days_are_those_of_the_viewer(as_sam, told):
    """22:30 in UTC is the next day in Kyiv."""
    cast.person("Sam").time_zone = "Europe/Kyiv"
    told.opened_at = told.opened_at.replace(year=2026, month=3, day=10, hour=22, minute=30)
    db.session.commit()
    for since, until, found in (
        ("2026-03-11", "2026-03-11", True),
        ("2026-03-10", "2026-03-10", False),
        ("2026-03-11", "", True),
        ("", "2026-03-10", False),
    ):
        answer = as_sam.get(LIST, query_string={"since": since, "until": until})
        assert names(answer) == (["Maya Lindqvist"] if found else [])


def test_the_newest_come_first_and_pages_follow_each_other(as_sam, others):
    seen, url = [], LIST + "?size=25"
    for number in range(40):
        cast.conversation(cast.contact(others[0].page, f"Older {number}", f"2{number}"),
                          opened_at=utcnow() - DAY - number * HOUR)  # fmt: skip
    while url:
        answer = as_sam.get(url)
        seen.append(names(answer))
        url = next_page(answer)
    assert [len(page) for page in seen] == [25, 25]
    assert [name for page in seen for name in page] == [f"Number {n}" for n in range(10)] + [
        f"Older {n}" for n in range(40)
    ]
    assert "First page" in answer.text


def test_conversations_of_the_same_moment_are_all_shown(as_sam, page):
    at = utcnow()
    for number in range(60):
        cast.conversation(cast.contact(page, f"N{number}", f"3{number}"), opened_at=at)
    seen, url = [], LIST
    while url:
        answer = as_sam.get(url)
        seen += names(answer)
        url = next_page(answer)
    assert sorted(seen) == sorted(f"N{number}" for number in range(60))


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("opened", "Number 9"),
        ("contact", "Maya Lindqvist"),
        ("-contact", "Number 9"),
        ("page", "Maya Lindqvist"),
        ("agent", "Maya Lindqvist"),
        ("answer", "Maya Lindqvist"),
        ("duration", "Maya Lindqvist"),
        ("-messages", "Maya Lindqvist"),
        ("how", "Maya Lindqvist"),
        ("odd", "Maya Lindqvist"),
    ],
)
def test_they_are_sorted(as_sam, told, others, sort, first):
    answer = as_sam.get(LIST, query_string={"sort": sort})
    assert len(names(answer)) == 11
    assert names(answer)[0] == first


def test_what_is_sorted_is_paged(as_sam, page):
    for number in range(30):
        cast.conversation(cast.contact(page, f"N{number:02}", f"3{number}"))
    answer = as_sam.get(LIST + "?sort=contact")
    assert names(answer) == [f"N{number:02}" for number in range(25)]
    assert names(as_sam.get(next_page(answer))) == [f"N{number}" for number in range(25, 30)]


class TestManyHits:
    """However often words were said, nothing is missed, and no more is read than must be."""

    @pytest.fixture
    def little(self, monkeypatch):
        monkeypatch.setattr(finding, "STEP", 4)
        monkeypatch.setattr(finding, "TRIED", 2)
        monkeypatch.setattr(finding, "HITS", 5)
        monkeypatch.setattr(finding, "WALKED", 4)
        monkeypatch.setattr(finding, "LOOKED", 20)

    def all_of(self, as_sam, url) -> list[str]:
        seen = []
        while url:
            answer = as_sam.get(url)
            seen += names(answer)
            found = re.search(r'class="button(?: primary)?" href="([^"]*after=[^"]+)"', answer.text)
            url = found[1].replace("&amp;", "&") if found else None
        return seen

    def talks(self, page, count: int, said) -> list[str]:
        for number in range(count):
            talk = cast.conversation(
                cast.contact(page, f"N{number}", f"4{number}"), opened_at=utcnow() - number * HOUR
            )
            if said(number):
                cast.message(talk, "anchor")
        return [f"N{number}" for number in range(count) if said(number)]

    @pytest.mark.parametrize(
        "said",
        [
            lambda _: True,
            lambda number: number % 9 == 0,
            lambda number: number > 40,
            lambda number: number == 59,
            lambda number: number < 3,
        ],
    )
    def test_all_of_them_are_found(self, as_sam, page, little, said):
        wanted = self.talks(page, 60, said)
        assert self.all_of(as_sam, LIST + "?q=anchor") == wanted
        assert self.all_of(as_sam, LIST + "?q=anchor&state=open") == wanted

    def test_and_without_words_too(self, as_sam, page, little):
        self.talks(page, 60, lambda _: False)
        wanted = [f"N{number}" for number in range(60)]
        assert self.all_of(as_sam, LIST + "?state=open") == wanted
        assert self.all_of(as_sam, LIST + "?state=closed") == []


def test_the_number_of_queries_stays_the_same(as_sam, told, others, count_queries):
    def queries(path):
        with count_queries() as sent:
            assert as_sam.get(path).status_code == 200
        return len(sent)

    paths = (LIST, LIST + "?q=anchor", LIST + "?who=indq&sort=-messages")
    few = [queries(path) for path in paths]
    for number in range(20):
        talk = cast.conversation(cast.contact(told.page, f"L. Lindqvist {number}", f"6{number}"))
        cast.message(talk, "An anchor", "agent", user=cast.person("Sam"))
    assert [queries(path) for path in paths] == few


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=%22", "q=*", "q=-", "who=%00", "who=%25", "since=2026-13-01", "since=0001-01-01",
        "until=9999-12-31",
        "after=1.1", "after=x", "after=9223372036854775807.1", "after=-9223372036854775808.-1", "after=1.1.1",
        "skip=-1", "skip=99999999999999999999", "size=7", "sort=%00", "how=odd", "state=odd", "page_id=x",
        "agent_id=9223372036854775808", "offline=2",
    ],
)  # fmt: skip
def test_whatever_stands_in_the_address_is_answered(as_sam, told, query):
    assert as_sam.get(f"{LIST}?{query}").status_code == 200


def test_the_inbox_leads_here_with_its_words(as_sam, as_gail, told):
    assert "/records/?q=anchor" in as_sam.get("/conversations/?q=anchor").text
    assert "/records/?q=anchor" not in as_gail.get("/conversations/?q=anchor").text
