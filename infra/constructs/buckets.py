"""The one way to make a bucket: private, encrypted, TLS only, versioned, kept when the stack goes."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.stack import KEPT, SerinStack


def private_bucket(stack: SerinStack, name: str, events: bool = False) -> s3.Bucket:
    """The bucket `name` of the stage; with `events`, S3 tells EventBridge of every object."""
    bucket = s3.Bucket(
        stack,
        f"{name.capitalize()}Bucket",
        bucket_name=stack.addresses.bucket_name(name),
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=KEPT,
        lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(7))],
    )
    if events:
        _tell_event_bridge(bucket)
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "The catalog records every upload and artifact with its digest; access logs would need a fourth bucket "
        "and tell less than CloudTrail's data events, which an account turns on for all its buckets.",
    )
    return bucket


def _tell_event_bridge(bucket: s3.Bucket) -> None:
    # On the resource itself: the bucket's own property would bring a custom resource and its function.
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
