"""Lifecycle rules: how long S3 keeps what charters want to end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3


def keep_no_longer(bucket: s3.Bucket, spans: Mapping[str, timedelta]) -> None:
    """Let the objects below each prefix end at that age, and be gone for good a day later."""
    for prefix, span in spans.items():
        # An object that ends in a versioned bucket is a version of before from then on: that one is to go, too.
        bucket.add_lifecycle_rule(
            id=f"keep-{prefix.strip('/').replace('/', '-')}",
            prefix=prefix,
            expiration=cdk.Duration.days(span.days),
            noncurrent_version_expiration=cdk.Duration.days(1),
        )
