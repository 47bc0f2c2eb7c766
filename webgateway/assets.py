"""Files for the browser: each version has its own address, and the browser keeps it for a year."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, url_for

FOR_EVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @cache
    def version(filename: str) -> str | None:
        file = folder / filename
        return f"{file.stat().st_mtime_ns // 1_000_000:x}" if file.is_file() else None

    @app.url_defaults
    def name_the_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values and not app.debug:
            values["v"] = version(values["filename"])

    @app.template_global()
    def asset(filename: str) -> str:
        """The address of a file of static/. A page has sixty of them: each is made once."""
        return url_for("static", filename=filename) if app.debug else address(request.script_root, filename)

    @lru_cache(maxsize=1000)
    def address(_prefix: str, filename: str) -> str:
        return url_for("static", filename=filename)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = FOR_EVER
        return response
