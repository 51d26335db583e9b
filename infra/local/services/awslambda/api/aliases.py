"""Where an alias may lead: to one version, or by weight to two that are alike.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaAlias, LambdaFunction, LambdaStorage

from infra.local.services.awslambda.api import constraints
from infra.local.services.awslambda.api.errors import invalid, malformed, not_found
from infra.local.services.awslambda.api.names import LATEST, is_version

_WEIGHTS = "routingConfig.additionalVersionWeights"
_RANGE = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
    "Member must have value greater than or equal to 0.0, Member must not be null]"
)
_KEYS = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length "
    "greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]"
)


def weights_of(alias: LambdaAlias) -> dict[str, float]:
    """The weight of each additional version."""
    return weights_in(alias.routing_config)


def weights_in(routing: Any) -> dict[str, float]:
    """The weights of a RoutingConfig, which may be missing or empty."""
    return {
        str(version): float(weight)
        for version, weight in ((routing or {}).get("AdditionalVersionWeights") or {}).items()
    }


def versions_of(alias: LambdaAlias) -> set[str]:
    """Every version the alias leads to."""
    return {str(alias.function_version), *weights_of(alias)}


def check_alias(storage: LambdaStorage, function: LambdaFunction, name: str, version: str, routing: Any) -> None:
    """Refuse an alias that Lambda would not make, or not change to this."""
    constraints.check("CreateAlias", {"Name": name, "FunctionVersion": version})
    weights = weights_in(routing)
    _check_weights(weights, version)
    main = version_of(storage, function, version)
    for additional in weights:
        _check_alike(main, version_of(storage, function, additional))


def version_of(storage: LambdaStorage, function: LambdaFunction, version: str) -> LambdaFunction:
    """A version that must exist."""
    if version == LATEST:
        return function
    one = storage._get_version(function.function_name, version)
    if one is None:
        raise not_found(f"Function not found: {function.function_arn}:{version}")
    return one


def _check_weights(weights: Mapping[str, float], version: str) -> None:
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for additional, weight in weights.items():
        entry = f"{{{additional}={weight}}}"
        if not 0.0 <= weight <= 1.0:
            raise malformed(_RANGE, _WEIGHTS, entry)
        if additional == version:
            raise invalid(
                f"Invalid function version {version}. Function version {version} is already included in routing "
                "configuration."
            )
        if version == LATEST:
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        if not is_version(additional):
            raise malformed(_KEYS, _WEIGHTS, entry)


def _check_alike(main: LambdaFunction, additional: LambdaFunction) -> None:
    if main.role != additional.role:
        raise invalid("Specified versions must be associated with the same execution role")
    if getattr(main, "dead_letter_arn", None) != getattr(additional, "dead_letter_arn", None):
        raise invalid("Specified versions must be associated with the same dead letter queue configuration")
