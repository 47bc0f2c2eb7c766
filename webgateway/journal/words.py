"""The journal's words for Meta's kinds of events and for signatures."""

KINDS = {
    "message": "Message",
    "echo": "Message from the page",
    "postback": "Button pressed",
    "referral": "Came through a link",
    "reaction": "Reaction",
    "delivery": "Delivered",
    "read": "Read",
    "edit": "Message edited",
    "optin": "Opt-in",
    "account_linking": "Account linking",
    "handover": "Handover between apps",
    "policy": "Policy of Meta",
    "integrity": "Integrity notice",
    "feedback": "Feedback",
    "order": "Cart",
    "coupon": "Coupon",
    "comment": "Comment",
    "mention": "Mention",
    "change": "Change of the page",
    "unknown": "Unknown kind",
}

SIGNATURES = {
    "sha256": "Right: signed with the App Secret (SHA-256)",
    "sha1": "Right: signed with the App Secret (SHA-1, the old way)",
}

TONES = {"done": "ok", "waiting": "info", "duplicate": "quiet", "ignored": "quiet", "failed": "bad"}

# A delivery's own state, in the words of an event's outcome.
DELIVERIES = {"waiting": "Waiting", "read": "Read", "failed": "Failed"}
