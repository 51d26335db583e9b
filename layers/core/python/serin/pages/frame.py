"""What surrounds a page of the console: who is signed in, and what their forms prove themselves by."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from serin.pages.rendering import style


@dataclass(frozen=True)
class Frame:
    """Around a page: `proof` is None on a page for whoever is not signed in; `may` are the forms that are shown."""

    owner: str | None = None
    proof: str | None = None
    may: frozenset[str] = frozenset()
    said: str | None = None


def policy() -> str:
    """The content-security policy of the console: nothing is loaded or run, and our own style sheet alone is used.

    https://www.w3.org/TR/CSP3/
    """
    sheet = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{sheet}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
