"""Policy documents as statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from infra.local.iam.conditions import Condition, conditions_of
from infra.local.iam.patterns import Context, action_matches, arn_matches
from serin.domain.errors import Invalid

_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"})
_PRINCIPALS = frozenset({"AWS", "Service"})


@dataclass(frozen=True)
class Statement:
    """One statement; `name` is its Sid, or its number in its document."""

    name: str
    allows: bool
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    resources: tuple[str, ...]
    but_resources: tuple[str, ...]
    principals: frozenset[tuple[str, str]]
    conditions: tuple[Condition, ...]

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether the statement speaks of this request, whoever makes it.

        A condition that cannot be evaluated is not met where the statement allows, and met where it denies.
        """
        return self.names(action) and self.reaches(resource, context) and self.holds(context)

    def may_cover(self, action: str, resource: str) -> bool:
        """Whether there is a context in which it covers this; False is for good, whatever the context."""
        return self.names(action) and (self.is_open or self.reaches(resource, {}))

    @property
    def is_open(self) -> bool:
        """Whether it names resources by what the context holds."""
        return any("${" in pattern for pattern in (*self.resources, *self.but_resources))

    @property
    def unsupported(self) -> Iterator[str]:
        """Conditions that cannot be evaluated."""
        return (reason for condition in self.conditions if (reason := condition.unsupported))

    def names(self, action: str) -> bool:
        """Whether the statement speaks of this action, on whatever."""
        if self.but_actions:
            return not any(action_matches(pattern, action) for pattern in self.but_actions)
        return any(action_matches(pattern, action) for pattern in self.actions)

    def reaches(self, resource: str, context: Context) -> bool:
        """Whether it speaks of this resource."""
        if self.but_resources:
            return not any(arn_matches(pattern, resource, context) for pattern in self.but_resources)
        # A role's trust policy names no resource: it is about the role itself.
        return not self.resources or any(arn_matches(pattern, resource, context) for pattern in self.resources)

    def holds(self, context: Context) -> bool:
        """Whether its conditions are met."""
        for condition in self.conditions:
            if not (not self.allows if condition.unsupported else condition.met(context)):
                return False
        return True


@lru_cache(maxsize=2048)
def statements_of(document: str) -> tuple[Statement, ...]:
    """The statements of a document as it is stored; raises Invalid for one that is no policy."""
    try:
        read = json.loads(document)
        return tuple(_statement(str(number), item) for number, item in enumerate(_listed(read["Statement"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("The policy document cannot be read.", "Write it in the grammar of IAM's policies.") from error


def check(name: str, document: str) -> None:
    """Refuse by name what could not be evaluated, where the policy is deployed."""
    reasons = sorted({reason for statement in statements_of(document) for reason in statement.unsupported})
    if reasons:
        raise Invalid(
            f"The local cloud cannot evaluate the policy {name}: {', '.join(reasons)}.",
            "Write the condition with a listed operator and key, or add it to infra/local/iam/conditions.py.",
        )


def _statement(number: str, item: Mapping[str, Any]) -> Statement:
    if unknown := set(item) - _ELEMENTS:
        raise Invalid(
            f"The local cloud cannot evaluate {', '.join(sorted(unknown))} of a policy statement.",
            "Name who is meant in Principal and limit them by Condition.",
        )
    return Statement(
        name=str(item.get("Sid") or number),
        allows=item["Effect"] == "Allow",
        actions=_texts(item.get("Action")),
        but_actions=_texts(item.get("NotAction")),
        resources=_texts(item.get("Resource")),
        but_resources=_texts(item.get("NotResource")),
        principals=frozenset(_principals(item.get("Principal", {}))),
        conditions=conditions_of(item.get("Condition") or {}),
    )


def _principals(written: Any) -> Iterator[tuple[str, str]]:
    named = {"AWS": "*"} if written == "*" else written
    if unknown := set(named) - _PRINCIPALS:
        raise Invalid(
            f"The local cloud knows no principal of the kind {', '.join(sorted(unknown))}.", "Use AWS or Service."
        )
    for kind, values in named.items():
        yield from ((kind, value) for value in _texts(values))


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in _listed(values))


def _listed(values: Any) -> list[Any]:
    if values is None:
        return []
    return values if isinstance(values, list) else [values]
