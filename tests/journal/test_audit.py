"""The audit trail: that logins ended and data was deleted, and how much; nothing tells whose."""

import html
import re

import pytest

from tests import cast
from tests.deliveries import delivery, post, text
from tests.pages.leaving import OLENA, ask_deletion
from webgateway.db import db, utcnow
from webgateway.pages import audit

URL = "/journal/audit"
CODE = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def note(gateway):
    def noting(kind="deauthorized", on=gateway, code=None, **counts):
        audit.note(kind, on.id, counts, code)
        db.session.commit()

    return noting


def rows(answer) -> list[str]:
    found = re.findall(r'<tr id="entry-\d+">.*?</tr>', answer.text, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in found]


def test_an_entry_says_what_happened_where_and_how_much_was_erased(as_sam, note):
    note("data deletion requested", code=CODE, accounts=1, grants=2, logins=0)
    (row,) = rows(answer := as_sam.get(URL))
    assert "Data deletion requested Support 1 login, 2 accesses to pages " + CODE in row
    assert f'href="/data-deletion/{CODE}"' in answer.text


def test_what_erased_nothing_says_so(as_sam, note):
    note("page left", pages=1)
    assert "A page removed the app at Meta Support Nothing" in rows(as_sam.get(URL))[0]


def test_every_kind_of_entry_has_its_words(as_sam, note):
    for kind in audit.KINDS:
        note(kind)
    shown = rows(as_sam.get(URL))
    assert all(words in row for words, row in zip(reversed(audit.KINDS.values()), shown, strict=True))


def test_a_deletion_leaves_two_entries_and_nothing_of_the_person(as_ada, visitor, gateway, page, work):
    page.grants[0].account.facebook_id = OLENA
    db.session.commit()
    post(visitor, gateway, delivery(text("My secret words", "m_1", by=OLENA)))
    work()
    ask_deletion(visitor, gateway)
    shown = as_ada.get(URL)
    done, asked = rows(shown)
    assert "Data deletion requested" in asked
    assert "1 login, 1 access to a page" in asked
    assert "Data deleted" in done
    assert "1 contact, 1 conversation, 1 message, 1 delivery, 1 event" in done
    for trace in (OLENA, "Olena", "My secret words", "Cisco Dogs"):
        assert trace not in shown.text


def test_the_newest_come_first_and_a_page_at_a_time(as_sam, note, count_queries):
    for number in range(1, 26):
        note(accounts=number)
    with count_queries() as queries:
        first = as_sam.get(URL)
    assert rows(first)[0].endswith("25 logins")
    assert len(rows(first)) == 20
    assert len(rows(as_sam.get(f"{URL}?page=2"))) == 5
    note(accounts=26)
    with count_queries() as more:
        as_sam.get(f"{URL}?size=100")
    assert len(more) == len(queries)


def test_one_kind_can_be_chosen_and_a_code_be_found(as_sam, note):
    note("account removed", accounts=1)
    note("data deleted", code=CODE)
    (row,) = rows(as_sam.get(f"{URL}?kind=account+removed"))
    assert "A person's login was removed here" in row
    (row,) = rows(as_sam.get(f"{URL}?q={CODE[3:9]}"))
    assert CODE in row
    assert "Nothing matches" in as_sam.get(f"{URL}?q=no-such-code").text
    assert len(rows(as_sam.get(f"{URL}?kind=no+such+kind"))) == 2


def test_a_deleted_gateways_entries_stay(as_sam, gateway, note):
    note()
    gateway.deleted_at = utcnow()
    assert "Support deleted" in rows(as_sam.get(URL))[0]


def test_while_nothing_happened_it_says_what_will_stand_there(as_sam, gateway):
    answer = as_sam.get(URL)
    assert "Nothing has happened yet" in answer.text
    assert "it is noted here by itself" in answer.text


def test_a_part_is_answered_with_the_list_alone(as_sam, note):
    note()
    answer = as_sam.fragment(URL)
    assert len(rows(answer)) == 1
    assert "<html" not in answer.text


def test_the_journal_leads_to_it(as_sam):
    assert f'href="{URL}"' in as_sam.get("/journal/").text


def test_another_tenant_sees_nothing_of_it(as_rita, note):
    note()
    assert rows(as_rita.get(URL)) == []


def test_without_the_right_it_is_refused(as_gail):
    assert as_gail.get(URL).status_code == 403


def test_nobody_signed_in_is_asked_to_sign_in(visitor):
    assert "/login" in visitor.get(URL).location


def test_the_same_entries_of_another_tenants_gateway_do_not_show(as_sam, note):
    other = cast.gateway("Rival's", tenant=cast.tenant("Rival"), app_id="2029384756102930")
    note("data deleted", on=other)
    assert rows(as_sam.get(URL)) == []
