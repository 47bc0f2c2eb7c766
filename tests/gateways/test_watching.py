"""Every ten minutes the app's webhook at Meta is compared with ours, and registered again when it drifted."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.gateways import watching, webhook
from webgateway.meta.pages import APP_FIELDS


@pytest.fixture
def registered(gateway, meta):
    """As it is right after the State switch."""
    webhook.register(gateway)
    meta.mock.reset_mock()
    return gateway


def a_round() -> None:
    watching.compare()
    db.session.expire_all()


def writes(meta):
    return [asked for asked in meta.asked if not asked.startswith("GET")]


def callback(meta):
    return meta.webhooks["page"]["callback_url"]


def test_what_is_as_we_registered_it_is_left_alone(registered, meta):
    before = registered.webhook_checked_at
    a_round()
    assert writes(meta) == []
    assert registered.webhook_checked_at > before
    assert registered.webhook_drift is None


def test_an_address_that_was_changed_is_ours_again(as_ada, registered, meta):
    meta.webhooks["page"]["callback_url"] = "https://elsewhere.example/hook"
    a_round()
    assert callback(meta) == registered.public_uri
    assert registered.missed_since is not None
    assert registered.missed_why == "unsubscribed"
    text = as_ada.get(f"/gateways/{registered.id}").text
    assert "Meta delivered Facebook pages to another address, https://elsewhere.example/hook" in text
    assert "Registered again" in text
    registered.webhook_mended_at -= timedelta(days=8)
    assert "elsewhere.example" not in as_ada.get(f"/gateways/{registered.id}").text


@pytest.mark.parametrize("object", ["page", "instagram"])
def test_a_webhook_that_is_gone_or_switched_off_is_registered_again(registered, meta, object):
    for gone in (True, False):
        if gone:
            del meta.webhooks[object]
        else:
            meta.webhooks[object]["active"] = False
        a_round()
        assert meta.webhooks[object]["active"]
        assert "any more" in registered.webhook_drift


def test_a_field_that_is_missing_is_asked_for_again_and_named(registered, meta):
    fields = meta.webhooks["page"]["fields"]
    fields[:] = [field for field in fields if field["name"] != "message_echoes"]
    a_round()
    assert {field["name"] for field in meta.webhooks["page"]["fields"]} == set(APP_FIELDS["page"])
    assert registered.webhook_drift == "Meta did not deliver message_echoes of Facebook pages"
    assert registered.missed_since is None, "customers' messages came"


def test_a_field_that_meta_does_not_give_is_asked_for_once_and_claimed_by_nobody(registered, meta):
    keep = meta.subscriptions

    def without_standby(request, form):
        if form.get("fields"):
            form["fields"] = ",".join(name for name in form["fields"].split(",") if name != "standby")
        return keep(request, form)

    meta.subscriptions = without_standby
    meta.webhooks["page"]["fields"] = [{"name": name} for name in APP_FIELDS["page"] if name != "standby"]
    a_round()
    assert len(writes(meta)) > 0
    assert registered.webhook_mended_at is None
    meta.mock.reset_mock()
    a_round()
    assert writes(meta) == []


def test_instagram_that_meta_never_took_by_api_is_not_asked_for_again(gateway, meta):
    meta.refuses = {"instagram": (100, "(#100) Param object must be one of {page}")}
    webhook.register(gateway)
    meta.mock.reset_mock()
    a_round()
    assert writes(meta) == []


def test_nobody_fights_over_an_address_that_changes_again(as_ada, registered, meta):
    for _ in range(2):
        meta.webhooks["page"]["callback_url"] = "https://elsewhere.example/hook"
        a_round()
    assert callback(meta) == "https://elsewhere.example/hook"
    assert registered.webhook == "refused"
    assert "another program sets the address" in as_ada.get(f"/gateways/{registered.id}").text
    meta.mock.reset_mock()
    a_round()
    assert meta.asked == []
    as_ada.post(f"/gateways/{registered.id}/activation")
    assert callback(meta) == registered.public_uri


def test_when_it_cannot_be_registered_again_it_says_who_must_act(as_ada, registered, meta):
    meta.webhooks.clear()
    meta.refuses = {"page": (2200, "(#2200) Callback verification failed")}
    a_round()
    assert registered.webhook == "refused"
    assert registered.webhook_mended_at is None
    assert "Meta could not confirm our address" in as_ada.get(f"/gateways/{registered.id}").text


def test_meta_that_cannot_be_reached_or_shows_nothing_changes_nothing(registered, meta):
    meta.reachable = False
    a_round()
    meta.reachable, meta.readable = True, False
    a_round()
    assert (registered.webhook, registered.webhook_drift) == ("registered", None)
    assert writes(meta) == []


@pytest.mark.parametrize(
    "change",
    [{"enabled": False}, {"webhook": "unknown"}, {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}],
    ids=str,
)
def test_a_gateway_that_is_off_not_registered_or_deleted_is_left_alone(registered, meta, change):
    for name, value in change.items():
        setattr(registered, name, value)
    db.session.commit()
    meta.webhooks.clear()
    a_round()
    assert meta.asked == []


def test_what_somebody_saves_meanwhile_counts(registered, meta, app):
    meta.webhooks.clear()
    answer = meta.subscriptions

    def saving_meanwhile(request, form):
        with app.app_context():
            from webgateway.gateways.models import Gateway

            db.session.query(Gateway).one().webhook = "unknown"
            db.session.commit()
        return answer(request, form)

    meta.subscriptions = saving_meanwhile
    a_round()
    assert writes(meta) == []
    assert registered.webhook == "unknown"


def test_the_number_of_a_round_is_bounded_and_the_longest_unchecked_come_first(registered, meta, monkeypatch):
    second = cast.gateway("Second", app_id="77", webhook_checked_at=utcnow() - timedelta(days=1))
    monkeypatch.setattr(watching, "A_ROUND", 1)
    a_round()
    assert [asked for asked in meta.asked if asked.endswith("/subscriptions")] == ["GET 77/subscriptions"]
    assert second.webhook_checked_at > utcnow() - timedelta(minutes=1)
