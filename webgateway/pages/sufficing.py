"""Whether what a person granted is enough for a page, and for its Instagram account: contract 2.5, 12."""

from collections.abc import Collection
from dataclasses import dataclass

from ..meta import oauth
from ..meta.oauth import TokenInfo

ASKED = {"pages": oauth.PAGE_PERMISSIONS, "instagram": oauth.INSTAGRAM_PERMISSIONS}
REQUIRED = {"pages": oauth.REQUIRED_FOR_PAGES, "instagram": oauth.REQUIRED_FOR_INSTAGRAM}
"""For an Instagram account alone the page is subscribed without pages_messaging: contract 3.6."""
ENOUGH = {"MESSAGING": "answer messages", "MODERATE": "receive messages"}
"""Tasks a person needs on a page, and what for: contract 12."""


@dataclass(frozen=True)
class Subject:
    """A page, by Meta's ids, and who logged in; `purpose`: pages or instagram, what for."""

    page_id: str
    instagram_id: str | None
    tasks: Collection[str] | None
    """What the person may do on it; None: not said."""
    purpose: str
    person: str


def covers(info: TokenInfo, page_id: str) -> bool:
    """Whether the page is among those the person chose; no ids at all means every page."""
    chosen = [info.granular[name] for name in oauth.REQUIRED_FOR_PAGES if name in info.granular]
    return not chosen or any(targets is None or page_id in targets for targets in chosen)


def shortcoming(of: str, subject: Subject, granted: Collection[str], info: TokenInfo) -> str | None:
    """Why this login is not enough to receive messages and to answer them: the page's, or with `of`
    "instagram" its Instagram account's."""
    for permission in REQUIRED[of]:
        if permission not in granted or not _holds(info, permission, subject):
            return _not_given(permission, of, subject.purpose)
    for task, what in ENOUGH.items():
        if subject.tasks is not None and task not in subject.tasks:
            return (
                f"{subject.person} may not {what} on this page. A page administrator must give "
                f"the task {task} in the page's settings on Facebook; then log in again."
            )
    return None


def _not_given(permission: str, of: str, purpose: str) -> str:
    if permission not in ASKED[purpose]:
        button = "Add or Remove Instagram Accounts" if of == "instagram" else "Add or Remove Pages"
        return f"This login was not asked for the permission {permission}. Press {button} and log in."
    what = "account" if of == "instagram" else "page"
    return f"The permission {permission} was not given for this {what}. Log in again and leave it on."


def _holds(info: TokenInfo, permission: str, of: Subject) -> bool:
    targets = info.granular.get(permission)
    if permission.startswith("instagram_"):
        return targets is None or of.instagram_id is None or of.instagram_id in targets
    return targets is None or of.page_id in targets
