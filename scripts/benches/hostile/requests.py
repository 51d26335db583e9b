"""One request and what came of it, whichever way it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sent:
    """A request: `kind` says what is wrong with it, `route` whose it is, `path` is as it stands in a request line."""

    kind: str
    route: str
    path: str
    body: bytes = b""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.route.partition(" ")[0]


@dataclass(frozen=True)
class Answered:
    """The answer; `log` is what the function printed, where it was called in this process."""

    status: int
    body: bytes
    log: str = ""
