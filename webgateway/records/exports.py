"""Transcripts as files: of one conversation, and of all that fit a search. Who exported is noted."""

import json
from collections.abc import Generator
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from ..db import utcnow, writes
from ..users import zone
from ..users.rights import current_tenant, needs, signed_in
from . import formats, transcript
from .exporting import Export, Stream, note
from .routes import find
from .search import Search

blueprint = Blueprint("exports", __name__, url_prefix="/records")

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@blueprint.get("/export.csv")
@needs("records", "read")
def all_as_csv() -> ResponseReturnValue:
    export = _export("CSV")
    return _file(formats.as_csv(export.conversations(), export.cut), "records", "csv")


@blueprint.get("/export.json")
@needs("records", "read")
def all_as_json() -> ResponseReturnValue:
    export = _export("JSON")
    pieces = formats.as_json(
        export.conversations(), export.cut, exported_at=_now(), search=_asked(export.search)
    )
    return _file(pieces, "records", "json")


@blueprint.get("/<int:conversation_id>/transcript.csv")
@needs("records", "read")
def one_as_csv(conversation_id: int) -> ResponseReturnValue:
    talk = _one(conversation_id, "CSV")
    return _file(formats.as_csv(iter([talk])), f"conversation-{conversation_id}", "csv")


@blueprint.get("/<int:conversation_id>/transcript.json")
@needs("records", "read")
def one_as_json(conversation_id: int) -> ResponseReturnValue:
    talk = _one(conversation_id, "JSON")
    text = json.dumps(talk, ensure_ascii=False, indent=2).encode(errors="replace")
    return Response(
        text, content_type=TYPES["json"], headers=_named(f"conversation-{conversation_id}", "json")
    )


@blueprint.get("/<int:conversation_id>/transcript")
@needs("records", "read")
def one_to_print(conversation_id: int) -> ResponseReturnValue:
    talk = _one(conversation_id, "a page")
    return render_template("records/print.html", talk=talk, exported_at=_now(), zone=zone.viewers().key)


def _export(format: str) -> Export:
    search = Search(current_tenant, request.args, zone.viewers())
    writes()
    return Export(search, signed_in(), format)


def _one(conversation_id: int, format: str) -> dict[str, Any]:
    find(conversation_id)
    talk = next(transcript.told([conversation_id], zone.viewers()))
    writes()
    note(signed_in(), format, {"conversations": 1, "messages": len(talk["messages"])})
    return talk


def _file(pieces: Generator[str], name: str, format: str) -> Response:
    stream = Stream(current_app._get_current_object(), pieces)  # type: ignore[attr-defined]
    return Response(stream, content_type=TYPES[format], headers=_named(name, format))


def _named(name: str, format: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}-{utcnow():%Y-%m-%d}.{format}"'}


def _asked(search: Search) -> dict[str, Any]:
    return {name: value for name, value in {"q": search.q, **search.filters}.items() if value}


def _now() -> str | None:
    return transcript.moment(utcnow(), zone.viewers())
