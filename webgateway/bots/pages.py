"""The API described: for programs, and as a page for people. Nobody needs to sign in to read it."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from . import description
from .operations import PROBLEMS

blueprint = Blueprint("bot_pages", __name__, url_prefix="/api")


@blueprint.get("/")
def show() -> ResponseReturnValue:
    document = description.document()
    operations = [
        (verb.upper(), path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    return render_template(
        "bots/api.html",
        document=document,
        operations=operations,
        webhook=document["webhooks"]["event"]["post"],
        schemas=document["components"]["schemas"],
        problems=PROBLEMS,
        word=word,
    )


@blueprint.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    return description.document()


def word(schema: dict[str, Any]) -> str:
    """A schema in a few words: `string (date-time), or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return ", or ".join(word(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        most = f", {schema['maxItems']} at most" if "maxItems" in schema else ""
        return f"list of {word(schema['items'])}{most}"
    limits = {"format": "{}", "maxLength": "{} characters at most", "minimum": "from {}", "maximum": "to {}"}
    told = [text.format(schema[name]) for name, text in limits.items() if name in schema]
    return str(schema.get("type", "any")) + (f" ({', '.join(told)})" if told else "")
