import json
from pathlib import Path

import pytest

from webgateway.meta import errors
from webgateway.meta.errors import GraphError, Unreachable, from_answer

WHO = {"you", "Meta", "page administrator", "app administrator", "nobody", "developer"}


def refused(
    code: int, subcode: int | None = None, message: str = "", status: int = 400, **members: object
) -> GraphError:
    error = {"code": code, "message": message, "type": "OAuthException", **members}
    return from_answer(status, {"error": error | ({"error_subcode": subcode} if subcode else {})}, {})


@pytest.mark.parametrize(
    ("code", "subcode", "message", "kind"),
    [
        (1, None, "An unknown error occurred", "transient"),
        (1, None, "Error validating client secret.", "bad_credentials"),
        (1, 1357046, "Received invalid JSON reply.", "transient_maybe_sent"),
        (2, None, "An unexpected error has occurred.", "transient"),
        (4, None, "(#4) Application request limit reached", "throttled"),
        (9, 2018352, "User is performing too many actions", "throttled"),
        (10, None, "(#10) Application does not have permission", "permission"),
        (10, 1893063, "You are temporarily restricted", "blocked"),
        (10, 2018278, "(#10) outside of allowed window", "window"),
        (10, 2534022, "(#10) outside of allowed window", "window"),
        (10, 987654, "a subcode nobody knows", "permission"),
        (17, None, "(#17) User request limit reached", "throttled"),
        (32, None, "(#32) Page request limit reached", "throttled"),
        (100, None, "(#100) Invalid parameter", "our_bug"),
        (100, None, "(#100) App is not installed: 1029", "treat_as_success"),
        (100, None, "(#100) Parameter error: You cannot send messages to this id.", "recipient"),
        (100, None, "Invalid appsecret_proof provided in the API argument", "bad_credentials"),
        (100, None, "API calls from the server require an appsecret_proof argument", "our_bug"),
        (100, 33, "Unsupported get request.", "not_found"),
        (100, 36007, "This authorization code has expired.", "restart_login"),
        (100, 36008, "Error validating verification code.", "restart_login"),
        (100, 36009, "This authorization code has been used.", "restart_login"),
        (100, 2018001, "No matching user found", "recipient"),
        (100, 2018008, "Failed to fetch the file from the url.", "attachment"),
        (100, 2018218, "(#100) No profile available for this user.", "profile_unavailable"),
        (100, 2534029, "The business has been blocked", "blocked"),
        (100, 2534037, "not the thread owner", "routing"),
        (100, 4242424, "a subcode nobody knows", "our_bug"),
        (101, None, "Error validating application.", "bad_credentials"),
        (102, None, "A user access token is required", "our_bug"),
        (102, None, "Session key invalid", "reauth"),
        (190, None, "Invalid OAuth access token signature.", "reauth"),
        (190, 999, "a subcode nobody knows", "reauth"),
        (190, 492, "The user must be an administrator", "permission"),
        (200, None, "(#200) Requires pages_manage_metadata", "permission"),
        (200, 1545041, "This person isn't available right now.", "recipient"),
        (230, None, "User consent is required", "profile_unavailable"),
        (299, None, "an unlisted permission", "permission"),
        (368, None, "Temporarily blocked", "blocked"),
        (551, None, "This person isn't receiving messages", "recipient"),
        (613, None, "(#613) Calls to this api have exceeded", "throttled"),
        (613, 2018338, "Warning!", "blocked"),
        (2200, None, "(#2200) Callback verification failed", "our_bug"),
        (80006, None, "too many messages", "throttled"),
        (80014, None, "an unlisted business limit", "throttled"),
        (2018300, None, "another app is controlling this thread", "routing"),
        (777777, None, "a code nobody knows", "our_bug"),
    ],
)
def test_the_code_decides_the_kind(code: int, subcode: int | None, message: str, kind: str) -> None:
    assert refused(code, subcode, message).kind == kind


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (458, "removed the app"),
        (459, "confirm something"),
        (460, "changed their Facebook password"),
        (463, "has expired"),
        (464, "not confirmed"),
        (467, "logged out"),
        (492, "role on the page"),
    ],
)
def test_each_dead_login_says_what_killed_it_and_that_a_page_administrator_can_help(
    subcode: int, words: str
) -> None:
    error = refused(190, subcode)
    assert words in error.meaning
    assert error.who == "page administrator"
    assert not error.retry


def test_every_text_is_a_sentence_and_names_who_acts() -> None:
    table = json.loads(Path(errors.__file__).with_name("errors.json").read_text())
    for row in table["errors"]:
        error = refused(row["code"], row.get("subcode"), row.get("says", ""))
        assert error.who in WHO
        assert error.meaning.endswith(".")
        assert error.remedy.endswith(".")
        assert error.kind == row["kind"]
    assert all(kind["who"] in WHO for kind in table["kinds"].values())


@pytest.mark.parametrize("kind", ["transient", "transient_maybe_sent", "throttled", "unreachable"])
def test_only_what_passes_by_itself_is_tried_again(kind: str) -> None:
    table = json.loads(Path(errors.__file__).with_name("errors.json").read_text())["kinds"]
    assert table[kind]["retry"]
    assert sum(each["retry"] for each in table.values()) == 4


def test_an_unclear_send_says_so() -> None:
    assert refused(1, 1357046).sent_unclear
    assert not refused(2).sent_unclear


@pytest.mark.parametrize(
    ("status", "body", "unclear"),
    [
        (500, {}, True),
        (504, {"message": "Endpoint request timed out"}, True),
        (500, {"error": {"code": 2, "message": "Please retry your request later."}}, False),
        (503, {}, False),
        (429, {}, False),
        (400, {}, False),
    ],
)
def test_without_a_word_of_metas_own_a_broken_answer_leaves_open_whether_it_was_sent(
    status: int, body: dict[str, object], unclear: bool
) -> None:
    assert from_answer(status, body, {}).sent_unclear is unclear


@pytest.mark.parametrize(
    ("code", "subcode", "bucket"),
    [(4, None, "app"), (341, None, "app"), (613, None, "page"), (80014, None, "page"), (368, None, "page"),
     (4, 2018354, None), (2, None, None), (10, 2018278, None)],
)  # fmt: skip
def test_a_limit_says_what_it_is_a_limit_of(code: int, subcode: int | None, bucket: str | None) -> None:
    assert refused(code, subcode).bucket == bucket


def test_a_token_without_a_role_on_the_page_is_as_dead_as_an_expired_one() -> None:
    assert refused(190, 463).token_dead
    assert refused(190, 492).token_dead
    assert not refused(190, 2069032).token_dead
    assert not refused(200).token_dead


def test_wrong_credentials_name_the_field() -> None:
    assert refused(1, message="Error validating client secret.").field == "app_secret"
    assert refused(101, message="Error validating application.").field == "app_id"
    assert refused(100).field is None


def test_a_missing_permission_is_named_once_as_meta_names_it() -> None:
    sentence = "(#200) To subscribe to the {} field, one of these permissions is needed: pages_messaging"
    error = refused(200, message=sentence.format("messages") + sentence.format("standby"), status=403)
    assert error.meaning == "A permission is missing: pages_messaging."
    assert refused(200, message="(#200) Permissions error").meaning == "A permission is missing."


def test_an_unknown_refusal_that_meta_calls_transient_is_tried_again() -> None:
    assert refused(777777, is_transient=True).kind == "transient"
    assert refused(190, is_transient=True).kind == "reauth"


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "transient"), (503, "transient"), (429, "throttled"), (400, "our_bug")]
)
def test_the_status_speaks_only_where_no_code_does(status: int, kind: str) -> None:
    assert from_answer(status, {}, {}).kind == kind
    assert (
        refused(100, message="The ids query parameter is deprecated in v26.0+", status=status).kind
        == "our_bug"
    )


def test_a_dead_token_at_me_is_told_from_a_forgotten_one() -> None:
    message = "An active access token must be used to query information about the current user."
    body = {"error": {"code": 2500, "message": message}}
    assert from_answer(400, body, {}, had_token=True).kind == "reauth"
    assert from_answer(400, body, {}).kind == "our_bug"


def test_the_longest_wait_meta_asks_for_is_kept() -> None:
    usage = {
        "210": [{"estimated_time_to_regain_access": 3}],
        "211": [{"estimated_time_to_regain_access": 19}],
    }
    headers = {"x-business-use-case-usage": json.dumps(usage)}
    assert from_answer(400, {"error": {"code": 80006}}, headers).wait_minutes == 19
    assert (
        from_answer(400, {"error": {"code": 80006}}, {"x-business-use-case-usage": "?"}).wait_minutes is None
    )


@pytest.mark.parametrize(
    "secret",
    [
        "EAAGm0PX4ZCpsBAKZBexample",
        "IGAAexample123456",
        "1029384756|0123456789abcdef",
        "ZXhhbXBsZS10b2tlbi1vdGhlcg",
    ],
)
def test_a_token_meta_quotes_is_not_repeated(secret: str) -> None:
    error = refused(190, message=f"Malformed access token {secret} access_token={secret}&x=1 Bearer {secret}")
    assert secret not in str(error) + error.message + repr(error)
    assert "Malformed" in error.message


@pytest.mark.parametrize("error", ["words", 7, None, [], {"code": "190", "message": None}, {"code": [1]}])
def test_an_envelope_of_another_shape_is_an_error_all_the_same(error: object) -> None:
    assert from_answer(400, {"error": error}, {}).http_status == 400


def test_codes_written_as_words_are_read() -> None:
    error = from_answer(400, {"error": {"code": "190", "error_subcode": "463"}}, {})
    assert (error.code, error.subcode, error.kind) == (190, 463, "reauth")


def test_the_trace_id_comes_from_the_headers_when_the_body_has_none() -> None:
    assert refused(1, fbtrace_id="Abc").fbtrace_id == "Abc"
    assert from_answer(500, {}, {"x-fb-trace-id": "Def"}).fbtrace_id == "Def"


def test_an_unreachable_meta_is_worth_another_try() -> None:
    error = Unreachable("No answer.")
    assert (error.kind, error.retry, error.sent_unclear, error.code) == ("unreachable", True, False, None)
    assert Unreachable("No answer.", sent_unclear=True).sent_unclear
