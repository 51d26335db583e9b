"""The ways a function may be named: by name, by part of its ARN, by its ARN, each with or without a qualifier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.services.awslambda.api.errors import LambdaError, invalid, malformed, not_found

LATEST = "$LATEST"
PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_FORM = re.compile(
    r"(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:(?P<region>[a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)


@dataclass(frozen=True)
class FunctionName:
    """A function of this account and region, and which version or alias of it was named, if any."""

    name: str
    qualifier: str | None = None


def function_name(text: str, qualifier: str | None, region: str, account: str) -> FunctionName:
    """Read what a request names; raises Lambda's own error for a name of no form, or of somewhere else."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise malformed(f"Member must satisfy regular expression pattern: {PATTERN}", "functionName", text)
    inner = form["qualifier"]
    if inner and qualifier and inner != qualifier:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    if form["region"] and form["region"] != region:
        raise not_found(f"Functions from '{form['region']}' are not reachable in this region ('{region}')")
    if form["account"] and form["account"] != account:
        raise _other_account(text, account)
    return FunctionName(form["name"], inner or qualifier)


def is_version(qualifier: str) -> bool:
    """Whether it names a published version; every other one but `$LATEST` names an alias."""
    return qualifier.isdigit()


def _other_account(text: str, account: str) -> LambdaError:
    return LambdaError(
        "AccessDeniedException",
        f"User: arn:aws:iam::{account}:root is not authorized to perform this action on resource: {text} "
        "because no resource-based policy allows it",
        403,
    )
