"""The account's concurrency and what functions may reserve of it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction

from infra.local.services.awslambda.api.errors import LambdaError, conflict, invalid, malformed
from infra.local.services.awslambda.api.names import LATEST

ACCOUNT_LIMIT = 1000
UNRESERVED_LEAST = 100


@dataclass(frozen=True)
class Provisioned:
    """What was asked to be kept warm, and when."""

    wanted: int
    last_modified: str


def reserved_of(function: LambdaFunction) -> int | None:
    """What the function has reserved; None when it shares the account's."""
    return None if function.reserved_concurrency is None else int(function.reserved_concurrency)


def provisioned_of(function: LambdaFunction) -> dict[str, Provisioned]:
    """What was asked to be kept warm, by version or alias; kept with the function itself."""
    asked: dict[str, Provisioned] = vars(function).setdefault("provisioned_concurrency", {})
    return asked


def check_reserved(function: LambdaFunction, wanted: int, others: Iterable[LambdaFunction]) -> None:
    """Refuse to reserve what would leave the other functions too little."""
    if wanted < 0:
        raise malformed("Member must have value greater than or equal to 0", "reservedConcurrentExecutions", wanted)
    elsewhere = sum(reserved_of(one) or 0 for one in others if one.function_name != function.function_name)
    if wanted and ACCOUNT_LIMIT - elsewhere - wanted < UNRESERVED_LEAST:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{UNRESERVED_LEAST}]."
        )
    provisioned = sum(one.wanted for one in provisioned_of(function).values())
    if wanted < provisioned:
        raise invalid(
            f" ReservedConcurrentExecutions  {wanted} should not be lower than function's total provisioned "
            f"concurrency [{provisioned}]."
        )


def check_provisioned(function: LambdaFunction, qualifier: str, wanted: int, alias_version: str | None) -> None:
    """Refuse to keep warm what cannot be; `alias_version` is what the qualifier leads to when it is an alias."""
    if wanted < 1:
        raise malformed("Member must have value greater than or equal to 1", "provisionedConcurrentExecutions", wanted)
    if qualifier == LATEST:
        raise invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
    if alias_version == LATEST:
        raise invalid("Alias with a $LATEST version cannot be configured with Provisioned Concurrency.")
    asked = provisioned_of(function)
    if alias_version is not None and alias_version in asked:
        raise conflict(
            "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
        )
    reserved, total = (
        reserved_of(function),
        wanted + sum(one.wanted for other, one in asked.items() if other != qualifier),
    )
    if reserved is not None and total > reserved:
        raise invalid(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    if total > ACCOUNT_LIMIT - UNRESERVED_LEAST:
        raise invalid(
            "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
            f"[{ACCOUNT_LIMIT - UNRESERVED_LEAST}]."
        )


def no_provisioned() -> LambdaError:
    """The answer for a version or alias that nothing is kept warm for."""
    return LambdaError(
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
        404,
    )
