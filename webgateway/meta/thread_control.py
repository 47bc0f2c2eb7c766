"""Who owns a customer's thread at Meta, taking it and passing it on: contract 7.3."""

from .graph import Graph
from .transport import expect_success
from .values import dict_of, id_of, list_of

INBOXES = {"messenger": "263902037430900", "instagram": "1217981644879628"}
"""The app ids of Meta's own inbox, by channel."""


def take(graph: Graph, page_id: str, token: str, customer_id: str) -> None:
    """Raises GraphError: only an app that Meta lets take over may."""
    body = {"recipient": {"id": customer_id}}
    expect_success(graph.post(f"{page_id}/take_thread_control", token, json=body))


def pass_on(graph: Graph, page_id: str, token: str, customer_id: str, app_id: str) -> None:
    """Raises GraphError: only the owner may."""
    body = {"recipient": {"id": customer_id}, "target_app_id": app_id}
    expect_success(graph.post(f"{page_id}/pass_thread_control", token, json=body))


def owner(graph: Graph, page_id: str, token: str, customer_id: str) -> str | None:
    """The app's id; None when nobody owns the thread. Raises GraphError."""
    answer = graph.get(f"{page_id}/thread_owner", token, recipient=customer_id)
    rows = (dict_of(dict_of(row).get("thread_owner")) for row in list_of(answer.get("data")))
    return next((found for found in (id_of(row.get("app_id")) for row in rows) if found), None)
