"""All kinds of records that a file may hold, in the order in which they refer to each other."""

from collections.abc import Iterator
from typing import Any

from .agents import Agents
from .canned_answers import CannedAnswers
from .closing_reasons import ClosingReasons
from .flows import Flows
from .gateways import Gateways
from .items import Importer
from .kind import Kind
from .people import People
from .queues import Queues
from .roles import Roles

ALL: tuple[type[Kind[Any, Any]], ...] = (
    *(Roles, Queues, Agents, Flows, CannedAnswers, ClosingReasons, Gateways),
)


class Kinds:
    """Everything that a tenant has of them, by a number of queries that does not grow."""

    def __init__(self, by: Importer) -> None:
        people = People(by.tenant)
        queues = Queues(by, people)
        flows = Flows(by, queues)
        self.all: tuple[Kind[Any, Any], ...] = (
            Roles(by),
            queues,
            Agents(by, people),
            flows,
            CannedAnswers(by, queues),
            ClosingReasons(by),
            Gateways(by, flows),
        )

    def __iter__(self) -> Iterator[Kind[Any, Any]]:
        return iter(self.all)
