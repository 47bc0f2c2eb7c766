"""What the simulator does although no source confirms it. Each line names the contract's section.

A correction of what Meta really does is a change of one line here.
"""

# 2.2: what a person who cancels sends back.
DENIED_DESCRIPTION = "Permissions error"
# 2.3: a code that was never issued.
GARBAGE_CODE_MESSAGE = "Invalid verification code format."
# 2.3, 13.4: lifetimes in seconds.
CODE_LIFETIME = 600
SHORT_TOKEN_LIFETIME = 3600
LONG_TOKEN_LIFETIME = 60 * 86400
# 2.5: 90 days after the last use of the dialog.
DATA_ACCESS_LIFETIME = 90 * 86400
# 2.5: what a person's own data is answered after that (observed in 2018 in a public issue); pages go on.
DATA_ACCESS_SUBCODE = 493
DATA_ACCESS_MESSAGE = (
    "The access token is invalid since the user hasn't engaged the app in longer than 90 days."
)
# 2.4: who logs in through the dialog has followed Facebook's instructions: the checkpoint is passed.
LOGIN_PASSES_CHECKPOINT = True
# 2.6: an app in development takes loopback redirects that are not registered.
LOOPBACK_REDIRECTS_IN_DEVELOPMENT = True
# 2.7: DELETE /me/permissions makes Meta call the deauthorize callback.
DEAUTHORIZE_ON_REVOKE = True
# 3.1: page sizes of edges that list Pages, and an empty list instead of an error without pages_show_list.
DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100
# 3.4, 14.4: POST subscribed_apps replaces the set of fields.
SUBSCRIPTION_REPLACES_FIELDS = True
UNKNOWN_FIELD_MESSAGE = "(#100) Param subscribed_fields[{index}] must be one of {{{fields}}}"
# 3.4, 13.5: a page token whose page is no longer in the person's grant.
PAGE_LEFT_GRANT_SUBCODE = 458
# 3.4: how long a restriction lasts unless the lever says otherwise.
RESTRICTION_HOURS = 72.0
# 4.2: a call that wants an app token.
APP_TOKEN_MESSAGE = "(#15) This method must be called with an app access_token."
UNKNOWN_OBJECT_MESSAGE = "(#100) Param object must be one of {{{objects}}}"
SUBSCRIPTION_OBJECTS = ("user", "page", "permissions", "payments", "instagram", "application")
# 4.3: `ID|SECRET` with the wrong secret.
WRONG_SIGNATURE_MESSAGE = "Invalid OAuth access token signature."
# 4.4: POST /{app} while "Allow API Access to App Settings" is off.
SETTINGS_LOCKED_MESSAGE = "(#10) This app has API access to settings disabled"
# 5: `ID|SECRET` needs no proof. A timed proof lives this many seconds (documented).
APP_TOKEN_NEEDS_NO_PROOF = True
TIMED_PROOF_LIFETIME = 300
# 6.4, 14.20: how often "at once, a few more times" is, and the pauses after that, in seconds.
IMMEDIATE_RETRIES = 3
SPACED_RETRIES = (10, 30, 60, 120, 300, 600)
ALERT_AFTER = 15 * 60
UNSUBSCRIBE_AFTER = 3600
# 9.1, 14.15: deauthorize and data deletion are posted once, whatever the answer.
FORMS_ARE_SENT_ONCE = True
# 6.2, 14.6: the SHA-1 header still travels beside the SHA-256 one.
SEND_SHA1 = True
# 6.6: how often a message may be edited, and what people add when they correct themselves at once.
EDIT_LIMIT = 5
CORRECTION = " (corrected)"
# 6.7: Instagram counts edits in a string, as its samples do; a reaction taken back makes no event.
INSTAGRAM_COUNTS_EDITS_IN_WORDS = True
INSTAGRAM_TELLS_UNREACT = False
# 6.6, 6.7, 12: what an app needs to hear of comments; `id` is what traffic has, `comment_id` what docs say.
FEED_PERMISSION = "pages_manage_metadata"
COMMENTS_PERMISSION = "instagram_manage_comments"
INSTAGRAM_COMMENT_ID = "id"
# 3.4, 6.6: what an app needs to hear of restrictions.
INTEGRITY_PERMISSION = "pages_manage_metadata"
# 7.2: an empty message.
EMPTY_MESSAGE = "(#100) Param message must be non-empty"
MESSENGER_TEXT_LIMIT = 2000
INSTAGRAM_TEXT_LIMIT = 1000
TOO_LONG_MESSAGE = "(#100) Length of param message[text] must be less than or equal to {limit}"
METADATA_LIMIT = 1000
QUICK_REPLY_LIMIT = 13
QUICK_REPLY_TITLE_LIMIT = 20
QUICK_REPLY_PAYLOAD_LIMIT = 1000
# 7.3: what was shared on Instagram has no content in the Conversations API (observed).
INSTAGRAM_SHARES_COME_BACK_EMPTY = True
# 7.6: what the third Conversations call within a second is answered.
CONVERSATIONS_LIMIT_CODE = 613
CONVERSATIONS_LIMIT_MESSAGE = "(#613) Calls to this api have exceeded the rate limit."
# 7.2, 7.3: bytes of a file (documented), letters of a persona's name; a reusable attachment tells its id.
UPLOAD_LIMIT = 25 * 1024 * 1024
# 7.2, 7.3: what Instagram takes (its documentation of 2026-06-30), and how it refuses another name of a file.
INSTAGRAM_IMAGE_LIMIT = 8 * 1024 * 1024
INSTAGRAM_FORMATS = {
    "image": ("image/png", "image/jpeg", "image/gif"),
    "audio": ("audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav"),
    "video": ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
    "file": ("application/pdf",),
}
INSTAGRAM_NAME_MESSAGE = "(#100) File name must contain ASCII characters only"
# 7.3: an uploaded file is sent as MEDIA_SHARE with its id on Instagram (documented), or as on pages.
INSTAGRAM_TAKES_ATTACHMENT_IDS = True
PERSONA_NAME_LIMIT = 50
REUSABLE_ATTACHMENT_TELLS_ITS_ID = True
# 7.2: who has no e-mail address or telephone number in the profile is not shown the quick reply for it.
CHIPS_NEED_THE_PROFILE = True
# 7.3: what typing_on lasts, in seconds.
TYPING_SECONDS = 20
# 7.3: an app needs to be nobody's primary receiver to take a thread; every listener hears of a handover.
EVERY_APP_MAY_TAKE_CONTROL = True
HANDOVER_IS_TOLD_TO_ALL = True
# 7.4: windows in seconds; the exact words of a refused tag.
STANDARD_WINDOW = 24 * 3600
HUMAN_AGENT_WINDOW = 7 * 86400
PRIVATE_REPLY_WINDOW = 7 * 86400
REMOVED_TAG_MESSAGE = "(#100) Invalid parameter"
NO_HUMAN_AGENT_MESSAGE = "(#100) This tag requires the human agent permission"
# 10: what an app without an Instagram permission is told; for the others code 200.
INSTAGRAM_MISSING_PERMISSION_MESSAGE = "(#10) Application does not have permission for this action"
# 13.5: a page for which nobody grants messages any more is no longer subscribed.
PERMISSION_LOSS_ENDS_SUBSCRIPTION = True
# 10: a page without the MESSAGING task, or without the permission, may not be spoken for.
MISSING_PERMISSION_MESSAGE = "(#200) Requires {permission} permission to manage the object"
# 11: at most this many parts in one batch (documented), and the words for one more.
BATCH_LIMIT = 50
BATCH_TOO_LARGE_MESSAGE = "Too many requests in batch message. Maximum batch size is 50"
# 3.4: the person behind the token has no MODERATE (subscribe) or MESSAGING (send) task on the page.
MISSING_TASK_MESSAGE = (
    "(#200) User does not have sufficient administrative permission for this action on this page. "
    "If the page business requires Two Factor Authentication, the user also needs to enable Two Factor "
    "Authentication."
)
# 8.1: what a page without pages_messaging is told about a customer's profile.
NO_PROFILE_PERMISSION_MESSAGE = "(#100) Insufficient permission to access user profile."
# 4.2: a repeated POST of an app subscription adds its fields to those there are.
APP_SUBSCRIPTION_ADDS_FIELDS = True
# 7.1, 7.2: both or neither of message and sender_action.
NEITHER_MESSAGE_NOR_ACTION = "(#100) The parameter message is required."
# 2.1: what a Login for Business configuration asks for, since the simulator keeps no configurations.
CONFIGURATION_PERMISSIONS = (
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "business_management",
)
# 2.2: the fragment Facebook hangs on the address it sends the person back to.
FRAGMENT = "#_=_"
