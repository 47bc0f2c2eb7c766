"""`_sim_user`, `_sim_answer` and `_sim_pages`: the dialog without its screens, for tests."""

from collections.abc import Mapping

from webgateway.simulator.dialog.asked import Asked
from webgateway.simulator.dialog.granting import Choice, accept
from webgateway.simulator.dialog.refusals import DialogRefusedError
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.users import User

WITHHELD_BY_PARTIAL = "pages_messaging"


def shortcut(platform: Platform, asked: Asked, query: Mapping[str, str]) -> str | None:
    """Where to send the person, or None when the screens are wanted.

    `_sim_user` is a key, an app-scoped id or a name. `_sim_answer`: `grant` takes all permissions, `partial`
    all but pages_messaging, `deny` is Cancel. Without `_sim_pages` every page is ticked one by one; `all`
    opts in to all current and future pages.
    """
    forced = _forced_answer(platform)
    answer = forced or query.get("_sim_answer") or ("grant" if query.get("_sim_user") else "")
    if answer == "deny":
        return asked.denied()
    if not answer or not query.get("_sim_user"):
        return None
    user = _user(platform, asked, query["_sim_user"])
    return accept(platform, asked, user, _choice(platform, asked, user, query, answer))


def _forced_answer(platform: Platform) -> str:
    return "deny" if platform.fault("deny") else ""


def _user(platform: Platform, asked: Asked, wanted: str) -> User:
    for user in platform.world.users.values():
        if wanted in (user.key, user.name, user.id_for(asked.app.id)):
            return user
    raise DialogRefusedError("Nobody of this name", f"The simulator knows no person {wanted}.")


def _choice(platform: Platform, asked: Asked, user: User, query: Mapping[str, str], answer: str) -> Choice:
    wanted = query.get("_sim_pages", "")
    reachable = platform.world.reachable_pages(user.key)
    ticked = [page for page in reachable if not wanted or wanted == "all" or page.id in wanted.split(",")]
    accounts = [page.instagram.id for page in ticked if page.instagram] if asked.wants_instagram else []
    permissions = [name for name in asked.permissions if answer != "partial" or name != WITHHELD_BY_PARTIAL]
    return Choice([page.id for page in ticked], accounts, permissions, wanted == "all")
