"""Many senders at once: never twice, in order, nobody waits for somebody else's slow page."""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, request

from tests import cast
from tests.conversations.sending import SEND, send, write
from tests.serving import at_work, eventually_kept, free_port, served
from webgateway import worker
from webgateway.conversations import outgoing, queue, writing
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.meta import deadline
from webgateway.meta.graph import Graph

SLOW, QUICK = "102938475610293", "102938475610294"


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


def talks(page, number: int):
    return [cast.conversation(cast.contact(page, "Maya", f"739201{n}")) for n in range(number)]


@pytest.fixture
def quick(gateway):
    """A talk on a page where Meta is quick."""
    page = cast.page(gateway, "Cisco Cats", QUICK)
    account = cast.account(gateway, "Marco Rossi", "4705278912843592")
    cast.grant(page, account, "EAA-other-token")
    return cast.conversation(cast.contact(page))


class Meta:
    """Real HTTP: requests_mock answers one call after another. `held`: the slow page's answers wait."""

    def __init__(self) -> None:
        self.said: list[dict] = []
        self.held = threading.Event()
        self.app = Flask("meta")
        self.app.add_url_rule("/v26.0/<page>/messages", view_func=self.take, methods=["POST"])

    def take(self, page: str) -> dict[str, str]:
        self.said.append(request.json)
        while page == SLOW and self.held.is_set():
            time.sleep(0.02)
        return {"message_id": f"m_{request.json['message']['metadata']}"}


@pytest.fixture
def meta(app):
    meta, port = Meta(), free_port()
    app.extensions["settings"] = replace(app.extensions["settings"], graph_url=f"http://127.0.0.1:{port}")
    with served(meta.app, port):
        yield meta


@contextmanager
def senders(app, number: int, each):
    """`each` in so many threads at once, as the worker's senders."""
    start = threading.Barrier(number)
    failures: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                each()
            except BaseException as error:  # noqa: BLE001 - told to the test below
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(number)]
    db.session.remove()
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []


def test_senders_that_claim_in_the_same_moment_never_take_the_same_part(app, page, monkeypatch):
    monkeypatch.setattr(queue, "PER_PAGE", 100)
    for talk in talks(page, 12):
        write(talk)
    taken: list[int] = []

    def claim_all() -> None:
        while (job := outgoing.claim()) is not None:
            taken.append(job)

    with senders(app, 4, claim_all):
        pass
    assert len(taken) == len(set(taken)) == 12
    assert {part.attempts for part in db.session.query(Part)} == {1}


def test_every_part_reaches_meta_once_and_in_order_from_many_senders(app, page, meta):
    for talk in talks(page, 5):
        for word in ("first", "second", "third"):
            write(talk, word)

    def work_all() -> None:
        idle = 0
        while idle < 20:
            job = outgoing.claim()
            if job is None:
                idle += 1
                threading.Event().wait(0.02)
            else:
                idle = 0
                outgoing.work(job)
                db.session.remove()

    with senders(app, 4, work_all):
        pass
    assert len(meta.said) == 15
    assert max(Counter(each["message"]["metadata"] for each in meta.said).values()) == 1
    for customer in {each["recipient"]["id"] for each in meta.said}:
        words = [each["message"]["text"] for each in meta.said if each["recipient"]["id"] == customer]
        assert words == ["first", "second", "third"]


def test_a_slow_page_leaves_a_sender_to_the_others(app, page, quick, meta):
    assert queue.PER_PAGE < worker.SENDERS
    for talk in talks(page, 8):
        write(talk)
    meta.held.set()
    with at_work(app):
        try:
            eventually_kept(lambda: len(meta.said) == queue.PER_PAGE)
            part = write(quick).parts[0]
            eventually_kept(lambda: db.session.get(Part, part.id).state == "sent")
            assert len(meta.said) == queue.PER_PAGE + 1
        finally:
            meta.held.clear()
        eventually_kept(lambda: db.session.query(Part).filter_by(state="sent").count() == 9)


def test_one_sender_looks_often_while_others_wait_for_meta(app, page, meta):
    for talk in talks(page, 8):
        write(talk)
    meta.held.set()
    with at_work(app) as working:
        sending = next(kind for kind in working.kinds if kind.name == "sending")
        try:
            eventually_kept(lambda: len(meta.said) == queue.PER_PAGE)
            eventually_kept(sending.watch.locked)
        finally:
            meta.held.clear()


def test_what_a_killed_process_held_takes_nobodys_place(page):
    for talk in talks(page, 5):
        write(talk)
    for _ in range(queue.PER_PAGE):
        assert outgoing.claim()
    assert outgoing.claim() is None
    db.session.execute(
        db.update(Part).where(Part.leased_until.is_not(None)).values(leased_by="another machine:7")
    )
    db.session.commit()
    assert outgoing.claim()


class TestLease:
    def test_it_is_longer_than_the_longest_call_with_the_proof_sent_twice(self):
        connecting, waiting = Graph("https://graph.test", "v26.0", "1", "s").timeout
        once = 2 * connecting + waiting + deadline.SECONDS  # two addresses, the request, the answer
        assert outgoing.LEASE.total_seconds() > 2 * once + outgoing.LEASE.total_seconds() / 4

    def test_while_it_is_renewed_nobody_else_takes_the_part(self, talk):
        part = write(talk).parts[0]
        assert outgoing.claim() == part.id
        part.leased_until = utcnow() - timedelta(seconds=1)
        db.session.commit()
        outgoing.renew(part.id)
        db.session.expire_all()
        assert part.leased_until > utcnow() + timedelta(minutes=1)
        assert outgoing.claim() is None

    def test_a_part_that_is_done_or_in_other_hands_is_not_leased_anew(self, talk, requests_mock):
        requests_mock.post(SEND, json={"message_id": "m_1"})
        write(talk)
        part = send()
        outgoing.renew(part.id)
        db.session.expire_all()
        assert part.leased_until is None
        part.state, part.leased_by, part.leased_until = "waiting", "another machine:7", utcnow()
        db.session.commit()
        outgoing.renew(part.id)
        db.session.expire_all()
        assert part.leased_until < utcnow()


class TestKilledBetweenMetasAnswerAndOurCommit:
    @pytest.fixture
    def part(self, talk, requests_mock):
        """Meta has it, and the worker is no more."""

        def answer_and_die(*_):
            raise SystemExit

        requests_mock.post(SEND, json=answer_and_die)
        part = write(talk).parts[0]
        with pytest.raises(SystemExit):
            outgoing.work(outgoing.claim())
        db.session.remove()
        part = db.session.get_one(Part, part.id)
        part.leased_until = utcnow() - timedelta(seconds=1)
        db.session.commit()
        return part

    def test_it_is_not_sent_again(self, part, requests_mock):
        assert send().state == "unclear"
        assert outgoing.claim() is None
        assert requests_mock.call_count == 1

    def test_the_echo_settles_it_after_the_lease_ran_out(self, part):
        send()
        outgoing.arrived(part, "m_echo", utcnow())
        db.session.commit()
        assert (part.state, part.mid, part.error) == ("sent", "m_echo", None)

    def test_the_echo_settles_it_before_and_nobody_takes_it_again(self, part, requests_mock):
        outgoing.arrived(part, "m_echo", utcnow())
        db.session.commit()
        assert outgoing.claim() is None
        assert (part.state, part.leased_by) == ("sent", None)
        assert requests_mock.call_count == 1

    def test_a_person_may_send_it_again_and_the_late_echo_then_counts_for_both(self, part, requests_mock):
        send()
        writing.send_again(part.message)
        db.session.commit()
        outgoing.arrived(part, "m_echo", utcnow())
        db.session.commit()
        assert outgoing.claim() is None, "what arrived after all is not sent again"


def test_an_echo_in_the_same_moment_as_an_unclear_answer_leaves_nothing_held(app, talk, requests_mock):
    """The echo's transaction has read the part before the sender wrote its answer down."""
    requests_mock.post(SEND, status_code=502, text="Bad Gateway")
    message = write(talk, "a" * 1900 + "\n\n" + "b" * 1900)
    part_id, message_id = message.parts[0].id, message.id
    job = outgoing.claim()
    stale = db.session.get_one(Part, part_id)
    [follower.state for follower in stale.message.parts]
    db.session.commit()
    with senders(app, 1, lambda: outgoing.work(job)):
        pass
    stale = db.session.merge(stale, load=False)
    outgoing.arrived(stale, "m_echo", utcnow())
    db.session.commit()
    db.session.expire_all()
    states = db.session.query(Part.state).filter_by(message_id=message_id).order_by(Part.position)
    assert [state for (state,) in states] == ["sent", "waiting"]
