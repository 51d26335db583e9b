"""The policies as they are deployed at this moment, read from moto's services."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.events.models import events_backends
from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from infra.local.iam.evaluation import Asked, Caller, Policies, Policy
from infra.local.wiring import ACCOUNT

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
    """The policy of the bucket, queue, function, topic, bus or role itself; None where it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    read = _trust if action == ASSUME else _READERS.get(parts[2])
    document = read(arn, parts[3], parts[5]) if read is not None else None
    return Policy.read(document[0], document[1]) if document is not None else None


def _role(arn: str) -> Role | None:
    return next((role for role in iam_backends[ACCOUNT]["aws"].roles.values() if role.arn == arn), None)


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


Document = tuple[str, str]


def _trust(arn: str, _region: str, _name: str) -> Document | None:
    role = _role(arn)
    return None if role is None else (f"{role.name}/trust", str(role.assume_role_policy_document))


def _bucket(_arn: str, _region: str, name: str) -> Document | None:
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name.partition("/")[0])
    return None if bucket is None or not bucket.policy else (bucket.name, bucket.policy.decode())


def _queue(_arn: str, region: str, name: str) -> Document | None:
    queue = sqs_backends[ACCOUNT][region].queues.get(name)
    return None if queue is None or not queue.policy else (name, queue.policy)


def _function(_arn: str, region: str, name: str) -> Document | None:
    """One list of statements a function; each names the function, the version or the alias it is for."""
    function_name = name.removeprefix("function:").partition(":")[0]
    known: Mapping[str, Any] | None = lambda_backends[ACCOUNT][region]._lambdas._functions.get(function_name)
    if known is None or known.get("latest") is None:
        return None
    # moto adds what is for an alias to the version it leads to, which may share its list with the function.
    policies = {id(one.policy): one.policy for one in (known["latest"], *known["versions"])}
    statements = [_plain(statement) for policy in policies.values() for statement in policy.statements]
    return (function_name, json.dumps({"Statement": statements})) if statements else None


def _plain(statement: Mapping[str, Any]) -> dict[str, Any]:
    """moto keeps what AddPermission was given beside what IAM knows."""
    kept = {key: value for key, value in statement.items() if key in _KNOWN}
    resource = kept.get("Resource")
    return {**kept, "Resource": resource.removesuffix(":$LATEST")} if isinstance(resource, str) else kept


_KNOWN = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")


def _topic(arn: str, region: str, name: str) -> Document | None:
    topic = sns_backends[ACCOUNT][region].topics.get(arn)
    return None if topic is None else (name, topic.policy)


def _bus(_arn: str, region: str, name: str) -> Document | None:
    bus = events_backends[ACCOUNT][region].event_buses.get(name.removeprefix("event-bus/"))
    return None if bus is None or bus.policy is None else (name, bus.policy)


_READERS: Mapping[str, Callable[[str, str, str], Document | None]] = {
    "s3": _bucket,
    "sqs": _queue,
    "lambda": _function,
    "sns": _topic,
    "events": _bus,
}
