from dataclasses import dataclass, field
from typing import Any


@dataclass
class CallRecord:
    """A Graph request as it came. Tokens, secrets and proofs are left out; how they travelled is kept."""

    at: float
    method: str
    path: str
    version: str
    params: dict[str, Any] = field(default_factory=dict)
    token_in: str = ""
    """query, body, header or nothing"""
    token_type: str = ""
    proof: str = ""
    """plain, timed or nothing"""
    status: int = 0
    code: int = 0
    unimplemented: bool = False
    batch: bool = False
    """one part of a batch"""
