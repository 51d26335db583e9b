"""Every permission that was deployed, by a name a person can read, held against what the guard remembers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.sqs.models import sqs_backends

from infra.local.iam.decisions import Decision
from infra.local.iam.deployed import identity_policies, policies_for, resource_policy
from infra.local.iam.documents import Statement
from infra.local.iam.evaluation import Asked, Policies, Policy, evaluate
from infra.local.iam.guard import completed
from infra.local.iam.patterns import arn_matches
from infra.local.wiring import ACCOUNT, wiring

_ROLES_POLICY = re.compile(r"(\w+?)(?:Role)?DefaultPolicy[0-9A-F]{8}")
# CloudFormation cuts a rule's name to 64 characters, and with it what the CDK ends it with.
_MADE_BY_CDK = re.compile(
    r"serin-(?:demo|dev)-[a-z-]+?-([A-Z]\w*?)(?:Role)?(?:[0-9A-F]{8}.*|[0-9A-F]{0,7}-[0-9A-Z]{12})"
)
_BOOTSTRAP = "cdk-hnb659fds-"
_HERE = re.compile(r"-?\d{12}-us-east-1")


@dataclass(frozen=True)
class Request:
    """What was asked and allowed, and the same with the condition keys every request carries."""

    decision: Decision
    asked: Asked

    @property
    def policies(self) -> Policies:
        """Everything that speaks of it."""
        return policies_for(self.decision.caller, self.decision.asked)


class Requests:
    """What was allowed, by action: a statement is about few of them."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._of_action: dict[str, list[Request]] = {}
        for decision in decisions:
            if decision.allowed:
                request = Request(decision, completed(decision.caller, decision.asked))
                self._of_action.setdefault(decision.action, []).append(request)

    def covered_by(self, statement: Statement) -> Iterator[Request]:
        """Those that the statement speaks of, whoever made them."""
        for action, requests in self._of_action.items():
            if statement.names(action):
                yield from (request for request in requests if _covers(statement, request.asked))


def _covers(statement: Statement, asked: Asked) -> bool:
    return statement.covers(asked.action, asked.resource, asked.context)


@dataclass(frozen=True)
class Grant:
    """One statement of one deployed policy that allows something."""

    holder: str
    policy: str
    statement: Statement

    @property
    def name(self) -> str:
        """Who may what on what, without the names that are different in every deployment."""
        actions = " ".join(sorted(self.statement.actions))
        resources = " ".join(dict.fromkeys(short(resource) for resource in self.statement.resources))
        told = [condition for condition in self.statement.conditions if condition.operator != "Null"]
        sources = [short(value) for condition in told for value in condition.values]
        return " ".join([f"{self.holder}: {actions} on {resources}", *(f"for {source}" for source in sources)])

    def uses(self, requests: Requests) -> list[Request]:
        """What was allowed and this statement speaks of."""
        return [request for request in requests.covered_by(self.statement) if self._is_about(request)]

    def unused(self, uses: Iterable[Request]) -> list[str]:
        """Its actions that nobody has asked for."""
        used = {use.decision.action.lower() for use in uses}
        return sorted(action for action in self.statement.actions if action.lower() not in used)

    def unreached(self, uses: Iterable[Request]) -> list[str]:
        """Its resources that nobody has asked for."""
        return [
            pattern
            for pattern in self.statement.resources
            if not any(arn_matches(pattern, use.asked.resource, use.asked.context) for use in uses)
        ]

    def missed(self, uses: Iterable[Request]) -> bool:
        """Whether something that was allowed would be denied without this statement."""
        return any(not self._allowed_without(use) for use in uses)

    def _is_about(self, request: Request) -> bool:
        policies = request.policies
        mine = any(policy.name == self.policy for policy in policies.identity)
        others = policies.resource is not None and policies.resource.name == self.policy
        return mine or (others and request.decision.caller.is_named_by(self.statement.principals))

    def _allowed_without(self, request: Request) -> bool:
        policies = request.policies
        identity = tuple(self._without(policy) for policy in policies.identity)
        resource = None if policies.resource is None else self._without(policies.resource)
        left: Policies = replace(policies, identity=identity, resource=resource)
        return evaluate(request.decision.caller, request.asked, left).allowed

    def _without(self, policy: Policy) -> Policy:
        if policy.name != self.policy:
            return policy
        return Policy(policy.name, tuple(one for one in policy.statements if one != self.statement))


@dataclass(frozen=True)
class Used:
    """What a grant has that nobody has asked for, and whether something would be denied without it."""

    unused: Sequence[str]
    unreached: Sequence[str]
    missed: bool


def grants_for_people() -> dict[str, Used]:
    """The grants that a stage has because a charter hashes a column, by name, as they were used so far.

    But for the delivery of its logs, which every workflow asks for when it is made.
    """
    requests, found = Requests(wiring().guard.decisions), dict[str, Used]()
    for grant in deployed_grants():
        of_people = any(word in grant.name for word in ("PERSONAL#", "rase", "ERASURES"))
        if of_people and "logs:CreateLogDelivery" not in grant.name:
            uses = grant.uses(requests)
            found[grant.name] = Used(grant.unused(uses), grant.unreached(uses), grant.missed(uses))
    return found


def denied() -> list[str]:
    """What a role has asked for and was refused."""
    decisions = [decision for decision in wiring().guard.decisions if not decision.allowed]
    return [f"{one.who} {one.action} on {one.resource}" for one in decisions]


def deployed_grants() -> Sequence[Grant]:
    """Of every role, function and queue of the running cloud."""
    return [grant for grant in (*_of_roles(), *_of_resources()) if grant.statement.allows]


def _of_roles() -> Iterator[Grant]:
    for role in iam_backends[ACCOUNT]["aws"].roles.values():
        if role.name.startswith(_BOOTSTRAP):
            continue
        for policy in identity_policies(role):
            # The role's own name is cut where it is too long.
            named = _ROLES_POLICY.fullmatch(policy.name.rpartition("/")[2])
            holder = named.group(1) if named else policy.name
            yield from (Grant(holder, policy.name, statement) for statement in policy.statements)


def _of_resources() -> Iterator[Grant]:
    region = wiring().region
    functions = [function.function_arn for function in lambda_backends[ACCOUNT][region].list_functions()]
    queues = [str(queue.queue_arn) for queue in sqs_backends[ACCOUNT][region].queues.values()]
    for arn in (*functions, *queues):
        policy = resource_policy("any", arn)
        for statement in policy.statements if policy else ():
            holders = sorted(name.removesuffix(".amazonaws.com") for _, name in statement.principals)
            yield Grant(" ".join(holders), policy.name if policy else "", statement)


def short(arn: str) -> str:
    """The end of an ARN, or a name, without account, region, and what the CDK or API Gateway made up."""
    parts = arn.split(":", 5)
    name = parts[5] if len(parts) == 6 else arn
    if "execute-api" in arn:
        name = name.partition("/")[2]
    name = re.sub(r"authorizers/.*", "authorizers", name)
    plain = _HERE.sub("", name.rpartition("/")[2] if name.startswith("rule/") else name)
    made = _MADE_BY_CDK.fullmatch(plain)
    return made.group(1) if made else re.sub("serin-(demo|dev)-", "", plain)
