"""Salts of personal values in memory."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from serin.domain.personal import BYTES


@dataclass
class MemorySalts:
    """The salts by what they are found by."""

    salts: dict[str, bytes] = field(default_factory=dict)
    made: bytes | None = None
    _lock: Lock = field(default_factory=Lock)

    def secret(self) -> bytes | None:
        return self.made

    def make_secret(self) -> bytes:
        with self._lock:
            self.made = self.made or secrets.token_bytes(BYTES)
            return self.made

    def read(self, names: Sequence[str]) -> Mapping[str, bytes]:
        return {name: self.salts[name] for name in names if name in self.salts}

    def destroy(self, name: str) -> None:
        self.salts.pop(name, None)

    def make(self, names: Sequence[str]) -> Mapping[str, bytes]:
        return {name: self.salts.setdefault(name, secrets.token_bytes(BYTES)) for name in names}
