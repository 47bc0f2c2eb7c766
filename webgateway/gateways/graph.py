"""A Graph client for a gateway's Meta app."""

import threading

from flask import current_app

from .. import metrics
from ..db import db
from ..meta import deadline, usage
from ..meta.graph import Answer, Graph
from ..settings import current_settings
from .models import Gateway


class OutsideTransaction(deadline.Session):
    """Refuses, in tests, to wait for Meta in an open transaction: SQLite would hold everybody's write."""

    def request(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        if current_app and current_app.testing and db.session().in_transaction():
            raise AssertionError("a transaction is open while Meta is asked; commit or roll back first")
        return super().request(*args, **kwargs)


class _Threads(threading.local):
    """Of each thread the session whose connections its calls share: requests gives no word on threads."""

    def __init__(self) -> None:
        self.session = OutsideTransaction()


_of_this_thread = _Threads()


def graph_of(gateway: Gateway) -> Graph:
    return graph_with(gateway.app_id, gateway.app_secret, gateway.version)


def graph_with(app_id: str, app_secret: str, version: str) -> Graph:
    return Graph(
        current_settings().graph_url,
        version,
        app_id,
        app_secret,
        session=_of_this_thread.session,
        on_answer=measure,
    )


def measure(answer: Answer) -> None:
    metrics.graph.labels(answer.method, answer.path).observe(answer.seconds)
    kind = answer.error.kind if answer.error else "ok"
    metrics.graph_answers.labels(answer.method, answer.path, kind).inc()
    for (limit, name), percent in usage.of(answer.usage).items():
        metrics.graph_usage.labels(limit, name).set(percent)
