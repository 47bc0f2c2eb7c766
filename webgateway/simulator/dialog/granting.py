"""What the person's answer changes: the grant, and the code the app gets (contract 2.2, 2.8)."""

from dataclasses import dataclass, field

from webgateway.simulator import ids
from webgateway.simulator.dialog.asked import Asked
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.grants import DECLINED, GRANTED, Code, Grant
from webgateway.simulator.state.users import User


@dataclass
class Choice:
    """What one person ticked."""

    pages: list[str]
    instagram: list[str] = field(default_factory=list)
    permissions: list[str] = field(default_factory=list)
    all_pages: bool = False


def questions(platform: Platform, asked: Asked, user: User) -> list[str]:
    """Permissions the person is asked about: what was declined before only with `auth_type=rerequest`."""
    grant = platform.world.grant(asked.app.id, user.key)
    declined = [name for name, state in grant.permissions.items() if state == DECLINED] if grant else []
    return [name for name in asked.permissions if asked.rerequest or name not in declined]


def accept(platform: Platform, asked: Asked, user: User, choice: Choice) -> str:
    """Stores the grant and returns where to send the person."""
    now = platform.clock.now()
    with platform.lock:
        grant = platform.world.grants.setdefault(f"{asked.app.id}:{user.key}", Grant(asked.app.id, user.key))
        reachable = [page.id for page in platform.world.reachable_pages(user.key)]
        grant.pages = [page_id for page_id in reachable if choice.all_pages or page_id in choice.pages]
        grant.all_pages = choice.all_pages
        grant.instagram = [
            account for account in choice.instagram if platform.world.instagram_account(account)
        ]
        for name in questions(platform, asked, user):
            ticked = name in choice.permissions or name == "public_profile"
            grant.permissions[name] = GRANTED if ticked else DECLINED
        grant.last_login = now
        _drop_lost_subscriptions(platform, asked.app.id)
        code = Code(ids.code(), asked.app.id, user.key, asked.redirect_uri, now)
        platform.world.codes[code.value] = code
        platform.changed()
    return asked.back(code=code.value, **_scopes(asked, grant))


def _drop_lost_subscriptions(platform: Platform, app_id: str) -> None:
    """A page that nobody grants any more is no longer subscribed (contract 13.5)."""
    world = platform.world
    for key in list(world.page_subscriptions):
        app, _, page_id = key.partition(":")
        if app == app_id and not any(world.grants_covering(app_id, page_id)):
            del world.page_subscriptions[key]


def _scopes(asked: Asked, grant: Grant) -> dict[str, str]:
    if "granted_scopes" not in asked.response_type:
        return {}
    denied = [name for name, state in grant.permissions.items() if state == DECLINED]
    return {"granted_scopes": ",".join(grant.granted), "denied_scopes": ",".join(denied)}
