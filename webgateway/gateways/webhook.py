"""The Meta app's webhook: registered, read back and taken away through the API. Contract 4.2."""

from dataclasses import dataclass

from ..db import db, utcnow
from ..meta import app
from ..meta.app import AppSubscription
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..meta.pages import APP_FIELDS
from .graph import graph_of
from .models import Gateway

PASSING = {"unreachable", "transient", "throttled"}
"""Kinds of refusal that say nothing about the webhook: it stands as it stood."""

BY_HAND = (
    "In Meta's app dashboard switch on “Allow API access to app settings” (App settings, Advanced), "
    "or set the webhook by hand as the guide says."
)
INSTAGRAM_BY_HAND = (
    "In Meta's app dashboard open Webhooks, choose the object Instagram, paste the webhook callback URL and "
    "the verify token that the guide on the Meta tab shows, verify, and subscribe to its fields; "
    "then press Register again. Facebook pages are not affected."
)
REFUSED = "Instagram: Meta let us register the webhook for pages, but not the one for Instagram."
NO_MESSAGES = "Instagram: Meta has our URI, but the field messages is not subscribed."


GONE = "Meta's list has no webhook of this app any more."


@dataclass(frozen=True)
class Told:
    """What Meta said: why it refused an object, and its own list, None where it may not be read."""

    page: GraphError | None
    instagram: GraphError | None = None
    found: list[AppSubscription] | None = None

    def of(self, object: str) -> AppSubscription | None:
        return next((each for each in self.found or () if each.object == object), None)


def register(gateway: Gateway) -> bool:
    """Have Meta deliver to our URI and read back what it made of that; True when it will deliver.

    Commits before, because Meta calls the URI meanwhile and must find the verify token there, and after.
    """
    db.session.commit()
    verified_before = gateway.webhook_verified_at
    told = _ask(graph_of(gateway), gateway)
    db.session.refresh(gateway)
    gateway.webhook_checked_at = utcnow()
    if told.page is not None and told.page.kind in PASSING:
        gateway.webhook_error = f"{told.page.meaning} The webhook could not be registered; try again later."
        db.session.commit()
        return False
    if told.page is not None:
        # Meta's question during a call that it then refused is no sign that someone set the webhook by hand.
        gateway.webhook_verified_at = verified_before
    gateway.webhook_at_meta = [_row(each) for each in told.found or () if each.object in APP_FIELDS]
    gateway.webhook, gateway.webhook_error = _judge(gateway, told)
    db.session.commit()
    return gateway.webhook == "registered"


def read_back(gateway: Gateway) -> GraphError | None:
    """What Meta's own list says now, without changing anything there; answers why it could not be read.

    Commits before and after. A list that may not be read says nothing of a webhook set by hand.
    """
    db.session.commit()
    try:
        found = app.subscriptions(graph_of(gateway))
    except GraphError as error:
        return error
    db.session.refresh(gateway)
    gateway.webhook_checked_at = utcnow()
    gateway.webhook_at_meta = [_row(each) for each in found if each.object in APP_FIELDS]
    page = next((each for each in found if each.object == "page"), None)
    if page is not None and page.callback_url == gateway.public_uri:
        if gateway.webhook != "registered":
            gateway.webhook, gateway.webhook_error = "registered", None
    elif gateway.webhook == "registered" or gateway.enabled:
        gateway.webhook = "refused"
        gateway.webhook_error = (
            f"Meta delivers to another address, {page.callback_url}." if page else GONE
        ) + " Register again."
    db.session.commit()
    return None


def unregister(gateway: Gateway) -> GraphError | None:
    """Take our URI away from Meta; answers why that could not be done. Commits before and after."""
    db.session.commit()
    problem = withdraw(graph_of(gateway), gateway.public_uri)
    db.session.refresh(gateway)
    if problem is None:
        gateway.forget_registration()
    db.session.commit()
    return problem


def withdraw(graph: Graph, uri: str) -> GraphError | None:
    """Only what points at `uri` is ours to remove: the app may have another webhook by now."""
    try:
        for subscription in app.subscriptions(graph):
            if subscription.callback_url == uri:
                app.unsubscribe(graph, subscription.object)
    except GraphError as error:
        return error
    return None


def _ask(graph: Graph, gateway: Gateway) -> Told:
    page = _refusal(graph, gateway, "page")
    if page is not None and page.kind in PASSING:
        return Told(page)
    # Meta's documents say that Instagram cannot be set by API, practice says it can: contract 4.2
    instagram = _refusal(graph, gateway, "instagram") if page is None else None
    try:
        found = app.subscriptions(graph)
    except GraphError:
        found = None
    if page is None:
        _offer_deauthorize_url(graph, gateway)
    return Told(page, instagram, found)


def _refusal(graph: Graph, gateway: Gateway, object: str) -> GraphError | None:
    try:
        app.subscribe(graph, object, gateway.public_uri, gateway.verify_token, APP_FIELDS[object])
    except GraphError as error:
        return error
    return None


def _offer_deauthorize_url(graph: Graph, gateway: Gateway) -> None:
    try:
        app.set_deauthorize_url(graph, gateway.public_uri)
    except GraphError:
        return  # the guide says where to paste it


def _row(subscription: AppSubscription) -> dict[str, object]:
    missing = sorted(set(APP_FIELDS[subscription.object]) - set(subscription.fields))
    return {
        "object": subscription.object,
        "callback_url": subscription.callback_url,
        "fields": sorted(subscription.fields),
        "missing": missing,
    }


def _judge(gateway: Gateway, told: Told) -> tuple[str, str | None]:
    """The state of the webhook and what is wrong with it."""
    page = told.of("page")
    if page is not None and page.callback_url == gateway.public_uri:
        return "registered", _shortcoming(gateway, told)
    if told.page is None and page is not None:
        return "refused", f"Meta still delivers to another address, {page.callback_url}. Register again."
    if told.page is None:
        return "registered", _shortcoming(gateway, told)
    by_hand = gateway.webhook_verified_at is not None and told.found is None and not _about_secret(told.page)
    return ("registered", None) if by_hand else ("refused", _words(told.page))


def _shortcoming(gateway: Gateway, told: Told) -> str | None:
    """Why Instagram's messages stay away while those of pages come; what Meta lists counts most."""
    found = told.of("instagram")
    if found is not None and found.callback_url == gateway.public_uri:
        return None if "messages" in found.fields else f"{NO_MESSAGES} {INSTAGRAM_BY_HAND}"
    if told.instagram is not None and told.instagram.kind in PASSING:
        return f"Instagram: {told.instagram.meaning} Press Register again in a moment."
    if told.instagram is not None:
        return f"{REFUSED} {INSTAGRAM_BY_HAND} Meta's words: {told.instagram.message}"
    if told.found is None:
        return None
    at = f"still delivers it to another address, {found.callback_url}" if found else "does not list it"
    return f"Instagram: Meta took the webhook, but {at}. {INSTAGRAM_BY_HAND}"


def _about_secret(error: GraphError) -> bool:
    # 190 is about a person's token, but the token of this call is App ID and App Secret: contract 4.3
    return error.kind == "bad_credentials" or error.code == 190


def _words(error: GraphError) -> str:
    if _about_secret(error):
        return "Meta does not accept the App ID with this App Secret. Enter both again and save."
    if error.code == 2200:
        return (
            "Meta could not confirm our address. Check that it can be reached from the internet over HTTPS "
            f"with a valid certificate, then register again. Meta's words: {error.message}"
        )
    return f"Meta refused to register the webhook. {BY_HAND} Meta's words: {error.message}"
