from collections import Counter
from dataclasses import dataclass

from webgateway.simulator.answered_forms import Form, forms
from webgateway.simulator.graph.tokens import problem_of
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.grants import Grant
from webgateway.simulator.state.pages import Page
from webgateway.simulator.state.users import User


@dataclass
class Administrator:
    """A person who logs in, as the panel shows them."""

    user: User
    pages: list[Page]
    grants: list[Grant]
    working: int
    """tokens that work"""
    dead: dict[int, int]
    """subcode → how many tokens fail with it"""
    forms: list[Form]

    @property
    def troubled(self) -> bool:
        return bool(self.user.problem or self.user.lost_tasks)


def people_who_log_in(platform: Platform) -> list[Administrator]:
    world = platform.world
    found = []
    with platform.lock:
        for user in world.users.values():
            fails = Counter(
                problem_of(world, platform.clock, token)
                for token in world.tokens.values()
                if token.user == user.key
            )
            working = fails.pop(0, 0)
            grants = [grant for grant in world.grants.values() if grant.user == user.key]
            pages = world.reachable_pages(user.key)
            posted = [form for form in forms(platform) if form.user == user.key]
            found.append(Administrator(user, pages, grants, working, dict(fails), posted))
    return found
