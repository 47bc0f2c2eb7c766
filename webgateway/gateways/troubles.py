"""What is wrong with a gateway and who must act: a quiet badge in the registry, a banner on the Meta tab."""

from dataclasses import dataclass
from datetime import date

from .api_version import ending
from .models import Gateway


@dataclass(frozen=True)
class Trouble:
    """`badge`: two or three words; `text`: what happened and what to do; `tone`: warn or bad."""

    tone: str
    badge: str
    text: str


def troubles(gateway: Gateway, today: date) -> list[Trouble]:
    found = (_credentials(gateway), _webhook(gateway), _signature(gateway), _version(gateway, today))
    return [trouble for trouble in found if trouble]


def signatures_refused(gateway: Gateway) -> bool:
    """Deliveries arrive that the App Secret did not sign: someone replaced the secret at Meta."""
    refused, checked = gateway.signature_refused_at, gateway.credentials_checked_at
    return refused is not None and (checked is None or checked <= refused)


def _credentials(gateway: Gateway) -> Trouble | None:
    if gateway.credentials == "unverified":
        text = "Meta has not yet confirmed App ID and App Secret. We ask again every five minutes."
        return Trouble("warn", "Not verified", text)
    if gateway.credentials == "missing":
        text = "It was imported, and a file holds no secrets. Enter the App Secret below and save."
        return Trouble("warn", "No App Secret", text)
    if gateway.credentials == "refused":
        return Trouble("bad", "Secret refused", f"{gateway.credentials_error} Enter it below and save.")
    return None


def _webhook(gateway: Gateway) -> Trouble | None:
    if gateway.webhook == "registered" or gateway.webhook_error is None:
        return None
    tone = "bad" if gateway.webhook == "refused" else "warn"
    return Trouble(tone, "Webhook not registered", gateway.webhook_error)


def _signature(gateway: Gateway) -> Trouble | None:
    if not signatures_refused(gateway):
        return None
    text = (
        "Deliveries arrive whose signature does not fit the App Secret. Enter the App Secret again and save."
    )
    return Trouble("bad", "Signatures refused", text)


def _version(gateway: Gateway, today: date) -> Trouble | None:
    text = ending(gateway.version, today)
    ends = gateway.version_ends
    if text is None or ends is None:
        return None
    if ends <= today:
        return Trouble("bad", f"{gateway.version} expired", text)
    return Trouble("warn", f"Expires {ends.day} {ends:%b %Y}", text)
