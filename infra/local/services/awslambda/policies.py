"""The policy of a function, with what is for its versions and aliases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import lambda_backends

from infra.local.wiring import ACCOUNT

_KNOWN = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")


def policy_of(region: str, name: str) -> tuple[str, str] | None:
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
