from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One act of a customer as it was asked for."""

    values: dict[str, Any]
    base: str
    """address of the simulator, for pictures"""

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name) or default)
