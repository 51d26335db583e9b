"""The decision over all policies that speak of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: a Deny anywhere wins; within
one account an Allow of the role's own policies or of the resource's is enough; a boundary limits both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from infra.local.iam.documents import Statement, statements_of
from infra.local.iam.patterns import Context

Kind = Literal["identity", "resource", "boundary"]


@dataclass(frozen=True)
class Caller:
    """Who asks: a role's session, a user, a service of AWS for one of its resources, or the account's administrator."""

    kind: Literal["role", "user", "service", "account"]
    arn: str
    """The session's or user's ARN, the service's name, or the account's ARN."""
    account: str
    role_arn: str = ""
    regional_name: str = ""
    """What else a service is called in its region."""

    def is_named_by(self, principals: frozenset[tuple[str, str]]) -> bool:
        """Whether a resource's policy means this caller itself."""
        if self.kind == "service":
            services = {("Service", self.arn), ("Service", self.regional_name), ("AWS", "*")}
            return not services.isdisjoint(principals)
        return any(("AWS", name) in principals for name in ("*", self.arn, self.role_arn))

    def is_of(self, principals: frozenset[tuple[str, str]]) -> bool:
        """Whether the policy means the caller's whole account, which leaves it to the role's own policies."""
        if self.kind == "service":
            return False
        return any(("AWS", name) in principals for name in (self.account, f"arn:aws:iam::{self.account}:root"))


@dataclass(frozen=True)
class Asked:
    """One permission a request needs."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Policy:
    """One policy by name: of whom it is and what it is called."""

    name: str
    statements: tuple[Statement, ...]

    @staticmethod
    @lru_cache(maxsize=2048)
    def read(name: str, document: str) -> Policy:
        """The policy of a document as it is stored; the same one as long as name and document are."""
        return Policy(name, statements_of(document))

    def speaking_of(self, asked: Asked, *, allows: bool) -> Iterator[Statement]:
        """Its statements that allow such a request, or that deny it, whoever makes it."""
        for statement, is_open in _speaking(self, asked.action, asked.resource, allows):
            reaches = not is_open or statement.reaches(asked.resource, asked.context)
            if reaches and statement.holds(asked.context):
                yield statement


@lru_cache(maxsize=16384)
def _speaking(policy: Policy, action: str, resource: str, allows: bool) -> tuple[tuple[Statement, bool], ...]:
    """The statements of one effect that may speak of such a request, and which of them the context decides on.

    Most requests are of a few kinds, and of each kind most statements say nothing.
    """
    speaking = (one for one in policy.statements if one.allows == allows and one.may_cover(action, resource))
    return tuple((statement, statement.is_open) for statement in speaking)


@dataclass(frozen=True)
class Policies:
    """All that speak of one request; `boundary` and `resource` are None where there is none.

    `resource_decides` is for a role that is assumed and a function a service calls: the resource's policy must agree.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    resource: Policy | None = None
    resource_decides: bool = False


@dataclass(frozen=True)
class Verdict:
    """Yes or no, the statement that said so (`policy/Sid`), and in AWS's words why not."""

    allowed: bool
    statement: str | None
    reason: str = ""


def evaluate(caller: Caller, asked: Asked, policies: Policies) -> Verdict:
    """The verdict; nobody but the account's administrator may what nothing allows."""
    for denying, statement in _found(caller, asked, policies, allows=False):
        return Verdict(False, statement, f"with an explicit deny in {_WORDS[denying]}")
    if caller.kind == "account":
        return Verdict(True, "account")
    granted = dict(reversed(list(_found(caller, asked, policies, allows=True))))
    if policies.boundary is not None and "boundary" not in granted:
        return Verdict(False, None, f"because no permissions boundary allows the {asked.action} action")
    decided = _deciding(caller, asked, policies, granted)
    if decided is None:
        silent: Kind = "resource" if policies.resource_decides else "identity"
        return Verdict(False, None, f"because no {_WORDS[silent].partition(' ')[2]} allows the {asked.action} action")
    return Verdict(True, decided)


_WORDS: dict[Kind, str] = {
    "identity": "an identity-based policy",
    "resource": "a resource-based policy",
    "boundary": "a permissions boundary",
}


def _deciding(caller: Caller, asked: Asked, policies: Policies, granted: dict[Kind, str]) -> str | None:
    if not policies.resource_decides:
        return granted.get("identity") or granted.get("resource")
    if "resource" in granted:
        return granted["resource"]
    delegated = policies.resource is not None and any(
        statement.allows
        and caller.is_of(statement.principals)
        and statement.covers(asked.action, asked.resource, asked.context)
        for statement in policies.resource.statements
    )
    return granted.get("identity") if delegated else None


def _found(caller: Caller, asked: Asked, policies: Policies, allows: bool) -> Iterator[tuple[Kind, str]]:
    """The statements of one effect that speak of the request and this caller, of each kind of policy."""
    for kind, policy in _listed(policies):
        for statement in policy.speaking_of(asked, allows=allows):
            if kind != "resource" or _means(caller, statement):
                yield kind, f"{policy.name}/{statement.name}"


def _listed(policies: Policies) -> Iterator[tuple[Kind, Policy]]:
    yield from (("identity", policy) for policy in policies.identity)
    if policies.boundary is not None:
        yield "boundary", policies.boundary
    if policies.resource is not None:
        yield "resource", policies.resource


def _means(caller: Caller, statement: Statement) -> bool:
    if caller.is_named_by(statement.principals):
        return True
    # What an account is denied, everybody in it is denied; what it is allowed, its policies still have to give.
    return not statement.allows and caller.is_of(statement.principals)
