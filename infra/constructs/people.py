"""A managed policy for each role that people have; an administrator attaches it to whoever has the role."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from infra.constructs.addresses import Addresses
from infra.constructs.permissions import EVERY_MODELS, NAMED_BY_CONTENT, keep_wildcard_of
from infra.constructs.stack import SerinStack
from infra.names import EVERY_MODEL
from serin.domain.duties import Grant, grants_of
from serin.domain.people import ROLES

_ALARMS_HAVE_NONE = "DescribeAlarms is asked of all alarms at once: CloudWatch knows no resource for it."


def people_policies(stack: SerinStack) -> None:
    """The policies `serin-STAGE-ROLE`, which say what `serin.domain.duties` does."""
    for role in ROLES:
        name = stack.names.policy(role)
        policy = iam.ManagedPolicy(
            stack,
            f"May{role.title().replace('_', '')}",
            managed_policy_name=name,
            description=f"Serin {stack.names.stage}: what who is {role.replace('_', ' ')} may do in AWS itself",
        )
        for grant in grants_of(role):
            resource = _resource(grant, stack.addresses)
            policy.add_statements(iam.PolicyStatement(actions=[grant.action], resources=[resource]))
            if "*" in resource:
                keep_wildcard_of(policy, resource, _why(grant))


def _resource(grant: Grant, addresses: Addresses) -> str:
    place, _, name = grant.on.partition("/")
    match place:
        case "*":
            return "*"
        case "table":
            return addresses.table(name)
        case "queue":
            return addresses.queue(name)
        case "function":
            return addresses.function(name, EVERY_MODEL)
    return addresses.objects(place, name)[0]


def _why(grant: Grant) -> str:
    if grant.on == "*":
        return _ALARMS_HAVE_NONE
    return EVERY_MODELS if grant.on.startswith("function/") else NAMED_BY_CONTENT
