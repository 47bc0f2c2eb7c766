"""The page on which a flow is edited, in whatever state its form is."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from .. import htmx
from ..users import zone
from ..users.rights import current_tenant
from . import checking
from .arranging import sound
from .definition import Definition
from .forms import FlowForm, length_hint
from .models import Flow
from .pages import Named, pages_of
from .texts import FIELDS
from .trying import Preview, phone_of
from .words import KINDS


def form_of(flow: Flow | None, fields: MultiDict[str, str] | None = None) -> FlowForm:
    """As it is kept, or as it was sent."""
    given = {"formdata": sound(fields)} if fields is not None else {}
    return FlowForm(current_tenant, flow, str(zone.viewers()), **given)


def page(
    form: FlowForm,
    flow: Flow | None,
    status: int = 200,
    preview: Preview | None = None,
    focus: str = "",
    conflict: bool = False,
    fragment: str = "flows/editor.html",
) -> ResponseReturnValue:
    """`focus` is the id of what the keyboard goes on with; `fragment` the template with the part that htmx
    takes."""
    pages = pages_of(current_tenant)
    does = flow.drafted if flow else Definition()
    if preview is None:
        preview = Preview(form, pages)
        preview.run(does)
    return htmx.render(
        "flows/editor.html",
        fragment,
        status,
        form=form,
        flow=flow,
        preview=preview,
        focus=focus,
        conflict=conflict,
        changed=request.method == "POST",
        pages=pages,
        page_names={page.meta_id: page.name for page in pages},
        phones=_phones(flow, pages),
        oddities=checking.oddities(does) if request.method == "GET" and flow else [],
        fields=FIELDS,
        kinds=KINDS,
        length_hint=length_hint,
        **_addresses(flow),
    )


def _addresses(flow: Flow | None) -> dict[str, str]:
    """To save, to arrange rows, and to try it."""
    if flow is None:
        ends = {
            "url": "flows.create",
            "arrangement": "flow_editing.arrange_new",
            "trial": "flow_editing.try_new",
        }
        return {name: url_for(end) for name, end in ends.items()}
    ends = {
        "url": "flows.update",
        "arrangement": "flow_editing.arrange_kept",
        "trial": "flow_editing.try_kept",
    }
    return {name: url_for(end, flow_id=flow.id) for name, end in ends.items()}


def _phones(flow: Flow | None, pages: list[Named]) -> list[tuple[str, str]]:
    """Name and address of the simulator's phone for the pages that follow this flow."""
    theirs = {gateway.id for gateway in flow.gateways} if flow else set()
    follow = [page for page in pages if page.gateway_id in theirs][:5]
    return [(page.name, url) for page in follow if (url := phone_of(page))]
