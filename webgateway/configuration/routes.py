"""Import and export: a tenant's configuration as a file, so that a test installation becomes a live one."""

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from .. import htmx
from ..db import db, looking, utcnow, writes
from ..users.rights import needs, signed_in
from ..views import count
from .exporting import export
from .forms import ConfirmationForm, ExportForm, UploadForm
from .importing import Import, hold, note
from .items import VERDICTS, Importer

blueprint = Blueprint("configuration", __name__, url_prefix="/configuration")


@blueprint.get("/")
@needs("configuration", "read")
def index() -> ResponseReturnValue:
    return _page(ExportForm(signed_in().rights), UploadForm())


@blueprint.get("/export.json")
@needs("configuration", "read")
def download() -> ResponseReturnValue:
    """Without a choice everything that whoever asks may see."""
    form = ExportForm(signed_in().rights, request.args if "chosen" in request.args else None)
    if "chosen" in request.args and not form.validate():
        return _page(form, UploadForm(), 422)
    if not form.kinds.data:
        abort(403)
    document = export(_importer(), form.kinds.data)
    writes()
    note("configuration exported", _importer(), document.counts)
    db.session.commit()
    name = f"webgateway-{utcnow():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document.file, content_type="application/json; charset=utf-8", headers=headers)


@blueprint.post("/preview")
@needs("configuration", "edit")
def preview() -> ResponseReturnValue:
    form = UploadForm()
    if not form.validate() or form.document is None:
        return _page(ExportForm(signed_in().rights), form, 422)
    db.session.commit()  # what is only looked at keeps nobody from writing
    with looking():
        return _preview(Import(form.document, _importer()))


@blueprint.post("/import")
@needs("configuration", "edit")
def apply() -> ResponseReturnValue:
    """What was looked at, or the preview once more."""
    form = ConfirmationForm()
    if not form.validate() or form.document is None:
        upload = UploadForm(formdata=None)
        upload.file.errors = form.text.errors
        return _page(ExportForm(signed_in().rights), upload, 422)
    by = _importer()
    db.session.commit()
    with looking():
        Import(form.document, by)  # the long part, while others may write
    hold(by.tenant)
    planned = Import(form.document, by)
    if planned.digest != form.seen.data:
        return _preview(planned, changed=True)
    try:
        planned.apply()
        db.session.commit()
    except (IntegrityError, StaleDataError):
        db.session.rollback()
        return _preview(Import(form.document, by), changed=True)
    flash(_done(planned), "ok")
    return htmx.go_to(url_for(".index"))


def _importer() -> Importer:
    return Importer(signed_in().tenant, signed_in())


def _done(planned: Import) -> str:
    counts = planned.counts
    said = f"{count(counts.get('added', 0), 'item')} added, {counts.get('changed', 0)} changed."
    if refused := counts.get("refused", 0):
        said += f" {refused} could not be imported."
    return said


def _preview(planned: Import, changed: bool = False) -> ResponseReturnValue:
    """`changed`: since it was shown last."""
    form = ConfirmationForm(formdata=None, data={"text": planned.document.text, "seen": planned.digest})
    page = render_template(
        "configuration/preview.html", form=form, planned=planned, verdicts=VERDICTS, changed=changed
    )
    return page, 422 if changed else 200


def _page(form: ExportForm, upload: UploadForm, status: int = 200) -> ResponseReturnValue:
    return render_template("configuration/index.html", form=form, upload=upload), status
