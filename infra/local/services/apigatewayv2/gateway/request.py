"""One HTTP request, read whole, as the gateway knows it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def new_request_id() -> str:
    """An id in API Gateway's form."""
    return base64.b64encode(secrets.token_bytes(11)).decode()


@dataclass(frozen=True)
class Request:
    """`path` is still percent-encoded; header names are lower-case and may repeat."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    port: int
    time_ms: int
    protocol: str = "HTTP/1.1"
    id: str = field(default_factory=new_request_id)

    @property
    def cookies(self) -> list[str]:
        """One entry a cookie."""
        return [cookie.strip() for name, value in self.headers if name == "cookie" for cookie in value.split(";")]

    @property
    def joined_headers(self) -> dict[str, str]:
        """Repeated headers joined by commas, cookies apart, and what the gateway adds."""
        joined = _joined((name, value) for name, value in self.headers if name != "cookie")
        forwarded = [*filter(None, [joined.get("x-forwarded-for")]), self.source_ip]
        trace = {"x-amzn-trace-id": f"Root=1-{self.time_ms // 1000:08x}-{secrets.token_hex(12)}"}
        return {
            **trace,
            **joined,
            "x-forwarded-for": ", ".join(forwarded),
            "x-forwarded-port": str(self.port),
            "x-forwarded-proto": "http",
        }

    @property
    def query_parameters(self) -> dict[str, str]:
        """Decoded; repeated ones joined by commas."""
        return _joined(parse_qsl(self.query, keep_blank_values=True))

    @property
    def decoded_path(self) -> str:
        """What HTTP APIs call rawPath."""
        return unquote(self.path)

    def header(self, name: str) -> str | None:
        """One header, repeated ones joined."""
        values = [value for known, value in self.headers if known == name.lower()]
        return ",".join(values) if values else None

    def text_body(self) -> tuple[str, bool]:
        """The body as a function gets it, and whether it is base64.

        HTTP APIs take `text/*` and three application types for text; forms and bodies without a type are not.
        """
        content_type = (self.header("content-type") or "").lower()
        if content_type.startswith(_TEXT_TYPES):
            return self.body.decode("utf-8", "replace"), False
        return base64.b64encode(self.body).decode(), True


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
