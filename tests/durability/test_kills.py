"""Every 200 is a promise: processes are killed at random moments, and nothing is lost or doubled."""

import os
import random

import pytest

from tests.conftest import settings_in
from tests.durability.trial import Trial

SECONDS = 8.0


@pytest.fixture
def seed() -> int:
    """WEBGATEWAY_TEST_SEED repeats a trial as far as chance goes."""
    return int(os.environ.get("WEBGATEWAY_TEST_SEED") or random.randrange(10**9))


def test_what_was_answered_200_is_kept_once_whoever_is_killed(
    databases, database_url, queue_kind, queue_url, tmp_path, seed
):
    settings = settings_in(tmp_path, database_url=database_url, queue_url=queue_url)
    emptied = databases.redis.empty if queue_kind == "redis" else None
    result = Trial(settings, SECONDS, seed, pause=0.12, in_the_middle=emptied).run()
    assert result.verdict.good, f"{result.verdict} (WEBGATEWAY_TEST_SEED={seed}, {dict(result.kills)})"
    assert result.deliveries > 20
