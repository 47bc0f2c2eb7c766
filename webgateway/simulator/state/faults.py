import random
import re
from dataclasses import dataclass


@dataclass
class Fault:
    """Something that goes wrong on purpose, and for which calls."""

    name: str
    argument: str = ""
    remaining: int | None = None
    """how many more times; None = until switched off"""
    method: str = ""
    path: str = ""
    """regular expression, searched in the path"""
    page: str = ""
    probability: float = 1.0
    hits: int = 0

    def matches(self, method: str, path: str, page: str = "") -> bool:
        return (
            (self.remaining is None or self.remaining > 0)
            and (not self.method or self.method.upper() == method)
            and (not self.path or re.search(self.path, path) is not None)
            and (not self.page or self.page == page or self.page in path.split("/"))
            and (self.probability >= 1 or random.random() < self.probability)
        )

    def hit(self) -> None:
        self.hits += 1
        if self.remaining is not None:
            self.remaining -= 1
