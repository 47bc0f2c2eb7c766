"""Names and pictures are looked up apart; a message never waits for them."""

import json
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests import cast
from tests.deliveries import PETER, delivery, post, text
from webgateway.conversations import profiles
from webgateway.conversations.models import Contact, Conversation
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking

GRAPH = "http://127.0.0.1:9/v26.0/"
PROFILE = f"{GRAPH}{PETER}"
KNOWN = {
    "id": PETER,
    "name": "Peter Chang",
    "first_name": "Peter",
    "profile_pic": "https://x.fbcdn.net/p.jpg",
}


def contact() -> Contact:
    return db.session.query(Contact).one()


def test_a_new_contact_gets_name_and_picture(visitor, gateway, page, work, requests_mock):
    requests_mock.get(PROFILE, json=KNOWN)
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    assert (contact().name, contact().picture_url) == ("Peter Chang", "https://x.fbcdn.net/p.jpg")


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {}},
        {"status_code": 400, "json": {"error": {"message": "x", "code": 100, "error_subcode": 2018218}}},
        {"exc": requests.exceptions.ReadTimeout},
        {"status_code": 500, "text": "<html>"},
    ],
)
def test_a_profile_that_cannot_be_read_stops_nothing_and_names_nobody_noname(
    visitor, gateway, page, work, requests_mock, answer
):
    requests_mock.get(PROFILE, **answer)
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    assert db.session.query(Conversation).count() == 1
    assert contact().display_name == "Facebook user …0394"


def test_who_only_commented_is_not_asked_for(page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None, consented_at=None))
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0


def test_whoever_meta_would_not_show_is_asked_for_again_an_hour_later(page, requests_mock):
    peter = cast.contact(page, None, profile_checked_at=utcnow())
    cast.conversation(peter)
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0
    peter.profile_checked_at = utcnow() - timedelta(hours=2)
    db.session.commit()
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert contact().name == "Peter Chang"


def test_a_lost_look_up_is_made_up_for_in_the_next_round(page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None))
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert contact().name == "Peter Chang"


def test_who_is_being_asked_for_is_not_asked_for_by_somebody_else(page, requests_mock):
    peter = cast.contact(page, None, profile_checked_at=None)
    cast.conversation(peter)
    again = []

    def answer(_request, _context):
        if not again:
            again.append(profiles.look_up(peter.id))
        return KNOWN

    requests_mock.get(PROFILE, json=answer)
    profiles.look_up(peter.id)
    assert (len(again), requests_mock.call_count) == (1, 1)


def test_a_look_up_that_goes_wrong_is_not_repeated_at_once(page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None))
    requests_mock.get(PROFILE, exc=ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        profiles.look_up(contact().id)
    db.session.rollback()
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 1


def test_who_was_erased_while_meta_was_asked_has_no_name_again(gateway, page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None))

    def answer(_request, _context):
        with Session(db.engine) as elsewhere, db.session.no_autoflush:
            elsewhere.execute(update(Contact).values(meta_id="erased-1"))
            elsewhere.commit()
        return KNOWN

    requests_mock.get(PROFILE, json=answer)
    profiles.look_up(contact().id)
    db.session.expire_all()
    assert (contact().meta_id, contact().name) == ("erased-1", None)


def test_a_known_name_is_not_asked_for_again_and_again(page, requests_mock):
    peter = cast.contact(page)
    profiles.look_up(peter.id)
    assert requests_mock.call_count == 0


def test_without_a_living_token_nobody_is_asked(page, requests_mock):
    page.grants[0].dead_since = utcnow()
    peter = cast.contact(page, None, profile_checked_at=None)
    profiles.look_up(peter.id)
    assert requests_mock.call_count == 0


DEAD = {"status_code": 400, "json": {"error": {"message": "x", "code": 190, "error_subcode": 460}}}


def test_a_dead_token_gives_way_to_the_next_persons_for_the_same_look_up(gateway, page, requests_mock):
    earlier = utcnow() - timedelta(days=1)
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=earlier)
    cast.grant(page, marco, "EAA-marco")
    peter = cast.contact(page, None, profile_checked_at=None)
    requests_mock.get(PROFILE, [DEAD, {"json": KNOWN}])
    profiles.look_up(peter.id)
    assert peter.name == "Peter Chang"
    assert requests_mock.last_request.headers["Authorization"] == b"Bearer EAA-marco"
    assert [grant.works for grant in sorted(page.grants, key=lambda grant: grant.id)] == [False, True]


def test_when_the_last_token_dies_it_is_looked_up_after_reconnect(page, requests_mock):
    peter = cast.contact(page, None, profile_checked_at=None)
    cast.conversation(peter)
    requests_mock.get(PROFILE, **DEAD)
    profiles.look_up(peter.id)
    assert (peter.profile_checked_at, page.reachable) == (None, False)
    page.grants[0].dead_since = None
    db.session.commit()
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert contact().name == "Peter Chang"


def test_those_of_pages_without_a_login_hold_nobody_up(gateway, page, requests_mock, monkeypatch):
    monkeypatch.setattr(profiles, "ROUND", 1)
    cast.conversation(cast.contact(page, None, profile_checked_at=None))
    stranded = cast.page(gateway, "Cat Shelter", "5552")
    cast.conversation(cast.contact(stranded, None, "8", profile_checked_at=None))
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert (
        db.session.scalars(db.select(Contact.name).where(Contact.page_id == page.id)).one() == "Peter Chang"
    )


def batched(answer):
    """Meta's answer to a batch: `answer` says what each id, token and choice of fields get."""

    def answering(request, _context):
        rows = json.loads(parse_qs(request.text)["batch"][0])
        found = []
        for row in rows:
            path, _, query = row["relative_url"].partition("?")
            asked = parse_qs(query)
            status, body = answer(path, asked["access_token"][0], asked["fields"][0])
            found.append({"code": status, "headers": [], "body": json.dumps(body)})
        return found

    return answering


def strangers(page, count):
    return [cast.contact(page, None, str(100 + number), profile_checked_at=None) for number in range(count)]


def test_many_are_asked_for_fifty_in_a_call(page, requests_mock):
    some = strangers(page, 60)
    named = batched(lambda path, *_: (200, {"id": path, "name": f"No. {path}"}))
    asked = requests_mock.post(GRAPH, json=named)
    profiles.look_up(*[one.id for one in some])
    assert [one.name for one in some] == [f"No. {one.meta_id}" for one in some]
    assert asked.call_count == 2


def test_of_many_those_that_meta_does_not_show_keep_their_plain_names(page, requests_mock):
    some = strangers(page, 3)
    hidden = {"error": {"code": 100, "error_subcode": 2018218, "message": "(#100) No profile available."}}
    requests_mock.post(
        GRAPH, json=batched(lambda path, *_: (400, hidden) if path == "101" else (200, {"name": "Seen"}))
    )
    profiles.look_up(*[one.id for one in some])
    assert [one.name for one in some] == ["Seen", None, "Seen"]
    assert all(one.profile_checked_at for one in some)


def test_of_many_a_dead_token_gives_way_to_the_next_persons(gateway, page, requests_mock):
    earlier = utcnow() - timedelta(days=1)
    marco = cast.account(gateway, "Marco Rossi", "4705278912843592", logged_in_at=earlier)
    cast.grant(page, marco, "EAA-marco")
    some = strangers(page, 3)
    seen, dead = (200, {"name": "Seen"}), (400, DEAD["json"])
    told = batched(lambda _, token, __: seen if token == "EAA-marco" else dead)
    requests_mock.post(GRAPH, json=told)
    profiles.look_up(*[one.id for one in some])
    assert [one.name for one in some] == ["Seen"] * 3
    assert [grant.works for grant in sorted(page.grants, key=lambda grant: grant.id)] == [False, True]


def test_of_many_nobody_counts_as_asked_for_without_a_token(page, requests_mock):
    some = strangers(page, 3)
    requests_mock.post(GRAPH, json=batched(lambda *_: (400, DEAD["json"])))
    profiles.look_up(*[one.id for one in some])
    assert [one.profile_checked_at for one in some] == [None] * 3


def test_when_meta_is_away_all_of_them_are_asked_for_an_hour_later(page, requests_mock):
    some = strangers(page, 3)
    requests_mock.post(GRAPH, exc=requests.ConnectTimeout)
    profiles.look_up(*[one.id for one in some])
    assert all(one.profile_checked_at for one in some)


def test_of_many_on_instagram_fewer_fields_are_asked_for_where_one_is_refused(gateway, requests_mock):
    page = cast.page(gateway, "Cat Shelter", "5552", instagram_id="17841")
    cast.grant(page, cast.account(gateway), "EAA-cats", instagram_suffices=True)
    some = strangers(page, 2)
    for one in some:
        one.channel = "instagram"
    db.session.commit()
    refused = 400, {"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (name)"}}
    told = batched(lambda path, _, of: (200, {"username": f"u{path}"}) if of == "username" else refused)
    requests_mock.post(GRAPH, json=told)
    profiles.look_up(*[one.id for one in some])
    assert [one.username for one in some] == ["u100", "u101"]
