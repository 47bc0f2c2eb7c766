"""The state survives a restart, and tests can begin anew."""

import json
import re
from pathlib import Path

from webgateway.simulator import seed
from webgateway.simulator.app import close, create_simulator
from webgateway.simulator.graph.routes import ROUTES
from webgateway.simulator.seed import seeded_world

from .conftest import Meta

SIMULATOR = Path(seed.__file__).parent


def test_a_restart_goes_on_where_it_was(tmp_path, receiver, eventually):
    file = tmp_path / "simulator.json"
    settings = {"snapshot_delay": 0.02, "deliver": False}
    app = create_simulator(file, settings=settings)
    meta = Meta(app.test_client())
    token = meta.page_token()
    fields = {"fields": "messages", "callback_url": receiver.url, "verify_token": "right"}
    meta.post(f"{seed.APP_ID}/subscriptions", meta.app_token, object="page", **fields)
    meta.post(f"{seed.PAGE_ID}/subscribed_apps", token, subscribed_fields="messages")
    app.extensions["simulator"].clock.advance(60)
    meta.say("Привіт")
    eventually(lambda: file.exists() and "deliveries" in file.read_text())
    close(app)
    again = create_simulator(file)
    here = again.extensions["simulator"]
    eventually(lambda: receiver.requests)
    assert receiver.items()[0]["message"]["text"] == "Привіт"
    assert Meta(again.test_client()).get("me", token)[0] == 200
    assert round(here.clock.offset) == 60
    assert here.world.apps[seed.APP_ID].subscriptions["page"].callback_url == receiver.url
    close(again)


def test_changes_reach_the_file_soon_and_whole(tmp_path, eventually):
    file = tmp_path / "simulator.json"
    app = create_simulator(file, settings={"snapshot_delay": 0.02})
    eventually(file.exists)
    Meta(app.test_client()).login()
    eventually(lambda: json.loads(file.read_text())["grants"])
    assert not file.with_suffix(".writing").exists()
    close(app)


def test_a_reset_forgets_everything(meta, client, here):
    meta.login()
    meta.fault("slow")
    here.clock.advance(100)
    client.post("/_sim/reset")
    assert (here.world.grants, here.world.faults, here.clock.offset) == ({}, [], 0.0)


def test_the_seed_has_what_the_documents_promise():
    world = seeded_world()
    assert len(world.users[seed.OLENA].tasks) == 30
    assert len(world.users[seed.MARCO].tasks) == 2
    assert not world.users[seed.ADA].tasks
    assert seed.PAGE_PORTFOLIO_ID not in world.users[seed.OLENA].tasks
    assert len({page.name for page in world.pages.values()}) == 31
    assert len(world.people) >= 6


def test_every_route_answers_a_documented_method():
    assert {method for method, _, _ in ROUTES} == {"GET", "POST", "DELETE"}


def test_every_assumption_is_one_that_something_is_built_on():
    code = "".join(path.read_text() for path in SIMULATOR.rglob("*.py") if path.stem != "assumptions")
    named = re.findall(r"^([A-Z_0-9]+) =", (SIMULATOR / "assumptions.py").read_text(), re.MULTILINE)
    assert [name for name in named if name not in code] == []
