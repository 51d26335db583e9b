"""AWS's signature of a request, version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Keys:
    """Who signs, and for which service of which region; `token` belongs to keys that are lent for a time."""

    id: str
    secret: str
    token: str | None
    region: str
    service: str


def signed(headers: Mapping[str, str], body: bytes, keys: Keys, seconds: float | None = None) -> dict[str, str]:
    """The headers of a POST to `/`, among them `Host`, with those that sign it.

    AWS takes a signature by its own time: `seconds` since 1970, real ones whatever clock the platform goes by.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
    lent = {"X-Amz-Security-Token": keys.token} if keys.token else {}
    headers_sent = {**headers, "X-Amz-Date": moment, **lent}
    lower = {name.lower(): value for name, value in headers_sent.items()}
    names = ";".join(sorted(lower))
    listed = "".join(f"{name}:{lower[name]}\n" for name in sorted(lower))
    request = "\n".join(("POST", "/", "", listed, names, hashlib.sha256(body).hexdigest()))
    scope = f"{moment[:8]}/{keys.region}/{keys.service}/aws4_request"
    text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    signing = _signing(keys, moment[:8]).copy()
    signing.update(text.encode())
    said = f"Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={signing.hexdigest()}"
    return {**headers_sent, "Authorization": f"{_ALGORITHM} {said}"}


@lru_cache(maxsize=4)
def _signing(keys: Keys, day: str) -> hmac.HMAC:
    """What has the day's key already: a copy of it signs, and hands over to no other thread for that."""
    key = f"AWS4{keys.secret}".encode()
    for part in (day, keys.region, keys.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, digestmod="sha256")
