"""The headers of a request by their names in lower case, as signatures and permissions have them."""

from __future__ import annotations

from functools import lru_cache

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY

from infra.local.iam.requests.bodies import Environ

_OF_THE_BODY = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
"""These two are not given where they are empty."""


def headers_of(environ: Environ) -> dict[str, str]:
    """Those the environment holds; S3's metadata keep the underscores that they were sent with."""
    spelled = environ.get(PRESERVED_HEADER_NAMES_ENVIRON_KEY) or {}
    headers = {}
    for key, value in environ.items():
        name = _name(key)
        if name is not None and (value or key not in _OF_THE_BODY):
            headers[spelled[key].lower() if key in spelled else name] = value
    return headers


@lru_cache(maxsize=4096)
def _name(key: str) -> str | None:
    """The header that an entry of the environment stands for; None for what is no header."""
    if key in _OF_THE_BODY:
        return key.replace("_", "-").lower()
    if not key.startswith("HTTP_") or key[5:] in _OF_THE_BODY:
        return None
    return key[5:].replace("_", "-").lower()
