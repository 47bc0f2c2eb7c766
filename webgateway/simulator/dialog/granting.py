"""What the person's answer changes: the grant, and the code the app gets (contract 2.2, 2.8)."""

from dataclasses import dataclass, field, replace

from webgateway.simulator import assumptions, ids
from webgateway.simulator.dialog.asked import Asked
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.grants import DECLINED, GRANTED, Code, Grant
from webgateway.simulator.state.users import User
from webgateway.simulator.subscriptions import drop_lost_subscriptions

CHECKPOINT = 459


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
        withheld = platform.fault("partial_grant")
        for name in questions(platform, asked, user):
            ticked = name in choice.permissions or name == "public_profile"
            if withheld and name == (withheld.argument or "pages_messaging"):
                ticked = False
            grant.permissions[name] = GRANTED if ticked else DECLINED
        grant.last_login = now
        if user.problem == CHECKPOINT and assumptions.LOGIN_PASSES_CHECKPOINT:
            user.problem = 0
        drop_lost_subscriptions(platform.world, asked.app.id)
        code = Code(ids.code(), asked.app.id, user.key, asked.redirect_uri, now)
        platform.world.codes[code.value] = code
        platform.changed()
        return _way_back(platform, asked, code, grant)


def _way_back(platform: Platform, asked: Asked, code: Code, grant: Grant) -> str:
    """Remembered, because a fault sends the next person the same way."""
    if platform.fault("state_missing"):
        asked = replace(asked, state="")
    before = platform.world.last_callback
    platform.world.last_callback = asked.back(code=code.value, **_scopes(asked, grant))
    if before and platform.fault("callback_replay"):
        return before
    return platform.world.last_callback


def _scopes(asked: Asked, grant: Grant) -> dict[str, str]:
    if "granted_scopes" not in asked.response_type:
        return {}
    denied = [name for name, state in grant.permissions.items() if state == DECLINED]
    return {"granted_scopes": ",".join(grant.granted), "denied_scopes": ",".join(denied)}
