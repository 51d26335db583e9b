"""The policy of a bucket."""

from __future__ import annotations

from moto.s3.models import s3_backends

from infra.local.wiring import ACCOUNT


def policy_of(_region: str, name: str) -> tuple[str, str] | None:
    """The bucket's, for itself and for its objects."""
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name.partition("/")[0])
    return None if bucket is None or not bucket.policy else (bucket.name, bucket.policy.decode())
