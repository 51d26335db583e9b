"""The `Idempotency-Key` of a request: what tells a repeat from a new question."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HEADER = "idempotency-key"
_DIGITS = 32


def key_digest(headers: Mapping[str, Any]) -> str | None:
    """What the key is known by, or None without one; the key itself, which may tell of a person, is kept nowhere.

    `headers` are in lower case, as the HTTP API gives them.
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
    """
    key = headers.get(HEADER)
    if not isinstance(key, str) or not key.strip():
        return None
    # Few send one.
    from serin.domain.names import digest

    return digest(key.strip().encode("utf-8", "surrogatepass"))[:_DIGITS]
