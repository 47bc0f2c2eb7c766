"""A Facebook Page as the Graph API shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import GraphError
from .oauth import picture_url
from .values import id_of, text_of

INSTAGRAM_FIELD = "instagram_business_account{id,username,name,profile_picture_url}"
NODE_FIELDS = "id,name,category,picture{url},access_token"
EDGE_FIELDS = NODE_FIELDS + ",tasks"

TASKS = ("MANAGE", "CREATE_CONTENT", "MODERATE", "MESSAGING", "ADVERTISE", "ANALYZE")


@dataclass(frozen=True)
class InstagramAccount:
    id: str
    username: str | None
    name: str | None
    picture_url: str | None


@dataclass(frozen=True)
class FoundPage:
    id: str
    name: str
    category: str | None = None
    picture_url: str | None = None
    token: str | None = field(default=None, repr=False)
    """None when the person may not act as the page."""
    tasks: set[str] | None = None
    """What the person may do there; None where Meta does not say."""
    instagram: InstagramAccount | None = None
    ways: set[str] = field(default_factory=set)
    """How it was found: `accounts`, `granular`, `business`."""
    error: GraphError | None = None
    """Why nothing but its id is known: the person ticked it, Meta does not show it."""

    def merged(self, other: "FoundPage") -> "FoundPage":
        """Both finds of one page: what either knows, this one first."""
        if self.error is not None and other.error is None:
            return replace(other, ways=self.ways | other.ways)
        return replace(
            self,
            category=self.category or other.category,
            picture_url=self.picture_url or other.picture_url,
            token=self.token or other.token,
            tasks=other.tasks if self.tasks is None else self.tasks,
            instagram=self.instagram or other.instagram,
            ways=self.ways | other.ways,
        )


def found_page(node: dict[str, Any], way: str) -> FoundPage:
    """`node` has an id."""
    page_id = id_of(node["id"]) or ""
    tasks = node.get("tasks")
    return FoundPage(
        id=page_id,
        name=text_of(node.get("name")) or page_id,
        category=text_of(node.get("category")),
        picture_url=picture_url(node),
        token=text_of(node.get("access_token")),
        tasks=classic_tasks(tasks) if isinstance(tasks, list) else None,
        instagram=_instagram(node.get("instagram_business_account")),
        ways={way},
    )


def classic_tasks(names: Iterable[Any]) -> set[str]:
    """The new Pages experience has names of its own for the same rights."""
    tasks = {name.removeprefix("PROFILE_PLUS_") for name in names if isinstance(name, str)}
    return tasks | set(TASKS) if "FULL_CONTROL" in tasks else tasks


def _instagram(node: Any) -> InstagramAccount | None:
    account_id = id_of(node.get("id")) if isinstance(node, dict) else None
    if account_id is None:
        return None
    username, name, url = (text_of(node.get(each)) for each in ("username", "name", "profile_picture_url"))
    return InstagramAccount(account_id, username, name, url)
