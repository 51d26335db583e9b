"""Permissions of least privilege, written beside the wiring they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from infra.constructs.acknowledgements import acknowledge
from serin.domain.events import SOURCE, EventName

NAMED_BY_CONTENT = "Keys below this prefix are made of digests and dates, so nobody can list them beforehand."
EVERY_VERSION = "Versions are numbered as they are published, so nobody can list them beforehand."
EVERY_MODELS = "Each model of the stage has one, and a list of them outgrows a policy at some 35 models."
WOKEN_BY_TOKEN = "A task is named by its token alone: Step Functions has no resource for it that a policy could name."
EVERY_STREAM = "Lambda names a stream for each execution environment, so nobody can list them beforehand."
UNTRACED = "No charter asks for traces, which cost more than the calls do: monitoring.traced."
NOTHING_TO_NAME = "X-Ray has no resources that a policy could name."


@dataclass(frozen=True)
class Permission:
    """Exactly these actions on exactly these resources; `why` is the reason where a resource ends in a wildcard.

    `conditions` narrow them further: a policy's Condition block.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str = NAMED_BY_CONTENT
    conditions: Mapping[str, Any] | None = None


def allow(*actions: str, on: str | Sequence[str], why: str = NAMED_BY_CONTENT) -> Permission:
    """Allow actions on one resource or several."""
    return Permission(actions, (on,) if isinstance(on, str) else tuple(on), why)


def list_keys(bucket: str, *below: str) -> Permission:
    """Allow to list the keys of a bucket that begin with one of `below`; of a whole bucket also without a prefix."""
    if "" in below:
        return Permission(("s3:ListBucket",), (bucket,))
    prefixes = [f"{prefix}*" for prefix in below]
    condition = {"StringLike": {"s3:prefix": prefixes if len(prefixes) > 1 else prefixes[0]}}
    return Permission(("s3:ListBucket",), (bucket,), conditions=condition)


def list_versions(bucket: str, *below: str) -> Permission:
    """Allow to list all versions of the keys of a bucket that begin with one of `below`."""
    condition = {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in below]}}
    return Permission(("s3:ListBucketVersions",), (bucket,), conditions=condition)


def allow_items(*actions: str, on: str, of: Sequence[str]) -> Permission:
    """Allow actions on the items of a table whose partition keys are of these patterns.

    A request that tells no partition key, as a scan, would pass "for all values" of none: it has to tell one.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    key = "dynamodb:LeadingKeys"
    conditions = {"ForAllValues:StringLike": {key: list(of)}, "Null": {key: "false"}}
    return Permission(actions, (on,), conditions=conditions)


def publish(*names: EventName, on: str, source: str = SOURCE) -> Permission:
    """Allow to send our own events of these names to a bus, and in nobody else's name than `source`."""
    conditions = {"StringEquals": {"events:source": source, "events:detail-type": list(names)}}
    return Permission(("events:PutEvents",), (on,), conditions=conditions)


def grant(role: iam.Role, permissions: Iterable[Permission]) -> None:
    """Give a role its permissions, and keep the findings their wildcards cause, each with its reason."""
    for permission in permissions:
        actions, resources = list(permission.actions), list(permission.resources)
        statement = iam.PolicyStatement(actions=actions, resources=resources, conditions=permission.conditions)
        role.add_to_policy(statement)
        for resource in permission.resources:
            if "*" in resource:
                keep_wildcard(role, resource, permission.why)


def keep_wildcard(role: iam.Role, resource: str, why: str) -> None:
    """Keep the finding that a role's own policy names a resource by a wildcard."""
    keep_wildcard_of(role.node.find_child("DefaultPolicy"), resource, why)


def keep_wildcard_of(policy: IConstruct, resource: str, why: str) -> None:
    """Keep the finding that a policy names a resource by a wildcard."""
    acknowledge(policy, f"AwsSolutions-IAM5[Resource::{_as_reported(resource)}]", why)


def _as_reported(resource: str) -> str:
    for token, name in ((Aws.PARTITION, "Partition"), (Aws.REGION, "Region"), (Aws.ACCOUNT_ID, "AccountId")):
        resource = resource.replace(token, f"<AWS::{name}>")
    return resource
