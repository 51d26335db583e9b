"""What a team wrote of a model, as a training used it: with the data it is all that makes the training again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.names import digest


@dataclass(frozen=True)
class ModelSource:
    """`contracts` are by dataset, `code` is file name → content of the model's own Python, `golden` its golden rows."""

    charter: Charter
    contracts: Mapping[str, Contract]
    code: Mapping[str, bytes] = field(default_factory=dict)
    golden: Sequence[Mapping[str, Any]] = ()


def code_digest(code: Mapping[str, bytes]) -> str:
    """Names the model's own code."""
    return digest(*(part for name in sorted(code) for part in (name, code[name])))
