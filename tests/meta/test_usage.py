"""What Meta's headers say of its limits."""

import pytest

from webgateway.meta import usage


def test_the_fullest_counter_decides() -> None:
    assert usage.percent({"call_count": 28, "total_time": 91, "total_cputime": 25}) == 91
    assert usage.percent({}) == 0


def test_only_limits_that_sending_counts_against_are_seen() -> None:
    limits = [{"type": "ads_management", "call_count": 99}, {"type": "messenger", "call_count": 40}]
    assert usage.business_percent({"210": limits, "211": [{"type": "instagram", "total_time": 55}]}) == 55


def test_the_longest_wait_counts_and_none_is_longer_than_a_day() -> None:
    def waits(*minutes: object) -> dict[str, object]:
        return {"210": [{"type": "pages", "estimated_time_to_regain_access": each} for each in minutes]}

    assert usage.wait_minutes(waits(3, 19, 0)) == 19
    assert usage.wait_minutes(waits(10**15)) == 24 * 60
    assert usage.wait_minutes(waits(0, -5, None, "soon")) is None


@pytest.mark.parametrize("told", [{"210": None}, {"210": ["x", None, 7]}, {"210": {"type": "pages"}}, {}])
def test_headers_of_another_shape_say_nothing(told: dict[str, object]) -> None:
    assert (usage.business_percent(told), usage.wait_minutes(told)) == (0, None)
    assert usage.percent({"call_count": "many", "total_time": None}) == 0
