"""The health board: what is known, said in words, with who must act and one button."""

from datetime import timedelta

import pytest
from flask_login import login_user

from tests import cast
from tests.pages.test_integrity import many
from webgateway.db import db, utcnow
from webgateway.gateways import health as gateways
from webgateway.meta.pages import APP_FIELDS
from webgateway.pages import health
from webgateway.pages.notices import Notice


@pytest.fixture
def page(gateway):
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway), "EAA-page-1")
    return page


def notice(page, **values):
    given = {"kind": "policy", "subject": "blocked", "state": "blocked", "since": utcnow(), "at": utcnow()}
    db.session.add(Notice(page_id=page.id, **{**given, **values}))
    db.session.commit()


@pytest.fixture
def line(app):
    """The line of a board by its name, as a request would have it."""

    def of(what, name):
        with app.test_request_context():
            login_user(cast.person("Ada"))
            lines = (
                health.lines_of([what])[what.id] if isinstance(what, cast.Page) else gateways.lines_of(what)
            )
        return next(one for one in lines if one.name == name)

    return of


def at_meta(gateway, object="page", missing=(), url=None):
    fields = [field for field in APP_FIELDS[object] if field not in missing]
    return {
        "object": object,
        "callback_url": url or gateway.public_uri,
        "fields": fields,
        "missing": sorted(missing),
    }


class TestGateway:
    def test_the_tab_stands_after_instagram(self, as_ada, gateway):
        text = as_ada.get(f"/gateways/{gateway.id}").text
        assert text.index("/instagram") < text.index(f'href="/gateways/{gateway.id}/health"')
        assert ">Health</a>" not in as_ada.get("/gateways/new").text

    def test_it_asks_meta_nothing(self, as_ada, gateway, page, requests_mock):
        assert as_ada.get(f"/gateways/{gateway.id}/health").status_code == 200
        assert as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").status_code == 200
        assert requests_mock.call_count == 0

    def test_credentials_say_what_meta_says(self, gateway, line):
        assert line(gateway, "App ID and App Secret").state == "ok"
        gateway.credentials, gateway.credentials_error = "refused", "The App Secret is wrong."
        found = line(gateway, "App ID and App Secret")
        assert (found.state, found.meaning, found.who) == (
            "bad", "The App Secret is wrong.", "An administrator here",
        )  # fmt: skip
        assert found.action.url == f"/gateways/{gateway.id}"

    def test_the_app_webhook_is_shown_as_meta_has_it(self, gateway, line):
        gateway.webhook_at_meta = [at_meta(gateway), at_meta(gateway, "instagram", ["message_edit"])]
        of_pages = line(gateway, "App webhook, Facebook pages")
        assert of_pages.state == "ok"
        assert of_pages.details[0] == f"Address: {gateway.public_uri}"
        assert "messages" in of_pages.details[1]
        of_instagram = line(gateway, "App webhook, Instagram")
        assert (of_instagram.state, of_instagram.meaning) == (
            "warn", "Meta delivers here, except for message_edit.",
        )  # fmt: skip

    def test_a_webhook_that_points_elsewhere_offers_to_register_again(self, gateway, line):
        gateway.webhook_at_meta = [at_meta(gateway, url="https://other.example/meta")]
        found = line(gateway, "App webhook, Facebook pages")
        assert (found.state, found.action.label, found.action.writes) == ("bad", "Register again", True)
        assert found.action.url == f"/gateways/{gateway.id}/activation"

    def test_a_gateway_that_is_off_offers_to_be_switched_on(self, gateway, line):
        gateway.enabled = False
        assert line(gateway, "State").action.label == "Switch on"

    def test_refused_signatures_say_since_when(self, gateway, line):
        gateway.signature_refused_at = utcnow()
        found = line(gateway, "Signatures")
        assert (found.state, found.since) == ("bad", gateway.signature_refused_at)

    def test_a_pause_that_meta_asked_for_is_said_with_its_end(self, gateway, line):
        gateway.calls_paused_until = utcnow() + timedelta(minutes=5)
        found = line(gateway, "Meta's limits")
        assert found.state == "warn"
        assert f"{gateway.calls_paused_until:%H:%M} UTC" in found.meaning

    def test_dead_logins_are_counted(self, gateway, page, line):
        assert line(gateway, "Logins").meaning == "The login works."
        cast.account(gateway, "Marco Rossi", "47", dead_since=utcnow())
        found = line(gateway, "Logins")
        assert (found.state, found.meaning) == ("warn", "1 of 2 logins no longer works.")
        assert found.action.popup

    def test_permissions_are_held_against_what_is_needed(self, gateway, line):
        assert line(gateway, "Permissions").state == "unknown"
        cast.account(gateway, scopes=["pages_show_list", "pages_messaging", "pages_manage_metadata"])
        assert line(gateway, "Permissions").state == "ok"
        cast.account(gateway, "Marco Rossi", "47", scopes=["pages_show_list", "pages_manage_metadata"])
        found = line(gateway, "Permissions")
        assert found.meaning.startswith("Marco Rossi did not grant pages_messaging.")
        assert found.action.label == "Reconnect"

    def test_the_calendar_marks_the_version_in_use_and_counts_the_days(self, as_ada, gateway):
        gateway.api_version = "v25.0"
        db.session.commit()
        text = as_ada.get(f"/gateways/{gateway.id}/health").text
        assert "18 February 2026" in text
        assert "29 July 2028" in text
        assert "Used here" in text.split("v25.0", 2)[-1][:200]
        assert "Not announced" in text

    def test_an_expired_version_is_in_the_calendar_too(self, gateway):
        gateway.api_version = "v19.0"
        rows = gateways.calendar(gateway, utcnow().date())
        assert (rows[-1].version.name, rows[-1].chosen) == ("v19.0", True)
        assert "no longer serves" in rows[-1].advice

    def test_pages_in_trouble_are_counted_and_found(self, as_ada, gateway, page, line):
        cast.page(gateway, "Blue Door Books", "108001", problem="The task MESSAGING is missing.")
        assert line(gateway, "Pages").meaning == "1 of 2 pages has trouble."
        text = as_ada.fragment(f"/gateways/{gateway.id}/health?only=troubles").text
        assert "Blue Door Books" in text
        assert "The task MESSAGING is missing." in text or "No login covers this page" in text
        assert "Cisco Dogs" not in text

    def test_no_trouble_is_said_as_such(self, as_ada, gateway, page):
        assert "No page has trouble" in as_ada.fragment(f"/gateways/{gateway.id}/health?only=troubles").text

    def test_without_pages_it_says_where_to_connect_them(self, as_ada, gateway):
        assert "No pages yet" in as_ada.get(f"/gateways/{gateway.id}/health").text

    def test_the_fragment_is_the_list_of_pages_alone(self, as_ada, gateway, page):
        text = as_ada.fragment(f"/gateways/{gateway.id}/health").text
        assert text.lstrip().startswith('<div id="list"')
        assert "<html" not in text

    def test_more_pages_do_not_mean_more_queries(self, as_ada, gateway, count_queries):
        many(gateway, 3)
        with count_queries() as few:
            as_ada.get(f"/gateways/{gateway.id}/health")
        for n in range(17):
            grant = cast.Grant(page=cast.page(gateway, f"More {n}", f"2080{n}"), account_id=1, token="EAA")
            db.session.add(grant)
        db.session.commit()
        with count_queries() as more:
            as_ada.get(f"/gateways/{gateway.id}/health")
        assert len(more) == len(few)

    def test_whoever_may_only_read_gets_no_button_that_writes(self, as_sam, gateway, page):
        gateway.enabled = False
        db.session.commit()
        text = as_sam.get(f"/gateways/{gateway.id}/health").text
        assert "Switch on" not in text
        assert "Check now" not in text
        assert as_sam.post(f"/gateways/{gateway.id}/health/checks").status_code == 403


class TestPage:
    def test_everything_known_is_a_line(self, as_ada, gateway, page):
        text = as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").text
        for name in (
            "Login",
            "Permissions",
            "Webhook subscription",
            "Meta&#39;s rules",
            "Sending",
            "Last event",
        ):
            assert f"<h2>{name} " in text

    def test_the_register_leads_there(self, as_ada, gateway, page):
        assert (
            f'href="/gateways/{gateway.id}/pages/{page.id}/health"'
            in as_ada.get(f"/gateways/{gateway.id}/pages").text
        )

    def test_the_register_says_what_meta_holds_against_a_page(self, as_ada, gateway, page):
        assert "See what is wrong" not in as_ada.get(f"/gateways/{gateway.id}/pages").text
        notice(page)
        text = as_ada.get(f"/gateways/{gateway.id}/pages").text
        assert "Meta has blocked this page from sending messages." in text
        assert "See what is wrong" in text

    @pytest.mark.parametrize("end", ["expires_at", "data_access_expires_at"])
    def test_a_login_that_ends_soon_warns_and_says_who_must_act(self, page, line, end):
        account = page.grants[0].account
        setattr(account, end, utcnow() + timedelta(days=3))
        db.session.commit()
        found = line(page, "Login")
        assert (found.state, found.who, found.action.label) == ("warn", account.name, "Reconnect")
        assert f"{account.name}'s login ends on" in found.meaning
        assert db.session.scalars(db.select(cast.Page).where(health.troubled())).all() == [page]

    def test_a_login_that_lasts_says_until_when(self, page, line):
        page.grants[0].account.expires_at = utcnow() + timedelta(days=50)
        db.session.commit()
        found = line(page, "Login")
        assert found.state == "ok"
        assert "It lasts until" in found.meaning
        assert db.session.scalars(db.select(cast.Page).where(health.troubled())).all() == []

    def test_a_dead_login_says_why_since_when_and_offers_to_reconnect(self, gateway, line):
        page, since = cast.page(gateway), utcnow()
        cast.grant(page, cast.account(gateway), dead_since=since, dead_reason="The login has expired.")
        found = line(page, "Login")
        assert found.meaning == "The login has expired. Messages still arrive; nothing can be sent."
        assert (found.state, found.since, found.who) == ("bad", since, "A page administrator")
        assert (found.action.label, found.action.popup) == ("Reconnect", True)

    def test_permissions_are_held_against_what_is_needed(self, gateway, line):
        page = cast.page(gateway)
        cast.grant(page, cast.account(gateway, scopes=["pages_show_list", "pages_messaging"]))
        found = line(page, "Permissions")
        assert found.state == "warn"
        assert "Missing: pages_manage_metadata." in found.meaning
        assert "Granted: pages_show_list, pages_messaging" in found.details

    def test_a_page_that_is_off_is_switched_on_by_its_button(self, as_ada, gateway, page, meta, line):
        page.subscribed = page.messenger_wanted = False
        db.session.commit()
        assert line(page, "Webhook subscription").word == "Off"
        action = line(page, "Webhook subscription").action
        assert as_ada.post(action.url, data=action.fields).status_code == 303
        assert "messages" in meta.subscriptions[page.meta_id]

    def test_what_is_switched_on_and_not_subscribed_is_bad(self, gateway, page, line):
        page.subscribed = False
        db.session.commit()
        assert line(page, "Webhook subscription").state == "bad"
        assert line(gateway, "Pages").meaning == "1 of 1 page has trouble."

    def test_a_drift_is_bad_until_it_is_mended(self, gateway, page, line):
        page.drift, page.drift_since = "Meta had unsubscribed this page", utcnow()
        db.session.commit()
        found = line(page, "Webhook subscription")
        assert (found.state, found.since) == ("bad", page.drift_since)
        assert line(gateway, "Pages").state == "warn"
        page.drift_mended_at = utcnow()
        db.session.commit()
        found = line(page, "Webhook subscription")
        assert (found.state, "it was subscribed again" in found.meaning) == ("ok", True)
        assert line(gateway, "Pages").state == "ok"

    @pytest.mark.parametrize(
        ("values", "suffices", "state"),
        [
            ({"instagram_error": "Meta refused."}, True, "bad"),
            ({}, False, "bad"),
            ({"instagram_muted": True}, True, "bad"),
            ({"instagram_wanted": False, "instagram_muted": True}, True, "unknown"),
            ({}, True, "ok"),
        ],
    )
    def test_an_instagram_account_has_a_line_that_the_list_agrees_with(
        self, gateway, line, values, suffices, state
    ):
        page = cast.page(gateway, instagram_id="17841405726653026", **values)
        cast.grant(page, cast.account(gateway), instagram_suffices=suffices)
        assert line(page, "Instagram").state == state
        assert (line(gateway, "Pages").state == "warn") == (state == "bad")

    def test_a_page_without_an_account_has_no_such_line(self, page, line):
        with pytest.raises(StopIteration):
            line(page, "Instagram")

    def test_a_notice_is_shown_with_metas_words_and_where_to_appeal(self, as_ada, gateway, page, line):
        notice(page, what="Too many spammy messages.")
        found = line(page, "Meta's rules")
        assert (found.state, found.who) == ("bad", "A page administrator, at Meta")
        text = as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").text
        assert "Meta&#39;s words: Too many spammy messages." in text
        assert 'href="https://www.facebook.com/business-support-home/" rel="external noopener"' in text

    def test_what_was_never_asked_is_not_called_well(self, page, line):
        assert line(page, "Meta's rules").state == "unknown"

    def test_a_page_in_trouble_is_among_the_troubles_and_a_page_that_is_well_is_not(self, gateway, page):
        def found():
            return [
                one.id for one in db.session.scalars(cast.Page.connected_to(gateway).where(health.troubled()))
            ]

        assert found() == []
        notice(page)
        assert found() == [page.id]

    def test_hostile_words_of_metas_stay_words(self, as_ada, gateway, page):
        notice(page, what="<script>alert(1)</script>")
        assert "<script>alert" not in as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").text

    def test_strangers_find_nothing(self, as_rita, gateway, page):
        assert as_rita.get(f"/gateways/{gateway.id}/health").status_code == 404
        assert as_rita.get(f"/gateways/{gateway.id}/pages/{page.id}/health").status_code == 404

    def test_a_removed_page_has_no_board(self, as_ada, gateway, page):
        page.removed_at = utcnow()
        db.session.commit()
        assert as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").status_code == 404


class TestCheckNow:
    def test_it_asks_about_credentials_webhook_and_pages(self, as_ada, gateway, page, meta):
        meta.statuses[page.meta_id] = {"status": "suspended", "timestamp": 1785312003}
        meta.subscriptions[page.meta_id] = ["messages"]
        meta.app_subscriptions = [
            {"object": "page", "callback_url": gateway.public_uri, "active": True, "fields": ["messages"]}
        ]
        answer = as_ada.post(f"/gateways/{gateway.id}/health/checks")
        assert (answer.status_code, answer.location) == (303, f"/gateways/{gateway.id}/health")
        text = as_ada.get(answer.location).text
        assert "Meta was asked; this is what it says now." in text
        assert "Meta has suspended this page." in text
        assert gateway.webhook_at_meta[0]["fields"] == ["messages"]
        assert page.subscribed_fields == ["messages"]

    def test_a_webhook_that_is_gone_at_meta_is_noticed(self, as_ada, gateway, page, meta, line):
        meta.app_subscriptions = []
        as_ada.post(f"/gateways/{gateway.id}/health/checks")
        found = line(gateway, "App webhook")
        assert (found.state, found.action.label) == ("bad", "Register again")

    def test_an_address_of_somebody_else_is_noticed(self, as_ada, gateway, page, meta):
        meta.app_subscriptions = [{"object": "page", "callback_url": "https://other.example", "fields": []}]
        as_ada.post(f"/gateways/{gateway.id}/health/checks")
        assert "https://other.example" in gateway.webhook_error

    def test_a_wrong_secret_ends_the_check_and_is_said(self, as_ada, gateway, page, meta):
        meta.refuses["oauth/access_token"] = {"code": 1, "message": "Error validating client secret."}
        as_ada.post(f"/gateways/{gateway.id}/health/checks")
        assert gateway.credentials == "refused"
        text = as_ada.get(f"/gateways/{gateway.id}/health").text
        assert "The App Secret is wrong." in text

    def test_one_page_is_asked_about_alone(self, as_ada, gateway, page, meta):
        cast.grant(cast.page(gateway, "Other", "108001"), cast.account(gateway, "Marco", "47"))
        answer = as_ada.post(f"/gateways/{gateway.id}/pages/{page.id}/health/checks")
        assert answer.location == f"/gateways/{gateway.id}/pages/{page.id}/health"
        assert {path.split("/")[0] for _, path in meta.items} == {page.meta_id}

    def test_meta_away_is_said_and_nothing_changes(self, as_ada, gateway, page):
        as_ada.post(f"/gateways/{gateway.id}/pages/{page.id}/health/checks")
        text = as_ada.get(f"/gateways/{gateway.id}/pages/{page.id}/health").text
        assert "Meta could not be asked about all of it." in text
        assert page.subscribed
