import json
from dataclasses import dataclass, field
from typing import Any

from webgateway.simulator.graph.errors import missing_parameter
from webgateway.simulator.platform import File, Platform
from webgateway.simulator.world import World


@dataclass
class Call:
    """One Graph request, or one part of a batch."""

    platform: Platform
    method: str
    version: str
    """as served, not as asked"""
    path: tuple[str, ...]
    params: dict[str, Any]
    base: str
    """address of the simulator without a slash at the end, for links in answers"""
    access_token: str = ""
    token_in: str = ""
    files: dict[str, File] = field(default_factory=dict)
    """of a multipart request, by field"""
    node: str = field(default="")
    """id of the node the path names, `me` resolved"""

    @property
    def world(self) -> World:
        return self.platform.world

    @property
    def edge(self) -> str:
        return self.path[1] if len(self.path) > 1 else ""

    def text(self, name: str) -> str:
        value = self.params.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing_parameter(name)
        return value

    def data(self, name: str) -> Any:
        """A parameter that is an object: JSON already, or JSON in a string (contract 7.1)."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value

    def names(self, name: str) -> list[str]:
        value = self.data(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in self.text(name).split(",") if item.strip()]
