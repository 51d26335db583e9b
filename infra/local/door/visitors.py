"""Programs of this machine are let in, pages in a browser are not.

A browser says where a request comes from (`Origin`, `Sec-Fetch-Site`), and which name it has resolved to this
machine (`Host`): a page that had its own name resolved to the loopback (DNS rebinding) is told by that name alone.
"""

from __future__ import annotations

import re

_HERE = re.compile(r"(?:127\.0\.0\.1|\[::1\]|localhost):([0-9]{1,5})", re.IGNORECASE)
_BUCKET_HERE = re.compile(r"(?:[a-z0-9][a-z0-9.-]*\.)?localhost:([0-9]{1,5})", re.IGNORECASE)
"""S3's clients may write a bucket before the name; browsers and resolvers keep `*.localhost` on this machine."""


def wrong_host(host: str | None, port: int, buckets: bool = False) -> str | None:
    """What is wrong with the name a request was sent to, in a sentence; None for this machine and this port."""
    match = _HERE.fullmatch(host or "") or (_BUCKET_HERE.fullmatch(host or "") if buckets else None)
    if match and int(match.group(1)) == port:
        return None
    name = re.sub(r"[^A-Za-z0-9.:\[\]-]", "?", (host or "A request without a host")[:80])
    return f"{name} is not this machine's port {port}. Use 127.0.0.1:{port} or localhost:{port}."


def from_a_page(origin: str | None, site: str | None) -> str | None:
    """Why a request is taken for that of a page, in a sentence; None for a program or what a person typed."""
    if origin is None and site in (None, "none"):
        return None
    return "This is not for pages in a browser. Use a program with the keys that serin up writes."
