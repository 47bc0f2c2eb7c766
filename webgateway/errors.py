"""403, 404, 413, 422, 429, 500 and CSRF failures become a page, a fragment or JSON: here only."""

import logging

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from .db import db, passing
from .htmx import asked_by_htmx, into
from .problems import API, problem

log = logging.getLogger("webgateway")

WORDS = {
    400: ("That request was not understood", "Go back, reload the page and try again."),
    403: (
        "You may not do this",
        "Your role does not include this right. An administrator can change your role.",
    ),
    404: ("There is nothing here", "The address is wrong, or what was here has been deleted."),
    405: ("That does not work here", "Go back and use the buttons of the page."),
    413: ("That is too large", "Send less at once."),
    415: ("That kind of content is not accepted", "Go back and try again."),
    429: ("Too many attempts", "Wait a few minutes, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing you typed was wrong. Try again; if it stays, tell whoever runs webgateway.",
    ),
    503: (
        "That could not be kept right now",
        "The database is busy or full. Go back and try again in a moment; if it stays, tell whoever runs "
        "webgateway.",
    ),
}
# The same for programs, which have no page to go back to.
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "not_allowed",
    413: "too_large",
    415: "wrong_content_type",
    429: "too_many_requests",
    500: "our_fault",
    503: "busy",
}
PROGRAMS = {
    400: "The request could not be read.",
    404: "There is nothing at this address, or not for this token.",
    405: "This address does not take this method.",
    413: "A body may have 64 KiB.",
    415: "Send JSON, with the content type application/json.",
    429: "Wait for the seconds that Retry-After names.",
    500: "Try again later; if it stays, tell whoever runs webgateway.",
    503: "The database is busy. Try again in a moment.",
}
STALE = ("This page was open too long", "Your session ended or the page is stale. Reload it and try again.")


class Refused(HTTPException):
    """409: what was asked cannot be done now; the title says what, the text why and who must act."""

    code = 409

    def __init__(self, title: str, text: str) -> None:
        super().__init__(text)
        self.title = title


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(500, broken)


def answer(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response is not None:
        return error
    if isinstance(error, Refused):
        db.session.rollback()
        return _tell(code, error.title, error.description or "")
    title, text = WORDS.get(code, (error.name, "Go back and try again."))
    return _tell(code, title, text)


def stale(_error: CSRFError) -> ResponseReturnValue:
    return _tell(400, *STALE)


def unavailable(error: OperationalError) -> ResponseReturnValue:
    """The database is locked, full or away: Meta tries again later, people are told so."""
    if not passing(error):
        raise error
    db.session.rollback()
    g.reading = True
    log.error("no answer to %s %s: %s", request.method, request.endpoint, error.orig)
    return _tell(503, *WORDS[503])


def broken(_error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return _tell(500, *WORDS[500])


def _tell(code: int, title: str, text: str) -> ResponseReturnValue:
    if request.path.startswith("/meta/"):
        # Meta and strangers learn the status and nothing of our insides.
        return title + "\n", code, {"Content-Type": "text/plain; charset=utf-8"}
    if request.path.startswith(API):
        return problem(code, CODES.get(code, "refused"), title, PROGRAMS.get(code, text))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error=title, what_to_do=text), code
    if asked_by_htmx():
        fragment = render_template("errors/fragment.html", code=code, title=title, text=text)
        return fragment, code, into("#flashes") if code == Refused.code else {}
    here = code == Refused.code and (request.referrer or "").startswith(request.host_url)
    back = request.referrer if here else None
    return render_template("errors/page.html", code=code, title=title, text=text, back=back), code
