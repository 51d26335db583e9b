"""IAM policies that are resources of their own: inline ones of roles, and managed ones."""

from __future__ import annotations

from moto.iam.exceptions import NotFoundException

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted
from infra.local.services.iam.roles import as_document, iam_backend

_MOST_VERSIONS = 5


class Policy(ResourceType):
    """An inline policy; moto's own loses its hold on a role that another update renamed."""

    type = "AWS::IAM::Policy"
    properties = "PolicyDocument PolicyName Roles"

    def create(self, wanted: Wanted) -> Made:
        """Put into every role that is listed."""
        for role in wanted.properties["Roles"]:
            iam_backend(wanted).put_role_policy(
                role, wanted.properties["PolicyName"], as_document(wanted.properties["PolicyDocument"])
            )
        return Made(wanted.name, {"Id": wanted.name})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Put first, so that no role is without its permissions in between; then roles no longer listed lose it."""
        self.create(wanted)
        renamed = wanted.properties["PolicyName"] != before.properties["PolicyName"]
        self._drop(
            before, [role for role in before.properties["Roles"] if renamed or role not in wanted.properties["Roles"]]
        )
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """The roles may be gone already."""
        self._drop(deployed, deployed.properties["Roles"])

    def _drop(self, deployed: Deployed, roles: list[str]) -> None:
        for role in roles:
            try:
                iam_backend(deployed).delete_role_policy(role, deployed.properties["PolicyName"])
            except NotFoundException:
                continue


class ManagedPolicy(ResourceType):
    """moto cannot change it by a template."""

    type = "AWS::IAM::ManagedPolicy"
    properties = "Description ManagedPolicyName Path PolicyDocument Roles"
    name_property = "ManagedPolicyName"
    longest_name = 128
    replaced_by = "Description ManagedPolicyName Path"

    def create(self, wanted: Wanted) -> Made:
        """Attached to every role that is listed."""
        backend = iam_backend(wanted)
        made = backend.create_policy(
            description=wanted.get("Description", ""),
            path=wanted.get("Path", "/"),
            policy_document=as_document(wanted.properties["PolicyDocument"]),
            policy_name=wanted.name,
            tags=[],
        )
        for role in wanted.get("Roles") or []:
            backend.attach_role_policy(made.arn, role)
        return Made(made.arn, {"PolicyArn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """A new default version; the oldest one goes when there are five."""
        backend, arn = iam_backend(wanted), before.physical_id
        if wanted.properties["PolicyDocument"] != before.properties["PolicyDocument"]:
            versions = backend.get_policy(arn).versions
            if len(versions) >= _MOST_VERSIONS:
                backend.delete_policy_version(arn, next(one.version_id for one in versions if not one.is_default))
            backend.create_policy_version(arn, as_document(wanted.properties["PolicyDocument"]), set_as_default=True)
        old, new = before.get("Roles") or [], wanted.get("Roles") or []
        for role in new:
            backend.attach_role_policy(arn, role)
        self._detach(before, [role for role in old if role not in new])
        return Made(arn, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Detached from its roles first."""
        backend = iam_backend(deployed)
        if deployed.physical_id in backend.managed_policies:
            self._detach(deployed, deployed.get("Roles") or [])
            backend.delete_policy(deployed.physical_id)

    def _detach(self, deployed: Deployed, roles: list[str]) -> None:
        for role in roles:
            try:
                iam_backend(deployed).detach_role_policy(deployed.physical_id, role)
            except NotFoundException:
                continue
