"""Buckets with all they are given: versions, lifecycle, public access, events; and their policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.s3.cloud_formation import cfn_to_api_encryption
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from infra.local.resources.model import Made, Wanted, resource
from serin.domain.errors import Invalid


@resource("AWS::S3::Bucket", name="BucketName")
def bucket(wanted: Wanted) -> Made:
    """moto keeps only encryption and tags of a template's bucket."""
    backend = s3_backends[wanted.account]["aws"]
    made = backend.create_bucket(wanted.name, wanted.region)
    _configure(backend, made, wanted)
    domain = f"{wanted.name}.s3.amazonaws.com"
    attributes = {
        "Arn": made.arn,
        "DomainName": domain,
        "RegionalDomainName": f"{wanted.name}.s3.{wanted.region}.amazonaws.com",
    }
    return Made(wanted.name, attributes, delete=lambda: backend.delete_bucket(wanted.name))


def _configure(backend: S3Backend, made: FakeBucket, wanted: Wanted) -> None:
    if encryption := wanted.get("BucketEncryption"):
        backend.put_bucket_encryption(made.name, cfn_to_api_encryption(encryption))
    if versioning := wanted.get("VersioningConfiguration"):
        backend.put_bucket_versioning(made.name, versioning["Status"])
    if access := wanted.get("PublicAccessBlockConfiguration"):
        backend.put_public_access_block(made.name, {key: str(value).lower() for key, value in access.items()})
    if lifecycle := wanted.get("LifecycleConfiguration"):
        made.set_lifecycle([_lifecycle_rule(rule) for rule in lifecycle["Rules"]])
    if logging := wanted.get("LoggingConfiguration"):
        # moto checks the log group's ACL, which AWS replaced by a bucket policy that is deployed later.
        made.logging = {
            "TargetBucket": logging.get("DestinationBucketName", made.name),
            "TargetPrefix": logging.get("LogFilePrefix", ""),
        }
    if tags := wanted.get("Tags"):
        backend.put_bucket_tagging(made.name, {tag["Key"]: tag["Value"] for tag in tags})
    _notify(made, wanted.get("NotificationConfiguration") or {})


def _notify(made: FakeBucket, notifications: Mapping[str, Any]) -> None:
    """Only EventBridge: direct notifications need the CDK's custom resource, which the stacks do not use."""
    if unknown := set(notifications) - {"EventBridgeConfiguration"}:
        raise Invalid(
            f"Bucket {made.name} sends notifications by {', '.join(sorted(unknown))}.",
            "Turn on EventBridge for the bucket and write a rule.",
        )
    if "EventBridgeConfiguration" in notifications:
        made.set_notification_configuration({"EventBridgeConfiguration": {}})


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A template's rule in the words of the S3 API."""
    made: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = str(rule["ExpirationInDays"])
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = str(rule["ExpiredObjectDeleteMarker"]).lower()
    if expiration:
        made["Expiration"] = expiration
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        made["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": str(abort["DaysAfterInitiation"])}
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": str(noncurrent["NoncurrentDays"])}
    if transitions := rule.get("Transitions"):
        made["Transition"] = [
            {"Days": str(step["TransitionInDays"]), "StorageClass": step["StorageClass"]} for step in transitions
        ]
    return made


@resource("AWS::S3::BucketPolicy")
def bucket_policy(wanted: Wanted) -> Made:
    """moto skips the type."""
    name = wanted.properties["Bucket"]
    backend = s3_backends[wanted.account]["aws"]
    backend.put_bucket_policy(name, json.dumps(wanted.properties["PolicyDocument"]).encode())
    return Made(f"{name}-policy", delete=lambda: backend.delete_bucket_policy(name))
