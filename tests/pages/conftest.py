import re
import threading
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock
from requests_mock import ANY
from werkzeug.serving import make_server

from tests import cast
from tests.pages.meta import GRAPH, Meta
from tests.working import until_done
from webgateway.gateways.models import Gateway
from webgateway.pages import completing
from webgateway.simulator.app import close, create_simulator


@pytest.fixture
def meta(requests_mock: requests_mock.Mocker) -> Meta:
    meta = Meta(cast.APP_ID)
    requests_mock.register_uri(ANY, re.compile(f"^{GRAPH}/v"), json=meta.answer)
    return meta


@pytest.fixture
def gateway(app) -> Gateway:  # type: ignore[no-untyped-def]
    return cast.gateway()


@pytest.fixture
def start() -> Callable:  # type: ignore[type-arg]
    """Press Add or Remove Pages; the state that went to Facebook."""

    def press(client, gateway: Gateway, tab: str = "pages") -> str:  # type: ignore[no-untyped-def]
        answer = client.get(f"/gateways/{gateway.id}/{tab}/connect")
        return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]

    return press


@pytest.fixture
def come_back() -> Callable:  # type: ignore[type-arg]
    """From Facebook to the gateway's URI; the refusal, or the login's page when the worker is done."""

    def through(client, uri: str, **query: str):  # type: ignore[no-untyped-def]
        back = client.get(uri, query_string=query)
        if back.status_code != 303:
            return back
        until_done(completing)
        return client.get(back.headers["Location"])

    return through


@pytest.fixture
def log_in(start, come_back) -> Callable:  # type: ignore[no-untyped-def, type-arg]
    """Through Facebook and back; the result page's answer."""

    def through(client, gateway: Gateway, tab: str = "pages"):  # type: ignore[no-untyped-def]
        return come_back(client, f"/meta/{gateway.uri}", code="AQD", state=start(client, gateway, tab))

    return through


@pytest.fixture
def simulator() -> Iterator[str]:
    """The simulated Meta over real HTTP; its address."""
    meta = create_simulator(settings={"deliver": False})
    server = make_server("127.0.0.1", 0, meta, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    close(meta)
