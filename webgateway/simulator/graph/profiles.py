"""GET /{psid} and /{igsid}: who a customer is (contract 8)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import parse_fields, pick
from webgateway.simulator.graph.tokens import grant_of, permitted, token_of
from webgateway.simulator.pictures import picture_url
from webgateway.simulator.state.grants import Token
from webgateway.simulator.state.people import Person
from webgateway.simulator.threads import thread_with


def read_profile(call: Call) -> dict[str, Any]:
    token = token_of(call)
    page = call.world.pages.get(token.page)
    if page is None:
        raise unknown_object(call.node)
    person = call.world.person_by_id(page.id, call.node)
    if person:
        return _messenger(call, token, person)
    person = call.world.person_by_id(page.instagram.id, call.node) if page.instagram else None
    if person and page.instagram:
        return _instagram(call, token, person, page.instagram.id)
    raise unknown_object(call.node)


def _messenger(call: Call, token: Token, person: Person) -> dict[str, Any]:
    if not permitted(call, grant_of(call, token), "pages_messaging"):
        raise GraphError(2018247, assumptions.NO_PROFILE_PERMISSION_MESSAGE)
    if person.profile == "none" or call.platform.fault("no_profile", call.method, call.node):
        raise GraphError(100, "(#100) No profile available for this user.", 2018218)
    if person.profile == "empty" or call.platform.fault("profile_empty", call.method, call.node):
        return {}
    readers = {
        "id": lambda _: call.node,
        "name": lambda _: person.name,
        "first_name": lambda _: person.first_name,
        "last_name": lambda _: person.last_name,
        "profile_pic": lambda _: picture_url(call.base, "person", person.key),
    }
    return pick("User", parse_fields(call.text("fields") or "first_name,last_name,profile_pic,id"), readers)


def _instagram(call: Call, token: Token, person: Person, account_id: str) -> dict[str, Any]:
    if not permitted(call, grant_of(call, token), "instagram_manage_messages"):
        raise GraphError(10, "(#10) Application does not have permission for this action", status=403)
    wrote = thread_with(call.platform, person.key, account_id).consented
    if (
        not wrote
        or person.profile == "private"
        or call.platform.fault("consent_required", call.method, call.node)
    ):
        raise GraphError(230, "User consent is required to access user profile")
    if person.profile == "none" or call.platform.fault("no_profile", call.method, call.node):
        raise GraphError(100, "(#100) No profile available for this user.", 2018218)
    readers = {
        "id": lambda _: call.node,
        "name": lambda _: person.name,
        "username": lambda _: person.instagram or person.key,
        "profile_pic": lambda _: picture_url(call.base, "person", person.key),
        "follower_count": lambda _: 321,
        "is_user_follow_business": lambda _: True,
        "is_business_follow_user": lambda _: False,
        "is_verified_user": lambda _: False,
    }
    return pick("User", parse_fields(call.text("fields") or "name,username,id"), readers)
