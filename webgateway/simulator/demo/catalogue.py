"""What can be made to go wrong, in words (contract 13.7)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    name: str
    title: str
    words: str
    argument: str = ""
    """label of the value it takes; empty = none"""
    default: str = ""


CATALOGUE: dict[str, tuple[Kind, ...]] = {
    "Tokens and permissions": (
        Kind(
            "token_expired", "Expired token", "Every call with a person's or page's token: 190, subcode 463."
        ),
        Kind("password_changed", "Password changed", "The session was invalidated: 190, subcode 460."),
        Kind("app_removed", "App removed", "The person removed the app: 190, subcode 458."),
        Kind(
            "checkpoint",
            "Person must confirm something",
            "Facebook asks the person to log in: 190, subcode 459.",
        ),
        Kind(
            "not_admin",
            "No longer administrator",
            "The person lost their role on the page: 190, subcode 492.",
        ),
        Kind("logged_out", "Logged out", "The session is over: 190, subcode 467."),
        Kind(
            "permission_missing",
            "Missing permission",
            "The permission counts as declined: 200, or an empty list of pages.",
            "Permission",
            "pages_messaging",
        ),
        Kind("proof_required", "Proof required", "Calls without appsecret_proof are refused."),
        Kind("proof_invalid", "Proof refused", "Every appsecret_proof counts as wrong."),
    ),
    "Connecting an app": (
        Kind("wrong_secret", "Wrong App Secret", "Error validating client secret: code 1."),
        Kind("wrong_app", "Wrong App ID", "Error validating application: code 101."),
        Kind(
            "deny", "Login cancelled", "The login dialog sends everybody back as if they had pressed Cancel."
        ),
        Kind(
            "partial_grant",
            "A permission declined",
            "Whoever logs in keeps this permission back, whatever they tick.",
            "Permission",
            "pages_messaging",
        ),
        Kind("state_missing", "State lost", "The login dialog sends people back without the state."),
        Kind(
            "callback_replay",
            "Old callback",
            "The login dialog sends people back with the code and state of the login before.",
        ),
        Kind("code_used", "Code used already", "100, subcode 36009."),
        Kind("code_expired", "Code too old", "100, subcode 36007."),
        Kind("redirect_mismatch", "Redirect URI differs", "100, subcode 36008."),
        Kind(
            "verify_fail", "Callback not verified", "Registering the webhook fails with 2200, as after a 404."
        ),
        Kind(
            "verify_timeout",
            "Callback too slow",
            "Registering the webhook fails with 2200, as after a timeout.",
        ),
    ),
    "Graph API": (
        Kind("transient_5xx", "Short outage", "HTTP 500, code 2, is_transient."),
        Kind("html_502", "Bad gateway", "HTTP 502 with an HTML page instead of JSON."),
        Kind("error_with_200", "Error with 200", "HTTP 200, and an error in the answer."),
        Kind("reset", "Connection reset", "The connection ends without an answer."),
        Kind("wrong_content_type", "Wrong content type", "JSON that says it is HTML."),
        Kind("version_expired", "Version expired", "Served as the oldest usable version."),
        Kind("version_unknown", "Version unknown", "Unknown path components: code 2500."),
        Kind("truncated_json", "Cut-off answer", "HTTP 200, but the JSON ends too early."),
        Kind("slow", "Slow", "Answers come late.", "Seconds", "3"),
        Kind("hang", "Hangs", "Answers come after a minute, when nobody waits any more."),
        Kind(
            "clock_skew",
            "Clocks differ",
            "Meta's clock is off: timed proofs, its Date and the time in signed forms follow it.",
            "Seconds",
            "3600",
        ),
        Kind("app_rate_limited", "App limit reached", "Code 4."),
        Kind("page_rate_limited", "Page limit reached", "Code 32."),
        Kind(
            "conversations_limited",
            "Conversations limit",
            "The Conversations API takes no more than so many calls a second for one page: 613.",
            "Calls a second",
            "2",
        ),
        Kind(
            "paging_empty_with_next", "Empty page of a list", "A list answers no rows, but names a next page."
        ),
        Kind("paging_loop", "Endless list", "The next page of a list is the same page again."),
    ),
    "Sending": (
        Kind(
            "send_rate_limited",
            "Sending too fast",
            "Messages are refused: 613, or 80006, the account's limit.",
            "Code",
            "613",
        ),
        Kind(
            "echo_before_response",
            "Echo before the answer",
            "The answer to a message waits until its echo was posted.",
        ),
        Kind(
            "sent_but_error",
            "Sent, but reported as failed",
            "The message arrives; the answer is code 1, 1357046.",
        ),
        Kind("window_closed", "24 hours are over", "Messages are refused with 10, subcode 2018278."),
        Kind("person_unavailable", "Person unavailable", "Messages are refused with 551."),
        Kind("blocked_page", "Page restricted", "Messages are refused with 10, subcode 1893063."),
        Kind("tag_removed", "Tag refused", "Messages with a tag are refused with 100."),
        Kind("attachment_fetch_failed", "Attachment not fetched", "100, subcode 2018008."),
        Kind("no_profile", "No profile", "Names and pictures of customers: 100, subcode 2018218."),
        Kind("profile_empty", "Empty profile", "Names and pictures of customers: an empty object."),
        Kind("consent_required", "No consent on Instagram", "Profiles on Instagram: code 230."),
    ),
    "Webhooks": (
        Kind("webhook_duplicate", "Duplicates", "Every event is posted more than once.", "Copies", "2"),
        Kind("webhook_out_of_order", "Out of order", "The second of two events overtakes the first."),
        Kind("webhook_delayed", "Delayed", "Events come late.", "Seconds", "10"),
        Kind(
            "edit_before_message",
            "Edit before message",
            "People correct what they wrote at once, and the correction comes first.",
        ),
        Kind(
            "webhook_dropped",
            "Webhook outage",
            "Events are never posted. What people write meanwhile is only in the Conversations API.",
        ),
        Kind("webhook_batch", "Batched", "Events wait a moment and travel together.", "At most", "1000"),
        Kind("webhook_bad_signature", "Bad signature", "The signature does not fit the body."),
        Kind("webhook_wrong_app_secret", "Another secret", "Signed with a secret that is not the app's."),
        Kind("webhook_no_signature", "No signature", "Both signature headers are missing."),
        Kind("webhook_sha1_only", "SHA-1 only", "The SHA-256 header is missing."),
        Kind("webhook_bad_json", "Broken JSON", "The body ends too early, well signed."),
        Kind("webhook_unescaped", "Unescaped text", "Letters travel as UTF-8, signed as they are."),
        Kind("webhook_unknown_page", "Unknown page", "Events of a page nobody connected."),
        Kind(
            "webhook_dashboard_test",
            "Test of the dashboard",
            "Events look as if somebody pressed Test in the App Dashboard.",
        ),
        Kind(
            "webhook_huge",
            "Huge",
            "The text of a message grows until the body has so many megabytes.",
            "Megabytes",
            "5",
        ),
        Kind("webhook_numeric_ids", "Numbers as ids", "As very old fixtures have it."),
        Kind("webhook_seconds_timestamp", "Time in seconds", "Timestamps without milliseconds."),
        Kind(
            "webhook_unreachable",
            "Not reachable",
            "Posts get no answer. After 15 minutes Meta warns, after an hour it takes the app off the page.",
        ),
        Kind(
            "unsubscribe_after_failures",
            "No patience",
            "A delivery that failed so often takes the app off the page.",
            "Failures",
            "1",
        ),
    ),
}
KINDS = {kind.name: kind for kinds in CATALOGUE.values() for kind in kinds}
