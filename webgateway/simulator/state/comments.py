from dataclasses import dataclass


@dataclass
class Post:
    """What people comment on: a post of a Page, a post of a visitor there, or a medium on Instagram."""

    id: str
    asset: str
    """id of the Page or Instagram account"""
    page: str
    text: str
    created: float
    person: str = ""
    """the visitor who wrote it; empty = the page's own"""
    foreign: bool = False
    """somebody else's, in which the Instagram account is mentioned"""
    answered: bool = False
    """A private reply was sent to the visitor."""


@dataclass
class Comment:
    id: str
    asset: str
    page: str
    post: str
    person: str
    text: str
    created: float
    """seconds"""
    parent: str = ""
    """the comment this one answers"""
    removed: bool = False
    answered: bool = False
    """A private reply was sent: there can be one (contract 7.4)."""
