"""Which function answers which node and edge."""

from collections.abc import Callable, Container
from typing import Any

from webgateway.simulator.graph import (
    app_subscriptions,
    apps,
    comments,
    conversations,
    debug,
    me,
    messages,
    messenger_profile,
    oauth,
    page_status,
    page_subscriptions,
    pages,
    permissions,
    personas,
    profiles,
    thread_control,
    uploads,
)
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object, unknown_path
from webgateway.simulator.graph.tokens import token_of
from webgateway.simulator.world import World

Handler = Callable[[Call], Any]

ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", "user", ""): me.read_user,
    ("GET", "user", "permissions"): permissions.read_permissions,
    ("DELETE", "user", "permissions"): permissions.revoke,
    ("GET", "user", "accounts"): me.accounts,
    ("GET", "user", "businesses"): me.businesses,
    ("GET", "business", "owned_pages"): me.owned_pages,
    ("GET", "business", "client_pages"): me.client_pages,
    ("GET", "page", ""): pages.read_page,
    ("GET", "page", "picture"): pages.read_picture,
    ("GET", "page", "subscribed_apps"): page_subscriptions.read_subscribed_apps,
    ("POST", "page", "subscribed_apps"): page_subscriptions.subscribe,
    ("DELETE", "page", "subscribed_apps"): page_subscriptions.unsubscribe,
    ("GET", "page", "page_status"): page_status.page_status,
    ("GET", "page", "conversations"): conversations.read_conversations,
    ("POST", "page", "messages"): messages.send,
    ("POST", "page", "pass_thread_control"): thread_control.pass_control,
    ("POST", "page", "take_thread_control"): thread_control.take_control,
    ("POST", "page", "request_thread_control"): thread_control.request_control,
    ("POST", "page", "release_thread_control"): thread_control.release_control,
    ("POST", "page", "extend_thread_control"): thread_control.extend_control,
    ("GET", "page", "thread_owner"): thread_control.read_owner,
    ("POST", "page", "message_attachments"): uploads.upload,
    ("POST", "page", "personas"): personas.create_persona,
    ("GET", "page", "personas"): personas.read_personas,
    ("GET", "persona", ""): personas.read_persona,
    ("DELETE", "persona", ""): personas.delete_persona,
    ("GET", "page", "messenger_profile"): messenger_profile.read_profile,
    ("POST", "page", "messenger_profile"): messenger_profile.write_profile,
    ("DELETE", "page", "messenger_profile"): messenger_profile.delete_profile,
    ("GET", "instagram", ""): pages.read_instagram,
    ("GET", "post", ""): comments.read_post,
    ("GET", "comment", ""): comments.read_comment,
    ("GET", "thread", ""): conversations.read_thread,
    ("GET", "thread", "messages"): conversations.read_messages,
    ("GET", "message", ""): conversations.read_message,
    ("GET", "customer", ""): profiles.read_profile,
    ("GET", "app", ""): apps.read_app,
    ("POST", "app", ""): apps.write_app,
    ("GET", "app", "subscriptions"): app_subscriptions.read_subscriptions,
    ("POST", "app", "subscriptions"): app_subscriptions.subscribe_app,
    ("DELETE", "app", "subscriptions"): app_subscriptions.unsubscribe_app,
}
TAKES_THE_LOCK_ITSELF = frozenset({app_subscriptions.subscribe_app})


def handler_for(call: Call) -> Handler:
    """Finds who answers, and sets `call.node`."""
    if call.path == ("oauth", "access_token") and call.method in ("GET", "POST"):
        return oauth.access_token
    if call.path == ("debug_token",) and call.method == "GET":
        return debug.debug_token
    call.node, kind = _node(call)
    if not kind:
        if call.node.isdigit():
            raise unknown_object(call.node)
        raise unknown_path("/" + "/".join(call.path))
    found = ROUTES.get((call.method, kind, call.edge))
    if found is None:
        raise unknown_path("/" + "/".join(call.path))
    return found


def _node(call: Call) -> tuple[str, str]:
    name = call.path[0]
    if name != "me":
        return name, _kind(call.world, name, call.access_token)
    if not call.access_token:
        raise GraphError(
            2500, "An active access token must be used to query information about the current user."
        )
    token = token_of(call)
    if token.type == "APP":
        raise GraphError(
            2500, "An active access token must be used to query information about the current user."
        )
    if token.page:
        return token.page, "page"
    return call.world.users[token.user].id_for(token.app), "user"


def _kind(world: World, node: str, access_token: str) -> str:
    known_nodes: tuple[tuple[str, Container[str]], ...] = (
        ("app", world.apps),
        ("page", world.pages),
        ("business", world.businesses),
        ("post", world.posts),
        ("comment", world.comments),
        ("persona", world.personas),
    )
    for kind, known in known_nodes:
        if node in known:
            return kind
    if node.startswith("t_"):
        return "thread"
    if node.startswith(("m_", "aWdf")):
        return "message"
    if world.instagram_account(node):
        return "instagram"
    token = world.tokens.get(access_token)
    if token and world.user_by_id(token.app, node):
        return "user"
    return "customer" if node.isdigit() else ""
