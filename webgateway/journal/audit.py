"""The audit trail: logins that ended and data that was deleted, without a word about whose."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from .. import htmx
from ..gateways.models import Gateway
from ..listing import View
from ..pages.audit import KINDS
from ..pages.models import AuditEntry
from ..tenants.models import Tenant
from ..users.rights import current_tenant, needs

blueprint = Blueprint("audit", __name__, url_prefix="/journal/audit")

THINGS = {
    "accounts": "login",
    "grants": "access to a page",
    "logins": "result of a login",
    "pages": "page",
    "contacts": "contact",
    "conversations": "conversation",
    "messages": "message",
    "comments": "comment",
    "deliveries": "delivery",
    "events": "event",
}
"""What is counted, one of it."""
MANY = {
    "grants": "accesses to pages",
    "logins": "results of logins",
    "deliveries": "deliveries",
}


@blueprint.get("")
@needs("journal", "read")
def index() -> ResponseReturnValue:
    kind, entries = request.args.get("kind", ""), _entries(current_tenant)
    if kind in KINDS:
        entries = entries.where(AuditEntry.kind == kind)
    view = View(entries, {"at": AuditEntry.id}, "-at", [AuditEntry.code], filters=["kind"])
    return htmx.render(
        "journal/audit.html",
        "journal/_audit.html",
        view=view,
        kinds=KINDS,
        kind=kind,
        things=THINGS,
        many=MANY,
    )


def _entries(tenant: Tenant) -> Select[AuditEntry]:
    """Those of deleted gateways, too."""
    entries = select(AuditEntry).join(AuditEntry.gateway).where(Gateway.tenant_id == tenant.id)
    return entries.options(contains_eager(AuditEntry.gateway).load_only(Gateway.name, Gateway.deleted_at))
