"""What a page is found by in lists of pages."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import SQLColumnExpression

from .models import Page

COLUMNS = (Page.name, Page.meta_id, Page.instagram_username)
WRITTEN: Mapping[SQLColumnExpression[Any], str] = {
    Page.meta_id: r"\d*",
    Page.instagram_id: r"\d*",
    Page.instagram_username: r"[\w.]*",
}
"""How all is written there: other words are not looked for in it (listing.View)."""
