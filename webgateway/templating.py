"""Jinja templates that are looked up and whose macros are imported once."""

from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import Template


class Kept(Environment):
    """Jinja locks and sorts what it keeps, and a page includes fifty templates. Here it stays until the end,
    but where templates are loaded anew when somebody edits them."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.kept: dict[str, Template] = {}

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:
        found = self.kept.get(name)
        if found is None:
            found = super().get_template(name, parent, globals)
            if not self.auto_reload:
                self.kept[name] = found
        return found


class Once(Template):
    """All templates have the same globals, so what one imports from another is always the same module. Jinja
    compares the globals at every import, and each message of a thread imports several times."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    app.jinja_env.template_class = Once
