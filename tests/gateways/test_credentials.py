"""App ID and App Secret, asked again in the background."""

import pytest

from tests import cast
from webgateway.db import db
from webgateway.gateways import credentials


@pytest.fixture
def unverified(gateway):
    gateway.credentials = "unverified"
    db.session.commit()
    return gateway


def test_the_background_check_verifies_what_was_saved_in_silence(meta, unverified):
    credentials.recheck()
    assert unverified.credentials == "verified"
    assert unverified.app_name == "Acme support"
    assert unverified.credentials_checked_at is not None


def test_the_background_check_finds_a_wrong_secret(meta, unverified):
    meta.secret = "f" * 32
    db.session.commit()
    credentials.recheck()
    assert unverified.credentials == "refused"
    assert "App Secret is wrong" in unverified.credentials_error


def test_while_meta_is_silent_one_question_is_enough(meta, unverified):
    cast.gateway("Sales", app_id="777", credentials="unverified")
    meta.reachable = False
    credentials.recheck()
    assert len(meta.asked) == 1
    assert unverified.credentials == "unverified"


def test_verified_and_deleted_gateways_are_left_alone(meta, gateway):
    cast.gateway("Gone", app_id="777", credentials="unverified", deleted_at=gateway.created_at)
    credentials.recheck()
    assert not meta.asked


def test_an_answer_about_an_older_secret_is_not_kept(meta, unverified):
    def replaced_meanwhile(_request):
        with meta.app.app_context():
            db.session.execute(db.text("UPDATE gateways SET app_id = '5'"))
            db.session.commit()

    meta.mock.add_matcher(replaced_meanwhile)
    credentials.recheck()
    assert unverified.credentials == "unverified"
