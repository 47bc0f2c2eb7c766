"""A Page as the Graph API shows it, and the Instagram account behind it (contract 3.1, 3.3)."""

from typing import Any

from webgateway.simulator import ids
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.comments import mentioned_comment, mentioned_media
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import Field, Reader, parse_fields, pick
from webgateway.simulator.graph.tokens import grant_of, permitted, token_of
from webgateway.simulator.pictures import picture_data
from webgateway.simulator.state.grants import Token
from webgateway.simulator.state.pages import InstagramAccount, Page

ACCOUNT_FIELDS = "access_token,category,category_list,name,id,tasks"
LINK = "https://www.facebook.com/"


def read_page(call: Call) -> dict[str, Any]:
    page = call.world.pages[call.node]
    token = token_of(call)
    if token.type == "APP":
        raise GraphError(
            10, "(#10) This endpoint requires the 'pages_read_engagement' permission", status=403
        )
    if token.type == "PAGE" and token.page != page.id:
        raise GraphError(
            10, "(#10) This endpoint requires the 'pages_read_engagement' permission", status=403
        )
    if not grant_of(call, token).covers(page.id) or not call.world.tasks(token.user, page.id):
        raise unknown_object(page.id)
    return page_fields(call, token, page, parse_fields(call.text("fields") or "id,name"))


def page_fields(
    call: Call, token: Token, page: Page, fields: list[Field], *, as_account: bool = False
) -> dict[str, Any]:
    tasks = call.world.tasks(token.user, page.id)
    readers: dict[str, Reader] = {
        "id": lambda _: page.id,
        "name": lambda _: page.name,
        "username": lambda _: page.username or None,
        "link": lambda _: LINK + (page.username or page.id),
        "category": lambda _: page.category,
        "category_list": lambda _: [
            {"id": ids.scoped("category", page.category, length=15), "name": page.category}
        ],
        "access_token": lambda _: page_token_value(call, token, page) if tasks else None,
        "picture": lambda asked: picture_data(call.base, "page", page.id, asked.modifiers, asked.children),
        "is_published": lambda _: page.published,
        "has_transitioned_to_new_page_experience": lambda _: True,
        "is_webhooks_subscribed": lambda _: f"{token.app}:{page.id}" in call.world.page_subscriptions,
        "owner_business": lambda _: (
            {"id": page.business, "name": _business_name(call, page)} if page.business else None
        ),
        "instagram_business_account": lambda asked: _instagram(call, token, page, asked),
        "connected_instagram_account": lambda asked: _instagram(call, token, page, asked),
    }
    if as_account:
        readers["tasks"] = lambda _: tasks
    return pick("Page", fields, readers)


def page_token_value(call: Call, token: Token, page: Page) -> str:
    """Lives as long as the user token it came from; from a long-lived one for ever (contract 2.4)."""
    if token.type == "PAGE":
        return token.value
    long_lived = token.expires - token.issued > 86400
    expires = 0.0 if long_lived or not token.expires else token.expires
    for known in call.world.tokens.values():
        wanted = (token.app, token.user, page.id, expires, 0)
        if (known.app, known.user, known.page, known.expires, known.invalid) == wanted:
            return known.value
    value = ids.page_token()
    now = call.platform.clock.now()
    call.world.tokens[value] = Token(
        value, "PAGE", token.app, token.user, page.id, issued=now, expires=expires
    )
    return value


def _business_name(call: Call, page: Page) -> str:
    business = call.world.businesses.get(page.business)
    return business.name if business else ""


def _instagram(call: Call, token: Token, page: Page, asked: Field) -> dict[str, Any] | None:
    """Left out without instagram_basic, or when the person did not tick the account."""
    grant = grant_of(call, token)
    account = page.instagram
    if account is None or not permitted(call, grant, "instagram_basic") or account.id not in grant.instagram:
        return None
    return instagram_fields(call, account, asked.children or [Field("id")])


def instagram_fields(call: Call, account: InstagramAccount, fields: list[Field]) -> dict[str, Any]:
    return pick(
        "IGUser",
        fields,
        {
            "id": lambda _: account.id,
            "username": lambda _: account.username,
            "name": lambda _: account.name,
            "profile_picture_url": lambda _: picture_data(call.base, "page", account.id, {}, [])["data"][
                "url"
            ],
            "followers_count": lambda _: 1234,
            "mentioned_comment": lambda asked: mentioned_comment(call, asked),
            "mentioned_media": lambda asked: mentioned_media(call, asked),
        },
    )


def read_instagram(call: Call) -> dict[str, Any]:
    token = token_of(call)
    account = call.world.instagram_account(call.node)
    grant = grant_of(call, token) if token.type != "APP" else None
    if account is None or grant is None or account.id not in grant.instagram:
        raise unknown_object(call.node)
    if not permitted(call, grant, "instagram_basic"):
        raise GraphError(10, "(#10) Application does not have permission for this action", status=403)
    return instagram_fields(call, account, parse_fields(call.text("fields") or "id"))


def read_picture(call: Call) -> dict[str, Any]:
    sizes = {key: call.text(key) for key in ("type", "width", "height") if call.text(key)}
    return picture_data(call.base, "page", call.node, sizes, [])
