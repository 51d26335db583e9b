"""Buckets with all they are given: versions, lifecycle, public access, events; and their policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.s3.cloud_formation import cfn_to_api_encryption
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, tags_of
from serin.domain.errors import Conflict


def _backend(one: Wanted | Deployed) -> S3Backend:
    return s3_backends[one.account]["aws"]


class Bucket(ResourceType):
    """moto keeps only encryption and tags of a template's bucket."""

    type = "AWS::S3::Bucket"
    properties = (
        "BucketEncryption BucketName LifecycleConfiguration LoggingConfiguration NotificationConfiguration "
        "OwnershipControls PublicAccessBlockConfiguration Tags VersioningConfiguration"
    )
    name_property = "BucketName"
    longest_name = 63
    replaced_by = "BucketName"

    def generated_name(self, stack: str, logical_id: str, random: str) -> str:
        """Bucket names are written small."""
        return super().generated_name(stack, logical_id, random).lower()

    def create(self, wanted: Wanted) -> Made:
        """A name somebody has already is refused; S3's API would answer that it is ours in this region."""
        backend = _backend(wanted)
        if wanted.name in backend.buckets:
            raise Conflict(f"{wanted.name} already exists", "Choose another name, or delete that bucket first.")
        made = backend.create_bucket(wanted.name, wanted.region)
        _configure(backend, made, wanted)
        return _made(made, wanted)

    def adopt(self, wanted: Wanted) -> Made:
        """With what is in it."""
        return _made(_backend(wanted).get_bucket(wanted.name), wanted)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """What the template no longer says goes back to S3's default; versions can only be suspended."""
        backend = _backend(wanted)
        made = backend.get_bucket(before.physical_id)
        made.encryption, made.public_access_block, made.rules, made.logging = None, None, [], {}
        backend.tagger.delete_all_tags_for_resource(made.arn)
        if before.get("VersioningConfiguration") and not wanted.get("VersioningConfiguration"):
            backend.put_bucket_versioning(made.name, "Suspended")
        _configure(backend, made, wanted)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """A bucket with objects, or old versions of them, stays."""
        backend = _backend(deployed)
        if deployed.physical_id not in backend.buckets:
            return
        if backend.delete_bucket(deployed.physical_id) is None:
            raise Conflict("The bucket you tried to delete is not empty", "Empty the bucket, or keep it with Retain.")


def _made(bucket: FakeBucket, wanted: Wanted) -> Made:
    attributes = {
        "Arn": bucket.arn,
        "DomainName": f"{wanted.name}.s3.amazonaws.com",
        "RegionalDomainName": f"{wanted.name}.s3.{wanted.region}.amazonaws.com",
    }
    return Made(wanted.name, attributes)


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
    if tags := tags_of(wanted.properties):
        backend.put_bucket_tagging(made.name, tags)
    _notify(made, wanted.get("NotificationConfiguration") or {})


def _notify(made: FakeBucket, notifications: Mapping[str, Any]) -> None:
    """Direct notifications need the CDK's custom resource, which the stacks do not use; they are refused."""
    to_the_bus: dict[str, Any] = {"EventBridgeConfiguration": {}} if "EventBridgeConfiguration" in notifications else {}
    made.set_notification_configuration({**notifications, **to_the_bus})


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


class BucketPolicy(ResourceType):
    """moto skips the type."""

    type = "AWS::S3::BucketPolicy"
    properties = "Bucket PolicyDocument"
    replaced_by = "Bucket"

    def create(self, wanted: Wanted) -> Made:
        """A bucket has one policy; its name is the policy's."""
        name = wanted.properties["Bucket"]
        _backend(wanted).put_bucket_policy(name, json.dumps(wanted.properties["PolicyDocument"]).encode())
        return Made(name)

    def delete(self, deployed: Deployed) -> None:
        """The bucket may be gone already."""
        try:
            _backend(deployed).delete_bucket_policy(deployed.properties["Bucket"])
        except MissingBucket:
            return
