"""The Condition block of a statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
An operator or key that is not listed here cannot be evaluated: `unsupported` names it, so that a deploy can refuse
it, and `met` counts it against whoever asks.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local.iam.patterns import Context, any_text_matches, arn_matches, text_matches

KEYS = frozenset(
    """
    aws:CurrentTime aws:EpochTime aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService
    aws:PrincipalServiceName aws:PrincipalType aws:RequestedRegion aws:SecureTransport aws:SourceAccount
    aws:SourceArn aws:SourceIp aws:SourceOwner cloudwatch:namespace dynamodb:LeadingKeys events:detail-type
    events:source iam:PassedToService lambda:FunctionArn lambda:Layer s3:delimiter s3:max-keys s3:prefix s3:versionid
    sts:ExternalId sts:RoleSessionName
    """.lower().split()
)
"""Every condition key whose value a request can have here."""

_WILDCARD = re.compile(r"\$\{[^}]*\}|[*?]")


@dataclass(frozen=True)
class Condition:
    """One operator on one key: met when the request's value is any of `values`, or none of them where negated."""

    operator: str
    key: str
    values: tuple[str, ...]
    negated: bool = False
    if_exists: bool = False
    quantifier: str = ""

    @property
    def unsupported(self) -> str | None:
        """What cannot be evaluated: the operator or the key."""
        if self.operator not in _OPERATORS:
            return f"condition operator {self.operator}"
        return None if self.key in KEYS else f"condition key {self.key}"

    def met(self, context: Context) -> bool:
        """Whether the request meets it; a supported one only."""
        values = context.get(self.key) or None
        if self.operator == "Null":
            return any((value == "true") == (values is None) for value in self.values)
        if values is None:
            return self.if_exists or self.quantifier == "ForAllValues" or (self.negated and not self.quantifier)
        results = (self._holds(value, context) for value in values)
        return all(results) if self.quantifier == "ForAllValues" else any(results)

    def _holds(self, value: str, context: Context) -> bool:
        if self.operator == "StringLike":
            # A batch names a hundred keys, each of which may be of any of the patterns.
            return any_text_matches(self.values, value, context) != self.negated
        compare = _OPERATORS[self.operator]
        return any(compare(wanted, value, context) for wanted in self.values) != self.negated


def conditions_of(block: Mapping[str, Mapping[str, Any]]) -> tuple[Condition, ...]:
    """The conditions of a statement, all of which must be met."""
    return tuple(
        _condition(operator, key, _texts(values)) for operator, keys in block.items() for key, values in keys.items()
    )


def _condition(written: str, key: str, values: tuple[str, ...]) -> Condition:
    quantifier, _, operator = written.rpartition(":")
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    positive = operator.replace("Not", "", 1)
    return Condition(positive, key.lower(), values, positive != operator, if_exists, quantifier)


def _texts(values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in listed)


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str, Context], bool]:
    return lambda wanted, found, _: _both(float, compare, wanted, found)


def _moment(compare: Callable[[float, float], bool]) -> Callable[[str, str, Context], bool]:
    return lambda wanted, found, _: _both(_seconds, compare, wanted, found)


def _both(read: Callable[[str], float], compare: Callable[[float, float], bool], wanted: str, value: str) -> bool:
    """What cannot be read compares with nothing."""
    try:
        return compare(read(value), read(wanted))
    except ValueError:
        return False


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _in_network(wanted: str, value: str, _context: Context) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _same(wanted: str, value: str, context: Context) -> bool:
    """Variables are filled in, wildcards are ordinary characters."""
    return wanted == value or ("${" in wanted and text_matches(_WILDCARD.sub(_literal, wanted), value, context))


def _literal(match: re.Match[str]) -> str:
    return match.group(0) if match.group(0).startswith("${") else f"${{{match.group(0)}}}"


_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "Equals": lambda found, wanted: found == wanted,
    "LessThan": lambda found, wanted: found < wanted,
    "LessThanEquals": lambda found, wanted: found <= wanted,
    "GreaterThan": lambda found, wanted: found > wanted,
    "GreaterThanEquals": lambda found, wanted: found >= wanted,
}

_OPERATORS: Mapping[str, Callable[[str, str, Context], bool]] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": lambda wanted, found, context: _same(wanted.lower(), found.lower(), context),
    "StringLike": text_matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": lambda wanted, found, _: wanted.lower() == found.lower(),
    "Null": lambda wanted, found, _: wanted == found,
    "IpAddress": _in_network,
    **{f"Numeric{name}": _number(compare) for name, compare in _ORDER.items()},
    **{f"Date{name}": _moment(compare) for name, compare in _ORDER.items()},
}
