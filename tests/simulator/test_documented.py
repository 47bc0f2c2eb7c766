"""docs/simulator.md names every lever: acts, faults, deaths, and what can be asked over JSON."""

from pathlib import Path

import pytest

from webgateway.simulator.contents import INSTAGRAM, MESSENGER
from webgateway.simulator.deaths import WORDS
from webgateway.simulator.demo.acts import ACTS
from webgateway.simulator.demo.catalogue import KINDS

DOCS = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
ON_THE_SCREENS = ("home", "phone", "deliveries", "timing", "faults", "assets", "static", "vendor")
"""Parts of the demo whose routes are pages and the forms on them"""


@pytest.mark.parametrize("what", sorted({*ACTS, *MESSENGER, *INSTAGRAM, *KINDS, *WORDS}))
def test_it_is_named(what):
    assert f"`{what}`" in DOCS


def test_every_json_route_is_named(app):
    for rule in app.url_map.iter_rules():
        parts = rule.endpoint.split(".")
        if parts[0] == "demo" and parts[1] not in ON_THE_SCREENS:
            assert any(rule.rule + end in DOCS for end in "` ,"), rule.rule
