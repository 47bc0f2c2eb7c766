from datetime import date

import pytest

from webgateway.meta import versions

TODAY = date(2026, 11, 21)


def test_the_newest_version_is_v26() -> None:
    assert versions.NEWEST == "v26.0"


def test_the_versions_meta_serves_today_come_newest_first() -> None:
    names = [version.name for version in versions.usable(TODAY)]
    assert names == ["v26.0", "v25.0", "v24.0", "v23.0", "v22.0", "v21.0"]


def test_a_version_expires_on_the_day_meta_named() -> None:
    v21 = versions.find("v21.0")
    assert v21 is not None
    assert not v21.expired(date(2027, 1, 20))
    assert v21.expired(date(2027, 1, 21))
    assert v21.days_left(TODAY) == 61


def test_a_version_without_an_end_never_expires() -> None:
    newest = versions.find("v26.0")
    assert newest is not None
    assert not newest.expired(date(2040, 1, 1))
    assert newest.days_left(TODAY) is None


def test_an_unknown_version_is_not_found() -> None:
    assert versions.find("v99.0") is None


@pytest.mark.parametrize("name", ["v24.0", "v2.12", "v100.0"])
def test_a_version_is_written_with_v_and_a_dot(name: str) -> None:
    assert versions.SYNTAX.match(name)


@pytest.mark.parametrize(
    "name", ["24.0", "v24", "v0.1", "V24.0", "v24.0 ", "v24.0\n", "v24.0/me", "v٢.0", ""]
)
def test_other_spellings_of_a_version_are_refused(name: str) -> None:
    assert not versions.SYNTAX.match(name)
