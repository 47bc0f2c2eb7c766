"""Jinja templates whose macros are imported once."""

from typing import Any

from flask import Flask
from jinja2 import Template


class Once(Template):
    """All templates have the same globals, so what one imports from another is always the same module. Jinja
    compares the globals at every import, and each message of a thread imports several times."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    app.jinja_env.template_class = Once
