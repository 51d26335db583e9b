"""The rules of a contract: those that its columns imply, and its own."""

from __future__ import annotations

from serin.domain.contracts import TIMES, Column, Contract, Rule


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of the contract: those its columns imply first, unless it says them itself, then its own.

    A column implies `<dataset>.<column>.type`, `<dataset>.<column>.required` when it is required or part of the
    primary key, and `<dataset>.<column>.future` when it holds times that may not all lie after the clock.
    """
    said = {(rule.kind, rule.columns) for rule in contract.rules}
    implied = (rule for column in contract.columns for rule in _implied(contract, column))
    return (*(rule for rule in implied if (rule.kind, rule.columns) not in said), *contract.rules)


def _implied(contract: Contract, column: Column) -> list[Rule]:
    prefix = f"{contract.dataset}.{column.name}"
    rules = [Rule(f"{prefix}.type", "type", (column.name,), "accuracy")]
    if column.required or column.name in contract.primary_key:
        rules.append(Rule(f"{prefix}.required", "required", (column.name,), "completeness"))
    if column.type in TIMES and column.future != "allowed":
        rules.append(Rule(f"{prefix}.future", "future", (column.name,), "accuracy", maximum=column.future or 0.0))
    return rules


def is_error(rule: Rule) -> bool:
    """Whether a row that breaks the rule goes to quarantine; a value of no type has no place among accepted rows."""
    return rule.severity == "error" or rule.kind == "type"
