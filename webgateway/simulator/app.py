import atexit
import logging
import signal
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from webgateway.simulator.bot import bot
from webgateway.simulator.demo.blueprint import demo
from webgateway.simulator.dialog.screens import dialog
from webgateway.simulator.graph.door import graph
from webgateway.simulator.pictures import pictures
from webgateway.simulator.platform import Platform
from webgateway.simulator.recordings import recordings
from webgateway.simulator.seed import seeded_world
from webgateway.simulator.settings import Settings
from webgateway.simulator.uploaded import uploaded
from webgateway.simulator.webhooks.deliverer import Deliverer
from webgateway.simulator.world import World


def create_simulator(
    state_file: Path | None = None, seed: bool = True, settings: dict[str, Any] | None = None
) -> Flask:
    """The simulated Meta. `settings` are the members of `Settings`; a state file wins over the seed."""
    chosen = Settings(**(settings or {}))
    app = Flask(__name__, template_folder=str(chosen.templates), static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    here = Platform(chosen, state_file)
    stored = here.snapshot.load() if here.snapshot else None
    here.adopt(stored or (seeded_world() if seed else World()))
    app.extensions["simulator"] = here
    for blueprint in (demo, dialog, pictures, recordings, uploaded, bot, graph):
        app.register_blueprint(blueprint)
    if chosen.deliver:
        deliverer = app.extensions["deliverer"] = Deliverer(here)
        deliverer.start()
    atexit.register(here.save)
    return app


def close(app: Flask) -> None:
    """Stops the deliverer and writes the state: for tests and at the end of `run`."""
    deliverer: Deliverer | None = app.extensions.get("deliverer")
    if deliverer:
        deliverer.stop()
    app.extensions["simulator"].save()


def run(host: str = "127.0.0.1", port: int = 8001, state_file: Path | None = None) -> None:
    """Serves until interrupted or terminated; the state is written at the end."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_simulator(state_file)
    server = make_server(host, port, app, threaded=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    finally:
        close(app)
