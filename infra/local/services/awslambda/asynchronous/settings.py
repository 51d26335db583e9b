"""How a function, version or alias handles asynchronous invocations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import LambdaFunction

LATEST = "$LATEST"


@dataclass(frozen=True)
class Settings:
    """Tries after a failure, how long an event is kept, and the ARNs of who is told."""

    retries: int = 2
    age_s: float = 21_600.0
    on_success: str | None = None
    on_failure: str | None = None
    dead_letters: str | None = None


def configs_of(function: LambdaFunction) -> dict[str, dict[str, Any]]:
    """The event invoke configs by qualifier, kept with the function itself."""
    configs: dict[str, dict[str, Any]] = vars(function).setdefault("asynchronous_settings", {})
    return configs


def settings_of(function: LambdaFunction, qualifier: str | None, version: LambdaFunction) -> Settings:
    """What counts for an event sent to a qualifier; the dead-letter queue is the version's."""
    config = configs_of(function).get(qualifier or LATEST, {})
    destinations = config.get("DestinationConfig") or {}
    return Settings(
        retries=int(config.get("MaximumRetryAttempts", 2)),
        age_s=float(config.get("MaximumEventAgeInSeconds", 21_600)),
        on_success=_destination(destinations, "OnSuccess"),
        on_failure=_destination(destinations, "OnFailure"),
        dead_letters=getattr(version, "dead_letter_arn", None),
    )


def _destination(config: Mapping[str, Any], side: str) -> str | None:
    return (config.get(side) or {}).get("Destination") or None
