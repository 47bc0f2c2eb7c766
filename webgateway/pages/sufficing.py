"""Whether what a person granted is enough for a page: contract 2.5, 12."""

from collections.abc import Collection
from dataclasses import dataclass

from ..meta import oauth
from ..meta.oauth import TokenInfo

REQUIRED = {
    "pages": oauth.REQUIRED_FOR_PAGES,
    # The switch subscribes `messages`, which Meta gives only with pages_messaging: contract 3.6.
    "instagram": (*oauth.REQUIRED_FOR_INSTAGRAM, "pages_messaging"),
}
ENOUGH = {"MESSAGING": "answer messages", "MODERATE": "receive messages"}
"""Tasks a person needs on a page, and what for: contract 12."""


@dataclass(frozen=True)
class Subject:
    """A page, by Meta's ids, and what the person may do on it; None: not said."""

    page_id: str
    instagram_id: str | None
    tasks: Collection[str] | None


def covers(info: TokenInfo, page_id: str) -> bool:
    """Whether the page is among those the person chose; no ids at all means every page."""
    chosen = [info.granular[name] for name in oauth.REQUIRED_FOR_PAGES if name in info.granular]
    return not chosen or any(targets is None or page_id in targets for targets in chosen)


def shortcoming(
    purpose: str, granted: Collection[str], info: TokenInfo, of: Subject, person: str
) -> str | None:
    """Why this login is not enough to receive the page's messages and to answer them.

    `purpose`: pages or instagram, what the person logged in for.
    """
    for permission in REQUIRED[purpose]:
        if permission not in granted or not _holds(info, permission, of):
            return f"The permission {permission} was not given for this page. Log in again and leave it on."
    for task, what in ENOUGH.items():
        if of.tasks is not None and task not in of.tasks:
            return (
                f"{person} may not {what} on this page. A page administrator must give "
                f"the task {task} in the page's settings on Facebook; then log in again."
            )
    return None


def _holds(info: TokenInfo, permission: str, of: Subject) -> bool:
    targets = info.granular.get(permission)
    if permission.startswith("instagram_"):
        return targets is None or of.instagram_id is None or of.instagram_id in targets
    return targets is None or of.page_id in targets
