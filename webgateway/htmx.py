"""Fragment or page, and redirects htmx follows: the only file that knows an HX- header."""

from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest

htmx = Htmx()
htmx_request = cast(HtmxAwareRequest, request)


def init_app(app: Flask) -> None:
    htmx.init_app(app)
    app.after_request(_vary)


def asked_by_htmx() -> bool:
    return bool(htmx_request.htmx)


def wants_fragment() -> bool:
    """True when a part of the page is asked for: not for a boosted link, not for a restored history entry."""
    if not asked_by_htmx() or request.headers.get("HX-Request-Type") == "full":
        return False
    return not (htmx_request.htmx.boosted or htmx_request.htmx.history_restore_request)


def render(page: str, fragment: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The fragment when htmx asks for a part, the whole page otherwise."""
    return render_template(fragment if wants_fragment() else page, **context), status


def keep_address(answer: ResponseReturnValue) -> Response:
    """The address bar stays as it is: for what is shown over a page."""
    response = make_response(answer)
    response.headers["HX-Push-Url"] = "false"
    return response


def dialog(fragment: str, status: int, **context: Any) -> Response:
    """In the layout's place for dialogs, whatever the request was meant to change."""
    response = make_response(render_template(fragment, **context), status)
    response.headers.update({"HX-Retarget": "#dialog", "HX-Reswap": "innerHTML"})
    return response


def now_at(url: str, answer: ResponseReturnValue) -> Response:
    """The address bar shows `url` from now on."""
    response = make_response(answer)
    response.headers["HX-Push-Url"] = url
    return response


def go_to(url: str, code: int = 303) -> Response:
    """Leave for another page after a write; htmx leaves too instead of swapping the page in."""
    if asked_by_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, code)  # type: ignore[return-value]


def into(selector: str) -> dict[str, str]:
    """Headers that put the answer inside another element than the one the request was for."""
    return {"HX-Retarget": selector, "HX-Reswap": "innerHTML"}


def page_shown() -> str | None:
    """Path and query of the page in the browser's window while htmx asks for a part of it."""
    if not (htmx_request.htmx and htmx_request.htmx.current_url):
        return None
    parts = urlsplit(htmx_request.htmx.current_url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _vary(response: Response) -> Response:
    response.vary.add("HX-Request")
    return response
