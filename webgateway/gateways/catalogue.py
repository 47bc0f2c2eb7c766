"""What Meta's errors mean: the table that boards, composer and messages take their words from."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from .. import htmx
from ..meta import errors
from ..meta.errors import Meaning

blueprint = Blueprint("catalogue", __name__, url_prefix="/errors")


@blueprint.get("/")
@auth_required("session")
def index() -> ResponseReturnValue:
    """For everybody who is signed in: whoever may write meets them."""
    q = request.args.get("q", "").strip()[:200]
    found = [meaning for meaning in errors.catalogue() if matches(meaning, q)]
    return htmx.render("catalogue/index.html", "catalogue/_list.html", q=q, meanings=found)


def matches(meaning: Meaning, q: str) -> bool:
    """A code with or without its subcode, or a part of the words."""
    if q.replace("/", "").isdecimal():
        return q in (str(meaning.code), str(meaning.subcode), meaning.name)
    text = f"{meaning.meaning} {meaning.remedy} {meaning.responsible} {meaning.says or ''}"
    return q.lower() in text.lower()
