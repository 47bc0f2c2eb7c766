"""Two who import in the same moment."""

import threading

import pytest

from tests import cast
from tests.configuration.files import confirm, file, look
from tests.configuration.test_import import FLOW, GATEWAY, QUEUE
from tests.conftest import Client
from webgateway.db import db
from webgateway.flows.models import Flow
from webgateway.gateways.models import Gateway
from webgateway.queues.models import Queue
from webgateway.users import joining


@pytest.fixture
def two(app) -> list[Client]:
    password = cast.person("Ada").password
    for name in ("Ben", "Cleo"):
        user = joining.join(
            cast.tenant(), f"{name}@example.com", "x" * 9, joining.built_in("administrator"), name=name
        )
        user.password = password
    db.session.commit()
    return [Client(app, name) for name in ("Ben", "Cleo")]


def test_one_comes_first_and_the_other_is_told(app, two):
    content = file(queues=[QUEUE], flows=[{**FLOW, "refs": ["spring"]}], gateways=[GATEWAY])
    previews = [look(client, content) for client in two]
    ready, answers = threading.Barrier(2), []

    def press(client: Client, preview: object) -> None:
        with app.app_context():
            ready.wait()
            answers.append(confirm(client, preview).status_code)

    threads = [threading.Thread(target=press, args=pair) for pair in zip(two, previews, strict=True)]
    db.session.commit()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [303, 422]
    for model, number in ((Queue, 2), (Flow, 1), (Gateway, 1)):
        found = db.session.scalars(model.of(cast.tenant())).all()
        assert len(found) == number, model
