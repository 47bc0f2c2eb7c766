"""The person behind a user token, and what they can reach (contract 2.7, 3.1, 3.2)."""

from typing import Any

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import missing_permission, unknown_object
from webgateway.simulator.graph.fields import Field, parse_fields, pick
from webgateway.simulator.graph.pages import ACCOUNT_FIELDS, page_fields
from webgateway.simulator.graph.paging import edge, one_page
from webgateway.simulator.graph.tokens import permitted, require, user_grant
from webgateway.simulator.pictures import picture_data
from webgateway.simulator.state.pages import Business, Page


def read_user(call: Call) -> dict[str, Any]:
    token, _ = user_grant(call)
    user = call.world.users[token.user]
    if call.node != user.id_for(token.app):
        raise unknown_object(call.node)
    readers = {
        "id": lambda _: user.id_for(token.app),
        "name": lambda _: user.name,
        "first_name": lambda _: user.first_name,
        "last_name": lambda _: user.last_name,
        "picture": lambda asked: picture_data(call.base, "person", user.key, asked.modifiers, asked.children),
    }
    return pick("User", parse_fields(call.text("fields") or "id,name"), readers)


def accounts(call: Call) -> dict[str, Any]:
    token, grant = user_grant(call)
    fields = parse_fields(call.text("fields") or ACCOUNT_FIELDS)
    pages: list[Page] = []
    if permitted(call, grant, "pages_show_list"):
        direct = call.world.users[token.user].tasks
        by_portfolio = permitted(call, grant, "business_management")
        pages = [
            page
            for page in call.world.reachable_pages(token.user)
            if grant.covers(page.id) and (page.id in direct or by_portfolio)
        ]
    chosen, paging = one_page(call, pages)
    rows = [page_fields(call, token, page, fields, as_account=True) for page in chosen]
    return edge(call, rows, paging, len(pages))


def businesses(call: Call) -> dict[str, Any]:
    token, grant = user_grant(call)
    require(call, grant, "business_management")
    found = [call.world.businesses[key] for key in call.world.users[token.user].businesses]
    chosen, paging = one_page(call, found)
    asked = parse_fields(call.text("fields") or "id,name")
    rows = [_business_fields(business, asked) for business in chosen]
    return edge(call, rows, paging, len(found))


def _business_fields(business: Business, asked: list[Field]) -> dict[str, Any]:
    return pick("Business", asked, {"id": lambda _: business.id, "name": lambda _: business.name})


def owned_pages(call: Call) -> dict[str, Any]:
    return _business_pages(call, "owned_pages")


def client_pages(call: Call) -> dict[str, Any]:
    return _business_pages(call, "client_pages")


def _business_pages(call: Call, which: str) -> dict[str, Any]:
    token, grant = user_grant(call)
    if call.node not in call.world.users[token.user].businesses:
        raise missing_permission("business_management")
    require(call, grant, "business_management")
    ids = getattr(call.world.businesses[call.node], which)
    pages = [call.world.pages[page_id] for page_id in ids if grant.covers(page_id)]
    chosen, paging = one_page(call, pages)
    fields = parse_fields(call.text("fields") or "id,name")
    rows = [page_fields(call, token, page, fields, as_account=True) for page in chosen]
    return edge(call, rows, paging, len(pages))
