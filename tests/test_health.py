from webgateway.db import db
from webgateway.worker import beat


def test_anybody_may_ask_whether_it_is_alive(visitor):
    assert visitor.get("/healthz").json == {"status": "alive"}


def test_it_is_not_ready_while_no_worker_was_seen(visitor):
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] is True
    assert answer.json["worker"] is False


def test_it_is_ready_once_a_worker_shows_signs_of_life(app, visitor):
    beat("here:1")
    assert visitor.get("/readyz").status_code == 200


def test_metrics_are_for_loopback_only(visitor):
    assert b"webgateway_events" in visitor.get("/metrics").data
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    assert visitor.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    db.session.rollback()
