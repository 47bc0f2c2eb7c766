"""How a person's tokens die, and what brings the person back (contract 2.4, 2.5, 13.5)."""

from dataclasses import dataclass

from webgateway.simulator import assumptions
from webgateway.simulator.graph.permissions import remove_app
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.grants import DECLINED, Grant
from webgateway.simulator.state.users import User
from webgateway.simulator.subscriptions import drop_lost_subscriptions

ENDED = {"expired": 463, "password_changed": 460, "logged_out": 467}
"""The tokens there are die, new ones work."""
TROUBLED = {"checkpoint": 459, "unconfirmed": 464}
"""Every token of the person fails until the trouble is over."""
WORDS = {
    "expired": "Their sessions expire",
    "password_changed": "They change their password",
    "logged_out": "They log out",
    "app_removed": "They remove the app",
    "checkpoint": "Facebook asks them to confirm something",
    "unconfirmed": "Their account is not confirmed",
    "not_admin": "They lose their role on a page",
    "permission_lost": "They take back a permission",
    "data_access_expired": "They have not logged in for 90 days",
}


@dataclass(frozen=True)
class Death:
    how: str
    app: str = ""
    """empty = all apps"""
    page: str = ""
    """for `not_admin`; empty = all pages"""
    permission: str = ""
    """for `permission_lost`"""


def befall(platform: Platform, user: User, death: Death) -> None:
    """Raises KeyError for a death nobody knows."""
    if death.how not in WORDS:
        raise KeyError(death.how)
    with platform.lock:
        if death.how in ENDED:
            _end_tokens(platform, user, death.app, ENDED[death.how])
        elif death.how in TROUBLED:
            user.problem = TROUBLED[death.how]
        elif death.how == "not_admin":
            _take_roles(platform, user, death.page)
        else:
            for grant in _grants(platform, user, death.app):
                _touch_grant(platform, grant, death)
        for app in platform.world.apps:
            drop_lost_subscriptions(platform.world, app)
        platform.changed()


def recover(platform: Platform, user: User) -> None:
    """The trouble is over, and the roles are given back. Dead tokens stay dead: the person logs in again."""
    with platform.lock:
        user.problem = 0
        for page_id, tasks in user.lost_tasks.items():
            user.tasks.pop(page_id, None)
            if tasks:
                user.tasks[page_id] = tasks
        user.lost_tasks.clear()
        platform.changed()


def _end_tokens(platform: Platform, user: User, app: str, subcode: int) -> None:
    for token in platform.world.tokens.values():
        if token.user == user.key and app in ("", token.app) and not token.invalid:
            token.invalid = subcode


def _take_roles(platform: Platform, user: User, page_id: str) -> None:
    pages = [page_id] if page_id else [page.id for page in platform.world.reachable_pages(user.key)]
    for page in pages:
        user.lost_tasks.setdefault(page, user.tasks.get(page, []))
        user.tasks[page] = []


def _grants(platform: Platform, user: User, app: str) -> list[Grant]:
    return [
        grant for grant in platform.world.grants.values() if grant.user == user.key and app in ("", grant.app)
    ]


def _touch_grant(platform: Platform, grant: Grant, death: Death) -> None:
    if death.how == "app_removed":
        remove_app(platform, grant)
    elif death.how == "permission_lost":
        grant.permissions[death.permission or "pages_messaging"] = DECLINED
    else:
        grant.last_login = platform.clock.now() - assumptions.DATA_ACCESS_LIFETIME - 1
