from dataclasses import dataclass

from webgateway.simulator.ids import scoped


@dataclass
class Person:
    """A customer: someone who writes to pages from the phone."""

    key: str
    name: str
    instagram: str = ""
    """username; empty = not on Instagram"""
    profile: str = "full"
    """full, none (error 2018218), empty ({}) or private (230 on Instagram)"""
    messenger: bool = True
    """False = only on Instagram"""
    email: str = ""
    """as in the person's profile; who has none there is not shown a quick reply for it (contract 7.2)"""
    phone: str = ""

    def scoped_id(self, asset_id: str) -> str:
        """PSID on a Page, Instagram-scoped id on an Instagram account: each its own (contract 8.1)."""
        return scoped("person", self.key, asset_id)

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def last_name(self) -> str:
        return self.name.split(" ", 1)[-1]
