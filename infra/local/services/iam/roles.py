"""Roles with their policies."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, iam_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted


def iam_backend(one: Wanted | Deployed) -> IAMBackend:
    """moto's IAM, which knows no region."""
    return iam_backends[one.account]["aws"]


def as_document(policy: Any) -> str:
    """A policy as IAM keeps it."""
    return policy if isinstance(policy, str) else json.dumps(policy)


class Role(ResourceType):
    """moto drops managed policies at creation and changes only the description afterwards."""

    type = "AWS::IAM::Role"
    properties = "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path Policies RoleName Tags"
    name_property = "RoleName"
    longest_name = 64
    replaced_by = "Path RoleName"

    def create(self, wanted: Wanted) -> Made:
        """With its own policies and those it is attached to."""
        backend = iam_backend(wanted)
        made = backend.create_role(
            role_name=wanted.name,
            assume_role_policy_document=as_document(wanted.properties["AssumeRolePolicyDocument"]),
            path=wanted.get("Path", "/"),
            permissions_boundary="",
            description=wanted.get("Description", ""),
            tags=wanted.get("Tags") or [],
            max_session_duration=wanted.get("MaxSessionDuration", 3600),
        )
        for policy in wanted.get("Policies") or []:
            backend.put_role_policy(wanted.name, policy["PolicyName"], as_document(policy["PolicyDocument"]))
        for arn in wanted.get("ManagedPolicyArns") or []:
            backend.attach_role_policy(arn, wanted.name)
        return Made(wanted.name, {"Arn": made.arn, "RoleId": made.id})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Policies that other resources attached stay."""
        backend, name = iam_backend(wanted), before.physical_id
        backend.update_role(name, wanted.get("Description", ""), wanted.get("MaxSessionDuration", 3600))
        role = backend.get_role(name)
        role.assume_role_policy_document = as_document(wanted.properties["AssumeRolePolicyDocument"])
        role.tags = list(wanted.get("Tags") or [])
        _drop(backend, before)
        for policy in wanted.get("Policies") or []:
            backend.put_role_policy(name, policy["PolicyName"], as_document(policy["PolicyDocument"]))
        for arn in wanted.get("ManagedPolicyArns") or []:
            backend.attach_role_policy(arn, name)
        return Made(name, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """One that still has policies of others stays; IAM refuses."""
        backend = iam_backend(deployed)
        try:
            backend.get_role(deployed.physical_id)
        except NotFoundException:
            return
        _drop(backend, deployed)
        backend.delete_role(deployed.physical_id)


def _drop(backend: IAMBackend, before: Deployed) -> None:
    """Take away what this resource gave the role, where it is still there."""
    role = backend.get_role(before.physical_id)
    for policy in before.get("Policies") or []:
        role.policies.pop(policy["PolicyName"], None)
    for arn in before.get("ManagedPolicyArns") or []:
        if arn in role.managed_policies:
            backend.detach_role_policy(arn, before.physical_id)
