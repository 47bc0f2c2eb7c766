"""Every refusal that we know of Meta, and what a send does with it: contract 10, by code and subcode."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests import cast
from tests.conversations.sending import SEND, pauses, refusal, send, write
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.meta import errors
from webgateway.meta.errors import from_answer

Fact = tuple[int, int | None, str]


def facts(text: str) -> list[Fact]:
    """One a line: code, subcode or -, Meta's wording where it matters."""
    found = []
    for line in text.strip().splitlines():
        code, subcode, *words = line.split(None, 2)
        found.append((int(code), None if subcode == "-" else int(subcode), " ".join(words) or "words"))
    return found


BACK_OFF = facts("""
    1 - An unknown error occurred
    2 - An unexpected error has occurred. Please retry your request later.
    4 2018354 There has to be a minimum delay between 2 notifications
""")
APP_PAUSES = facts("""
    4 - (#4) Application request limit reached
    341 - Application limit reached
""")
PAGE_PAUSES = facts("""
    9 2018352 User is performing too many actions
    17 - (#17) User request limit reached
    32 - (#32) Page request limit reached
    613 - (#613) Calls to this api have exceeded the rate limit.
    613 1996 Inconsistent API request volume
    613 2534040 Calls to this api have exceeded the rate limit.
    80001 - too many calls to this Page account
    80002 - too many calls to this Instagram account
    80006 - too many messages
""")
UNCLEAR = facts("""
    1 1357046 Received invalid JSON reply.
""")
NEXT_TOKEN = facts("""
    102 - Session key invalid
    190 - Invalid OAuth access token.
    190 - Invalid OAuth access token - Cannot parse access token
    190 - Invalid OAuth access token signature.
    190 458 The user has not authorized application
    190 459 You cannot access the app till you log in to www.facebook.com
    190 460 the user changed their password
    190 463 Session has expired on Friday
    190 464 the user is not a confirmed user
    190 467 the user logged out
    190 492 The user must be an administrator, editor, or moderator of the page
    450 -
    452 -
    467 -
""")
PAGE_BLOCKED = facts("""
    10 1404170 the page may not send opt-in requests
    10 1893063 You are temporarily restricted from sending messages.
    100 2534029 The business has been blocked from sending messages via the IG Messaging API
    368 - Temporarily blocked for policies violations
    613 2018338 Warning! You are engaging in behavior that may be considered bothersome
    2022 - The ability to send commerce messages has been temporarily disabled.
""")
# Kind and who can act; the refusals.
FINAL: list[tuple[str, str, list[Fact]]] = [
    (
        "permission",
        "app administrator",
        facts("""
            1 99 An unknown error occurred.
            3 - (#3) Application does not have the capability to make this API call.
            10 - (#10) Application does not have permission for this action
            100 - human agent
            200 - (#200) Requires pages_manage_metadata permission
            200 - (#200) Cannot message users who are not admins, developers or testers of the app
            200 2018021 Requires phone matching access fee to be paid
            200 2018027 until pages_messaging_phone_number permission is reviewed
            200 2018028 until pages_messaging permission is reviewed
        """),
    ),
    (
        "permission",
        "page administrator",
        facts("""
            2 2018344 Privacy ToS not accepted
            10 2534077 Cannot verify the connection between the IG account, the logged in user and the page.
            100 2534013 The page is not linked to an Instagram account
            200 2534041 The account owner has disabled access to instagram direct messages.
            36103 - This IG account is not eligible for API yet
        """),
    ),
    (
        "window",
        "nobody",
        facts("""
            10 2018065 sent outside of allowed window
            10 2018278 sent outside of allowed window
            10 2534022 sent outside of allowed window
        """),
    ),
    (
        "recipient",
        "nobody",
        facts("""
            10 1893015 This user has currently stopped notification messages for this topic
            10 2018108 They can't receive your messages right now.
            10 2018336 User Thread Impact
            100 - Parameter error: You cannot send messages to this id.
            100 2018001 No matching user found
            100 2534014 No matching Instagram user
            100 2534025 The comment is invalid for a private reply
            200 1545041 This person isn't available right now.
            551 - This person isn't receiving messages from you right now.
            551 1545041 This person isn't available right now.
            613 1893016 You may not send multiple opt-in requests with the same topic
            1545041 -
            9000001 - This Message has been deleted by the user or the business.
        """),
    ),
    (
        "attachment",
        "you",
        facts("""
            100 2018008 Failed to fetch the file from the url.
            100 2018047 Upload attachment failure.
            100 2018074 Possible invalid ID or you do not own the attachment.
            100 2018109 Attachment size exceeds allowable limit
            100 2018294 Video upload timed out or video is corrupted.
        """),
    ),
    (
        "profile_unavailable",
        "nobody",
        facts("""
            100 2018218 No profile available for this user.
            230 - User consent is required to access user profile
            2018247 - Insufficient permission to access user profile.
        """),
    ),
    (
        "routing",
        "page administrator",
        facts("""
            100 2534037 The action is invalid since it's not the thread owner.
            2018171 - Only available to Primary and Secondary Receivers.
            2018300 - another app is controlling this thread now.
        """),
    ),
    ("routing", "nobody", facts("2018321 - while the user is in an automated question and answer flow.")),
    (
        "restart_login",
        "you",
        facts("""
            100 - Invalid verification code format.
            100 36007 This authorization code has expired.
            100 36008 Error validating verification code.
            100 36009 This authorization code has been used.
        """),
    ),
    (
        "bad_credentials",
        "you",
        facts("""
            1 - Error validating client secret.
            100 - Invalid appsecret_proof provided in the API argument
            101 - Error validating application.
        """),
    ),
    ("not_found", "page administrator", facts("100 33 Unsupported get request.")),
    ("treat_as_success", "nobody", facts("100 - (#100) App is not installed: 1029")),
    ("our_bug", "you", facts("2200 - Callback verification failed")),
    (
        "our_bug",
        "developer",
        facts("""
            15 - This method must be called with an app access_token.
            100 - (#100) Invalid parameter
            100 - (#100) The parameter subscribed_fields is required.
            100 - (#100) Tried accessing nonexisting field (x) on node type (Page)
            100 - (#100) Only one of the text, attachment, and dynamic_text fields can be specified
            100 - (#100) Location Quick Reply is now deprecated on API 4.0
            100 - API calls from the server require an appsecret_proof argument
            100 - The ids query parameter is deprecated in v26.0+
            100 2018014 Cannot send both message and state at the same time.
            100 2018164 Incorrect App ID.
            100 2018320 Invalid product id
            100 2018328 Product template is not supported below version 8.
            100 2534015 Invalid message data
            101 - Missing client_id parameter.
            102 - A user access token is required to request this resource.
            104 - An access token is required to request this resource.
            190 2069032 A Page access token is required
            191 - Missing redirect_uri parameter.
            200 2069030 New Pages Experience Is Not Supported
            200 2069031 This field is not supported in the new Pages experience.
            210 - A page access token is required to request this resource.
            506 - Duplicate post
            2500 - An access token must be used
            2500 - Unknown path components: /me
            10303 - Invalid account_linking_token.
            1609005 - Error posting link
        """),
    ),
]
GIVEN_UP = [fact for _, _, found in FINAL for fact in found]
ALL = [*BACK_OFF, *APP_PAUSES, *PAGE_PAUSES, *UNCLEAR, *NEXT_TOKEN, *PAGE_BLOCKED, *GIVEN_UP]


@pytest.fixture
def refuse(page, requests_mock):
    """`refuse(fact)`: an answer to a customer meets this refusal; the part, as it is then."""
    numbers = iter(range(10**5, 10**6))

    def refused(fact: Fact) -> Part:
        page.sends_paused_until = page.gateway.calls_paused_until = None
        for grant in page.grants:
            grant.dead_since = None
        talk = cast.conversation(cast.contact(page, meta_id=str(next(numbers))))
        requests_mock.post(SEND, **refusal(*fact))
        write(talk)
        part = send()
        assert part.conversation_id == talk.id, "one before it is tried again"
        db.session.expunge(part)
        db.session.execute(db.update(Part).values(state="failed"))  # out of the way of the next
        db.session.commit()
        return part

    return refused


def test_every_refusal_in_our_table_has_its_place_here_and_no_other():
    table = json.loads(Path(errors.__file__).with_name("errors.json").read_text())["errors"]
    rows = {(row["code"], row.get("subcode"), row.get("says")) for row in table}

    def row_of(code: int, subcode: int | None, words: str) -> tuple[int, int | None, str | None]:
        said = [
            says for of, sub, says in rows if (of, sub) == (code, subcode) and says and says in words.lower()
        ]
        return code, subcode, said[0] if said else None

    assert {row_of(*fact) for fact in ALL} == rows
    assert len(ALL) == len(rows)


def test_what_passes_by_itself_is_tried_again_after_seconds(refuse):
    for fact in BACK_OFF:
        part = refuse(fact)
        assert (part.state, part.attempts) == ("waiting", 1), fact
        assert timedelta(seconds=2) < part.next_try_at - utcnow() < timedelta(seconds=4), fact
        assert part.error, fact
        assert pauses() == (None, None), fact


def test_a_limit_of_the_app_pauses_everything_that_goes_through_it(refuse):
    for fact in APP_PAUSES:
        part = refuse(fact)
        of_page, of_app = pauses()
        assert (part.state, part.attempts) == ("waiting", 0), fact
        assert of_page is None, fact
        assert timedelta(seconds=25) < of_app < timedelta(seconds=40), fact


def test_a_limit_of_the_page_pauses_the_page(refuse):
    for fact in PAGE_PAUSES:
        part = refuse(fact)
        of_page, of_app = pauses()
        assert (part.state, part.attempts) == ("waiting", 0), fact
        assert of_app is None, fact
        assert timedelta(seconds=25) < of_page < timedelta(seconds=40), fact


def test_a_page_that_may_not_send_fails_the_message_and_asks_again_rarely(refuse, caplog):
    for fact in PAGE_BLOCKED:
        caplog.clear()
        part = refuse(fact)
        assert (part.state, part.error_code, part.error_subcode) == ("failed", *fact[:2]), fact
        assert "support home" in part.remedy, fact
        assert pauses()[0] > timedelta(minutes=14), fact
        assert "may not send" in caplog.text, "an operator is told"


def test_a_dead_token_makes_room_for_the_next_persons(refuse, page):
    for fact in NEXT_TOKEN:
        part = refuse(fact)
        assert (part.state, part.attempts) == ("waiting", 0), fact
        assert part.next_try_at <= utcnow(), fact
        assert page.grants[0].dead_since, fact
        assert page.grants[0].dead_reason, fact
        assert pauses() == (None, None), fact


def test_what_may_have_arrived_is_not_repeated(refuse):
    for fact in UNCLEAR:
        part = refuse(fact)
        assert part.state == "unclear", fact
        assert "may or may not" in part.error, fact
        assert "Meta's inbox" in part.remedy, fact


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in FINAL}))
def test_a_final_refusal_is_given_up_with_its_meaning_and_what_to_do(refuse, kind):
    for _, who, fact in [(of, who, fact) for of, who, found in FINAL if of == kind for fact in found]:
        part = refuse(fact)
        assert (part.state, part.error_code, part.error_subcode) == ("failed", *fact[:2]), fact
        error = from_answer(400, refusal(*fact)["json"], {})
        assert (error.kind, error.who) == (kind, who), fact
        assert (part.error, part.remedy) == (error.meaning, error.remedy), fact
        assert part.error != fact[2], "in our words, not Meta's"
        assert part.attempts == 1, fact
        assert pauses() == (None, None), fact
