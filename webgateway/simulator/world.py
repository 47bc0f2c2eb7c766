from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webgateway.simulator.state.apps import App
from webgateway.simulator.state.calls import CallRecord
from webgateway.simulator.state.comments import Comment, Post
from webgateway.simulator.state.deliveries import Delivery
from webgateway.simulator.state.faults import Fault
from webgateway.simulator.state.grants import Code, Grant, Token
from webgateway.simulator.state.pages import ALL_TASKS, Business, InstagramAccount, Page
from webgateway.simulator.state.people import Person
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.state.uploads import Persona, Upload
from webgateway.simulator.state.users import User


@dataclass
class World:
    """Everything the simulated Meta knows. Plain data, so that it can be written to a file and read back."""

    apps: dict[str, App] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    businesses: dict[str, Business] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    personas: dict[str, Persona] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    """page:messenger or page:instagram → its messenger_profile"""
    page_subscriptions: dict[str, list[str]] = field(default_factory=dict)
    """app:page → fields"""
    failing_since: dict[str, float] = field(default_factory=dict)
    """app:asset → when its deliveries began to fail"""
    alerted: dict[str, float] = field(default_factory=dict)
    """app:asset → when the developers were warned of that"""
    disabled: dict[str, float] = field(default_factory=dict)
    """app:page → when the app was taken off the page after an hour of failures"""
    deliveries: list[Delivery] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    last_callback: str = ""
    """where the login dialog sent the last person"""
    alerts: list[str] = field(default_factory=list)
    clock_offset: float = 0.0
    time_scale: float = 0.0
    """wins over the setting of that name; 0 = not chosen"""

    def user_by_id(self, app_id: str, user_id: str) -> User | None:
        return next((user for user in self.users.values() if user.id_for(app_id) == user_id), None)

    def person_by_id(self, asset_id: str, scoped_id: str) -> Person | None:
        return next(
            (person for person in self.people.values() if person.scoped_id(asset_id) == scoped_id), None
        )

    def page_of(self, asset_id: str) -> Page | None:
        """The page with this id, or the page this Instagram account belongs to."""
        if asset_id in self.pages:
            return self.pages[asset_id]
        return next(
            (page for page in self.pages.values() if page.instagram and page.instagram.id == asset_id), None
        )

    def instagram_account(self, account_id: str) -> InstagramAccount | None:
        page = None if account_id in self.pages else self.page_of(account_id)
        return page.instagram if page else None

    def grant(self, app_id: str, user: str) -> Grant | None:
        return self.grants.get(f"{app_id}:{user}")

    def grants_covering(self, app_id: str, page_id: str) -> Iterator[Grant]:
        for grant in self.grants.values():
            if grant.app == app_id and grant.covers(page_id) and self.tasks(grant.user, page_id):
                yield grant

    def tasks(self, user: str, page_id: str) -> list[str]:
        """What this person may do on this page, directly or through a business portfolio."""
        person = self.users.get(user)
        if person is None:
            return []
        if page_id in person.tasks:
            return person.tasks[page_id]
        return ALL_TASKS if page_id in self.portfolio_pages(user) else []

    def portfolio_pages(self, user: str) -> list[str]:
        return [page for key in self.users[user].businesses for page in self.businesses[key].pages]

    def reachable_pages(self, user: str) -> list[Page]:
        """Every page the dialog offers this person."""
        ids = dict.fromkeys([*self.users[user].tasks, *self.portfolio_pages(user)])
        return [self.pages[page_id] for page_id in ids if page_id in self.pages and self.tasks(user, page_id)]
