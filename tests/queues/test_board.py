"""The queues now."""

import re
from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, busy, waits
from webgateway.db import db, utcnow
from webgateway.queues import founding


@pytest.fixture
def sales(app):
    return cast.queue("Sales", cast.agent("Gail", most=2))


def row(page: str, queue) -> dict[str, str]:
    """The words of a queue's row by their column."""
    markup = page[page.index(f'id="queue-{queue.id}"') :]
    cells = re.findall(r'<td data-label="([^"]+)".*?>(.*?)</td>', markup[: markup.index("</tr>")], re.S)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for name, cell in cells}


def token(page: str) -> str:
    return re.search(r"token=(\w+)", page)[1]


def test_it_shows_what_waits_what_rings_and_who_is_there(as_sam, page, sales):
    waits(page, sales, 125)
    a_round()
    waits(page, sales, 12, priority=1)
    waits(page, sales, 5)
    waits(page, sales, 600, held_until=utcnow() + timedelta(hours=9))
    waits(page, sales, 600, closed_at=utcnow())
    waits(page, sales, 600, owner_app_id="1")
    busy(page, cast.person("Gail"))[0].queue = sales
    sales.members += [cast.agent("Hugo", state="not_ready"), cast.person("Sam")]
    db.session.commit()
    assert row(as_sam.get("/queues/").text, sales) == {
        "Name": "Sales Longest idle",
        "Waiting": "2 and 1 until opening",
        "Longest wait": "2 h 5 min",
        "Ringing": "1",
        "In conversation": "1",
        "Agents": "1 ready 1 not ready 1 offline",
    }


def test_an_idle_queue_says_so(as_sam, app):
    general = founding.general(cast.tenant().id)
    cast.agent("Gail", seen_at=utcnow() - timedelta(minutes=2))
    shown = row(as_sam.get("/queues/").text, general)
    assert shown["Waiting"] == shown["Ringing"] == shown["In conversation"] == "0"
    assert shown["Longest wait"] == "–"
    assert shown["Agents"] == "0 ready 3 offline"


def test_who_is_in_a_queue_and_may_not_answer_is_not_counted(as_sam, app):
    queue = cast.queue("Sales", cast.agent("Nora"))
    assert row(as_sam.get("/queues/").text, queue)["Agents"] == "Nobody is in it"


def test_it_asks_again_and_is_told_nothing_while_nothing_changed(as_sam, page, sales):
    seen = token(as_sam.get("/queues/").text)
    assert as_sam.fragment(f"/queues/?token={seen}").status_code == 204
    waits(page, sales)
    answer = as_sam.fragment(f"/queues/?token={seen}")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="board"')
    seen = token(answer.text)
    cast.agent("Gail", state="not_ready")
    assert as_sam.fragment(f"/queues/?token={seen}").status_code == 200


def test_the_queues_of_others_are_not_shown(as_rita, sales):
    page = as_rita.get("/queues/").text
    assert "Sales" not in page
    assert "General" in page


def test_whoever_has_no_right_sees_nothing_and_who_may_only_read_is_offered_nothing(as_gail, as_nora, sales):
    assert as_gail.get("/queues/").status_code == 403
    cast.person("Nora").roles[0].permissions = ["queues:read"]
    db.session.commit()
    page = as_nora.get("/queues/").text
    assert "Sales" in page
    for control in ("Add</button>", ">Edit<", ">Delete<"):
        assert control not in page


def test_its_cost_does_not_grow(as_sam, page, sales, count_queries):
    waits(page, sales)
    with count_queries() as few:
        as_sam.get("/queues/")
    for number in range(10):
        queue = cast.queue(f"Queue {number}", cast.agent(f"Agent {number}"), everybody=number % 2 == 0)
        waits(page, queue)
        busy(page, cast.person(f"Agent {number}"))
    a_round()
    with count_queries() as many:
        as_sam.get("/queues/")
    assert len(many) == len(few)
