"""Rules as data: what AWS says, where it says so, and a real try of it.

@rule(service="lambda", says="UpdateAlias refuses a stale RevisionId", source="https://docs.aws.amazon.com/…")
def stale_revision(cloud: LocalCloud) -> None:
    with refused("PreconditionFailedException", status=412):
        ...
"""

from __future__ import annotations

import pkgutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud

Attempt = Callable[[LocalCloud], None]


@dataclass(frozen=True)
class Rule:
    """One rule; `attempt` raises AssertionError when the answer is not AWS's, and leaves nothing behind."""

    service: str
    says: str
    source: str
    attempt: Attempt

    @property
    def name(self) -> str:
        """`lambda: stale_revision`"""
        return f"{self.service}: {self.attempt.__name__}"


@dataclass(frozen=True)
class Trial:
    """How the try of a rule came out; `found` tells what the cloud did instead, empty when the rule held."""

    rule: Rule
    seconds: float
    found: str = ""

    @property
    def held(self) -> bool:
        """Whether the cloud answered as AWS does."""
        return not self.found


_rules: list[Rule] = []


def rule(*, service: str, says: str, source: str) -> Callable[[Attempt], Attempt]:
    """Register the decorated try; rules are tried in the order they are written."""

    def declare(attempt: Attempt) -> Attempt:
        _rules.append(Rule(service, says, source, attempt))
        return attempt

    return declare


def rules() -> tuple[Rule, ...]:
    """Every rule of every service."""
    for module in pkgutil.iter_modules(import_module("benches.rules").__path__):
        import_module(f"benches.rules.{module.name}")
    return tuple(_rules)


def tried(cloud: LocalCloud, which: Sequence[Rule]) -> list[Trial]:
    """Try each; a rule that is answered by something unforeseen is a rule that does not hold."""
    return [_tried(cloud, one) for one in which]


def _tried(cloud: LocalCloud, one: Rule) -> Trial:
    began = time.monotonic()
    try:
        one.attempt(cloud)
    except Exception as error:  # noqa: BLE001 - whatever else happens is not what AWS does
        return Trial(one, time.monotonic() - began, f"{type(error).__name__}: {error}")
    return Trial(one, time.monotonic() - began)


@contextmanager
def refused(code: str, status: int = 400, message: str = "") -> Iterator[None]:
    """The block must be answered by this error, with `message` in its text."""
    try:
        yield
    except ClientError as error:
        refusal = error.response["Error"]
        number = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert (refusal["Code"], number) == (code, status), f"answered {refusal['Code']} {number}: {refusal['Message']}"
        assert message in refusal["Message"], f"says {refusal['Message']!r}, not {message!r}"
    else:
        raise AssertionError(f"not refused with {code}")
