"""Permissions of least privilege, written beside the wiring they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.constructs.acknowledgements import acknowledge

NAMED_BY_CONTENT = "Keys below this prefix are made of digests and dates, so nobody can list them beforehand."
EVERY_VERSION = "Versions are numbered as they are published, so nobody can list them beforehand."
EVERY_STREAM = "Lambda names a stream for each execution environment, so nobody can list them beforehand."
NOTHING_TO_NAME = "X-Ray has no resources that a policy could name."


@dataclass(frozen=True)
class Permission:
    """Exactly these actions on exactly these resources; `why` is the reason where a resource ends in a wildcard.

    `below` narrows the listing of a bucket to the keys that begin so.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str = NAMED_BY_CONTENT
    below: str | None = None


def allow(*actions: str, on: str | Sequence[str], why: str = NAMED_BY_CONTENT) -> Permission:
    """Allow actions on one resource or several."""
    return Permission(actions, (on,) if isinstance(on, str) else tuple(on), why)


def list_keys(bucket: str, below: str) -> Permission:
    """Allow to list the keys of a bucket that begin with `below`."""
    return Permission(("s3:ListBucket",), (bucket,), below=below)


def grant(role: iam.Role, permissions: Iterable[Permission]) -> None:
    """Give a role its permissions, and keep the findings their wildcards cause, each with its reason."""
    for permission in permissions:
        conditions = {"StringLike": {"s3:prefix": f"{permission.below}*"}} if permission.below else None
        actions, resources = list(permission.actions), list(permission.resources)
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions))
        for resource in permission.resources:
            if "*" in resource:
                keep_wildcard(role, resource, permission.why)


def keep_wildcard(role: iam.Role, resource: str, why: str) -> None:
    """Keep the finding that a role's own policy names a resource by a wildcard."""
    policy = role.node.find_child("DefaultPolicy")
    acknowledge(policy, f"AwsSolutions-IAM5[Resource::{_as_reported(resource)}]", why)


def _as_reported(resource: str) -> str:
    for token, name in ((Aws.PARTITION, "Partition"), (Aws.REGION, "Region"), (Aws.ACCOUNT_ID, "AccountId")):
        resource = resource.replace(token, f"<AWS::{name}>")
    return resource
