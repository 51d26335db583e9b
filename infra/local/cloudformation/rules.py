"""A template's Rules: what must hold of the parameters before anything is made."""

from __future__ import annotations

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.functions import holds
from infra.local.cloudformation.scope import StackScope


def check_rules(scope: StackScope) -> None:
    """Raise ValidationError with the description of the first assertion that does not hold."""
    for name, rule in scope.template.rules.items():
        if "RuleCondition" in rule and not holds(rule["RuleCondition"], scope):
            continue
        for assertion in rule.get("Assertions", []):
            if not holds(assertion["Assert"], scope):
                said = assertion.get("AssertDescription", f"Rule {name} does not hold.")
                raise ValidationError(f"Template error: {said}")
