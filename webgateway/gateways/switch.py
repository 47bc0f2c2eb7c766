"""The State switch: on means that Meta delivers and that we answer."""

from ..db import db
from ..meta.errors import GraphError
from . import webhook
from .models import Gateway


def turn_on(gateway: Gateway) -> bool:
    """On only when the registration succeeded; what is on stays on while its earlier registration stands."""
    registered = webhook.register(gateway)
    gateway.enabled = registered or (gateway.enabled and gateway.webhook == "registered")
    db.session.commit()
    return registered


def turn_off(gateway: Gateway) -> GraphError | None:
    """Off at once; answers why Meta could not be told."""
    gateway.enabled = False
    return webhook.unregister(gateway)
