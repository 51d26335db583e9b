"""The one place that says yes or no: every request of a role or a service passes here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from infra.local.iam.decisions import Decision, Decisions
from infra.local.iam.deployed import ASSUME, policies_for
from infra.local.iam.errors import AccessDenied
from infra.local.iam.evaluation import Asked, Caller, Verdict, evaluate
from infra.local.iam.patterns import Context
from infra.local.wiring import ACCOUNT, wiring

_SERVICE_SESSION = "serin-local"


class Guard:
    """Evaluates deployed policies and remembers each decision.

    Every request counts as encrypted (`aws:SecureTransport`): the loopback stands in for TLS, and a bucket that
    denies plain HTTP is there to refuse it on a network.
    """

    def __init__(self) -> None:
        self._decisions = Decisions()

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What roles and services asked so far and how it was decided; the administrator's requests are not kept."""
        return self._decisions.all

    def role_may(self, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raise AccessDenied unless the role's policies, and the resource's, allow the action."""
        given = {key.lower(): (value,) for key, value in (context or {}).items()}
        self.require(session_of(role_arn, _SERVICE_SESSION), Asked(action, resource, given))

    def service_may(self, service: str, action: str, resource: str, source_arn: str) -> None:
        """Raise AccessDenied unless the resource's policy lets a service (`events.amazonaws.com`) act for a source."""
        given = {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (ACCOUNT,)}
        self.require(service_caller(service), Asked(action, resource, given))

    def service_may_assume(self, service: str, role_arn: str) -> bool:
        """Whether the role trusts a service (`lambda.amazonaws.com`), by its global or its regional name."""
        caller, asked = service_caller(service), Asked(ASSUME, role_arn, {"aws:sourceaccount": (ACCOUNT,)})
        verdict = self.verdict(caller, asked)
        self._decisions.remember(caller, asked, verdict)
        return verdict.allowed

    def require(self, caller: Caller, asked: Asked) -> None:
        """Raise AccessDenied, in AWS's words, unless the caller may; remember it."""
        error = self.refusal(caller, asked)
        if error is not None:
            raise error

    def refusal(self, caller: Caller, asked: Asked) -> AccessDenied | None:
        """What `require` would raise; None for what is allowed."""
        verdict = self.verdict(caller, asked)
        if caller.kind != "account":
            self._decisions.remember(caller, asked, verdict)
        return None if verdict.allowed else AccessDenied(_message(caller, asked, verdict), asked.action, asked.resource)

    def permits(self, caller: Caller, asked: Asked) -> bool:
        """Whether the caller may something nobody asked for, as where S3 looks whether it may tell what is missing.

        A permission that is used so is remembered; one that is not there was not missed.
        """
        verdict = self.verdict(caller, asked)
        if verdict.allowed and caller.kind != "account":
            self._decisions.remember(caller, asked, verdict)
        return verdict.allowed

    def verdict(self, caller: Caller, asked: Asked) -> Verdict:
        """The verdict on the policies as they are now, and what the request itself carries beside `asked.context`."""
        return evaluate(caller, completed(caller, asked), policies_for(caller, asked))


def completed(caller: Caller, asked: Asked) -> Asked:
    """With the condition keys every request carries."""
    return Asked(asked.action, asked.resource, {**_everywhere(caller), **asked.context})


def _message(caller: Caller, asked: Asked, verdict: Verdict) -> str:
    """What AWS's services answer, which leave out the resource where there is only `*`."""
    on = "" if asked.resource == "*" else f" on resource: {asked.resource}"
    return f"User: {caller.arn} is not authorized to perform: {asked.action}{on} {verdict.reason}"


@lru_cache(maxsize=4096)
def session_of(role_arn: str, session: str) -> Caller:
    """A session of a role."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    return Caller("role", f"arn:aws:sts::{account}:assumed-role/{name}/{session}", account, role_arn)


def service_caller(name: str) -> Caller:
    """A service of AWS, by its global name."""
    regional = f"{name.removesuffix('.amazonaws.com')}.{wiring().region}.amazonaws.com"
    return Caller("service", name, ACCOUNT, regional_name=regional)


ADMINISTRATOR = Caller("account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


_TYPES = {"role": "AssumedRole", "user": "User", "account": "Account"}


def _everywhere(caller: Caller) -> Context:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    running = wiring()
    return {**_always(caller, running.region), **_time(int(running.clock.time()))}


@lru_cache(maxsize=16)
def _time(second: int) -> Context:
    """Both tell it to the second."""
    moment = datetime.fromtimestamp(second, UTC)
    return {"aws:currenttime": (moment.isoformat(),), "aws:epochtime": (str(second),)}


@lru_cache(maxsize=4096)
def _always(caller: Caller, region: str) -> Context:
    """What is the same in every request of a caller."""
    common = {
        "aws:securetransport": ("true",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:requestedregion": (region,),
    }
    if caller.kind == "service":
        return {**common, "aws:principalisawsservice": ("true",), "aws:principalservicename": (caller.arn,)}
    return {
        **common,
        "aws:principalisawsservice": ("false",),
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": (caller.role_arn or caller.arn,),
        "aws:principaltype": (_TYPES[caller.kind],),
    }
