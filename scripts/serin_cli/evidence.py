"""A release as it was answered, for programs that read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """The release's own fields beside its plan, shifts, steps and judgements."""
    return {**record["release"], **{name: part for name, part in record.items() if name != "release"}}
