"""What an app asks of the login dialog (contract 2.1), and the addresses it may send people back to (2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from webgateway.simulator import assumptions
from webgateway.simulator.dialog.refusals import DialogRefusedError
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.apps import App

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Asked:
    app: App
    redirect_uri: str
    state: str
    permissions: list[str]
    all_or_nothing: bool
    """Login for Business: all permissions or none"""
    rerequest: bool
    response_type: str

    @property
    def wants_instagram(self) -> bool:
        return any(name.startswith("instagram_") for name in self.permissions)

    def back(self, **query: str) -> str:
        """The app's redirect URI with the outcome."""
        if self.state:
            query["state"] = self.state
        joint = "&" if "?" in self.redirect_uri else "?"
        return self.redirect_uri + joint + urlencode(query) + assumptions.FRAGMENT

    def denied(self) -> str:
        return self.back(
            error="access_denied",
            error_code="200",
            error_description=assumptions.DENIED_DESCRIPTION,
            error_reason="user_denied",
        )


def asked_of(platform: Platform, query: Mapping[str, str]) -> Asked:
    """Raises DialogRefusedError; then nobody is sent back anywhere."""
    app = platform.world.apps.get(query.get("client_id", ""))
    if app is None:
        raise DialogRefusedError("Invalid App ID", "The provided app ID does not look like a valid app ID.")
    redirect_uri = query.get("redirect_uri", "")
    if not _may_return_to(platform, app, redirect_uri):
        raise DialogRefusedError(
            "URL Blocked",
            "This redirect failed because the redirect URI is not whitelisted in the app's Client OAuth "
            "Settings. Make sure Client and Web OAuth Login are on and add all your app domains as Valid "
            "OAuth Redirect URIs.",
            redirect_uri,
        )
    scope = query.get("scope", "").replace(",", " ").split()
    configured = bool(query.get("config_id"))
    wanted = scope or (list(assumptions.CONFIGURATION_PERMISSIONS) if configured else [])
    return Asked(
        app,
        redirect_uri,
        query.get("state", ""),
        list(dict.fromkeys(["public_profile", *wanted])),
        configured,
        query.get("auth_type") == "rerequest",
        query.get("response_type", "code"),
    )


def _may_return_to(platform: Platform, app: App, redirect_uri: str) -> bool:
    if redirect_uri in app.redirect_uris:
        return True
    lenient = assumptions.LOOPBACK_REDIRECTS_IN_DEVELOPMENT and not platform.settings.strict_redirects
    parts = urlsplit(redirect_uri)
    return lenient and not app.is_live and parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
