"""The registry: all chat gateways of the tenant."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.orm import contains_eager

from .. import htmx
from ..db import utcnow
from ..flows.models import Flow
from ..listing import View
from ..meta import versions
from ..meta.pages import APP_FIELDS
from ..users.rights import current_tenant, needs
from .models import PROVIDER, Gateway
from .troubles import troubles

blueprint = Blueprint("gateways", __name__, url_prefix="/gateways")


@blueprint.app_context_processor
def words() -> dict[str, object]:
    return {
        "provider": PROVIDER,
        "newest": versions.NEWEST,
        "app_fields": APP_FIELDS,
        "troubles_of": lambda gateway: troubles(gateway, utcnow().date()),
    }


@blueprint.get("/")
@needs("gateways", "read")
def index() -> ResponseReturnValue:
    gateways = Gateway.of(current_tenant)
    view = View(
        gateways.outerjoin(Gateway.flow).options(contains_eager(Gateway.flow), *Gateway.without_secrets()),
        sorts={
            "name": func.lower(Gateway.name),
            "flow": func.lower(func.coalesce(Flow.name, "")),
            "state": Gateway.enabled,
            "created": Gateway.created_at,
        },
        default="name",
        search=(Gateway.name, Gateway.uri, Gateway.app_id),
        meant=lambda words: words.rpartition("/meta/")[2],  # the whole address, as Meta's settings show it
        tie=Gateway.id,
        counted=gateways,
    )
    return htmx.render("gateways/index.html", "gateways/_list.html", view=view)
