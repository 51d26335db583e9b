"""The policies as they are deployed at this moment, read from moto's services."""

from __future__ import annotations

from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends

from infra.local.iam.evaluation import Asked, Caller, Policies, Policy
from infra.local.wiring import ACCOUNT, wiring

ASSUME = "sts:AssumeRole"


def policies_for(caller: Caller, asked: Asked) -> Policies:
    """Everything that speaks of a request; a role nobody deployed has no policy."""
    role = _role(caller.role_arn) if caller.kind == "role" else None
    return Policies(
        identity=identity_policies(role) if role is not None else _users_policies(caller),
        boundary=_boundary(role) if role is not None else None,
        resource=resource_policy(asked.action, asked.resource),
        resource_decides=caller.kind == "service" or asked.action == ASSUME,
    )


def identity_policies(holder: Role | User | Group) -> tuple[Policy, ...]:
    """The policies of a role, a user or a group, inline and managed, each named `holder/policy`."""
    inline = [(name, str(document)) for name, document in holder.policies.items()]
    managed = [(policy.name, managed_document(policy)) for policy in holder.managed_policies.values()]
    return tuple(Policy.read(f"{holder.name}/{name}", document) for name, document in [*inline, *managed])


def _users_policies(caller: Caller) -> tuple[Policy, ...]:
    """A user's own and those of its groups."""
    backend = iam_backends[ACCOUNT]["aws"]
    user = next((user for user in backend.users.values() if user.arn == caller.arn), None)
    holders: list[User | Group] = [] if user is None else [user, *backend.get_groups_for_user(user.name)]
    return tuple(policy for holder in holders for policy in identity_policies(holder))


def resource_policy(action: str, arn: str) -> Policy | None:
    """The policy of the bucket, queue, function… or role itself; None where it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    document = _trust(arn) if action == ASSUME else _own(parts[2], parts[3], parts[5])
    return Policy.read(document[0], document[1]) if document is not None else None


def _own(service: str, region: str, name: str) -> tuple[str, str] | None:
    """What the service says is the resource's own policy."""
    own = wiring().services.named(service)
    return own.policy_of(region, name) if own is not None and own.policy_of is not None else None


_ids: dict[str, str] = {}
"""Where a role was last, by its ARN: each request asks for one of them."""


def _role(arn: str) -> Role | None:
    roles = iam_backends[ACCOUNT]["aws"].roles
    role: Role | None = roles.get(_ids.get(arn, ""))
    if role is None or role.arn != arn:
        role = next((role for role in list(roles.values()) if role.arn == arn), None)
    if role is not None:
        _ids[arn] = role.id
    return role


def _boundary(role: Role) -> Policy | None:
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[ACCOUNT]["aws"].managed_policies.get(arn)
    # A boundary that is not there allows nothing.
    return Policy(arn, ()) if policy is None else Policy.read(f"{role.name}/boundary", managed_document(policy))


def managed_document(policy: ManagedPolicy) -> str:
    """The default version's."""
    default = policy.default_version_id
    return next(str(version.document) for version in policy.versions if version.version_id == default)


def _trust(arn: str) -> tuple[str, str] | None:
    role = _role(arn)
    return None if role is None else (f"{role.name}/trust", str(role.assume_role_policy_document))
