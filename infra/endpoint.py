"""Which cloud a `cdk` command reaches, told by where its requests go.

A template for this machine's Python and processor must never reach AWS, nor one for AWS a local cloud.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlparse

from botocore.exceptions import ProfileNotFound
from botocore.session import Session

from infra.settings import Cloud
from serin.domain.errors import Invalid

_EVERY = "AWS_ENDPOINT_URL"
_IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_NEEDED = ("CLOUDFORMATION", "S3", "SSM", "STS")


def cloud_for(environment: Mapping[str, str], wanted: object = None, profile_url: str = "") -> Cloud:
    """`local` when AWS_ENDPOINT_URL is on this machine, else `aws`; raises Invalid when `wanted` says otherwise.

    `wanted` is the context `cloud` (`cdk -c cloud=local`); `profile_url` is the endpoint of the
    profile, which counts where the environment names none. Endpoints of single services must agree
    with the others, for half of a deploy would go elsewhere.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    ignored = environment.get(_IGNORE, "").lower() == "true"
    urls = {"": ""} if ignored else {name: _url(environment, name) or profile_url for name in _NEEDED}
    here = {_is_here(url) for url in urls.values()}
    if len(here) > 1:
        raise Invalid(
            f"Some of {', '.join(f'{_EVERY}_{name}' for name in _NEEDED)} are on this machine and others are not.",
            f"Set {_EVERY} alone.",
        )
    cloud: Cloud = "local" if here.pop() else "aws"
    if wanted not in (None, cloud):
        raise Invalid(
            f"The context says cloud={wanted}, but requests go to {'the local cloud' if cloud == 'local' else 'AWS'}.",
            f"Set {_EVERY} to the local cloud's endpoint to deploy there; unset it to deploy to AWS.",
            "cloud",
        )
    return cloud


def endpoint_of_profile() -> str:
    """`endpoint_url` of the profile the environment chooses; empty without one."""
    session = Session()
    try:
        return str(session.get_scoped_config().get("endpoint_url", ""))
    except ProfileNotFound as error:
        raise Invalid(f"{error}.", "Correct AWS_PROFILE, or write the profile.") from error


def _url(environment: Mapping[str, str], service: str) -> str:
    return environment.get(f"{_EVERY}_{service}") or environment.get(_EVERY, "")


def _is_here(url: str) -> bool:
    host = urlparse(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
