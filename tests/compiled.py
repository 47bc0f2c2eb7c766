"""What each application compiles for itself, compiled once a run: each test has its own application, and half
of its time would go into templates and addresses that are always the same."""

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from webgateway import Application


class Templates(BytecodeCache):
    """Their code, in memory."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code[bucket.key + bucket.checksum] = bucket.code


class Address(Rule):
    """Werkzeug writes two functions for each address. This is a name of its own: should it change, tests are
    slower, and nothing else."""

    written: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        of = (append_unknown, *self._trace)
        if of not in self.written:
            self.written[of] = super()._compile_builder(append_unknown)
        return self.written[of]


def once() -> None:
    options: dict[str, Any] = {**Application.jinja_options, "bytecode_cache": Templates()}
    Application.jinja_options = options
    Application.url_rule_class = Address
