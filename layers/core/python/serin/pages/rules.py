"""A contract's rules in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Contract, DatasetRule, Limit, Rule, RuleKind
from serin.domain.plain_numbers import counted, plain

DAY = 86_400.0


def said(rule: Rule | DatasetRule, contract: Contract) -> str:
    """What the rule asks for, as its author describes it where its parts do not say it."""
    if isinstance(rule, DatasetRule):
        return _of_file(rule, contract)
    if rule.kind == "type":
        column = next(column for column in contract.columns if column.name == rule.columns[0])
        return f"is of the type {column.type}"
    return _SAID[rule.kind](rule)


def rules_about(contract: Contract, column: str) -> list[tuple[str, str]]:
    """Each rule that looks at a column: its id and what it asks for, with the author's reason."""
    rules: list[Rule | DatasetRule] = [rule for rule in rules_of(contract) if column in rule.columns]
    rules += [rule for rule in contract.dataset_rules if rule.rows and column in rule.rows.columns]
    rules += [rule for rule in contract.dataset_rules if rule.column == column]
    return [(rule.id, with_reason(rule, contract)) for rule in rules]


def with_reason(rule: Rule | DatasetRule, contract: Contract) -> str:
    """What it asks for, and why."""
    asked = said(rule, contract)
    return asked if rule.description in (None, asked) else f"{asked}. {rule.description}"


def _of_file(rule: DatasetRule, contract: Contract) -> str:
    if rule.kind == "row_count":
        return f"the file has {rule.limit} rows"
    if rule.kind == "freshness":
        days = Limit(rule.limit.comparison, rule.limit.value / DAY)
        return f"the newest {rule.column} is {days} days old when the file arrives"
    if rule.kind == "frequency":
        days = Limit(rule.limit.comparison, rule.limit.value / DAY)
        return f"a file comes {days} days after the one before"
    unit = " % of the rows" if rule.unit == "percent" else " rows"
    asked = with_column(rule.rows, said(rule.rows, contract)) if rule.rows else rule.id
    return f"{rule.limit}{unit} break this: {asked}"


def with_column(rule: Rule, asked: str) -> str:
    """What is asked, of which column; a rule about several names them itself."""
    return f"{rule.columns[0]}: {asked}" if len(rule.columns) == 1 else asked


def _range(rule: Rule) -> str:
    if rule.minimum is None:
        return f"at most {plain(rule.maximum or 0)}"
    least = plain(rule.minimum)
    return f"at least {least}" if rule.maximum is None else f"from {least} to {plain(rule.maximum)}"


def _foreign_key(rule: Rule) -> str:
    key = rule.references
    return f"is there in {key.dataset} ({', '.join(key.columns)})" if key else "is there elsewhere"


def _unique(rule: Rule) -> str:
    among = "of the dataset" if rule.scope == "dataset" else "of a file"
    return f"no two rows {among} have the same {', '.join(rule.columns)}"


def _condition(rule: Rule) -> str:
    if len(rule.columns) > 1:
        return f"{', '.join(rule.columns)} agree with each other"
    return rule.description or "is not what its query counts"


def _future(rule: Rule) -> str:
    beyond = f" by more than {counted(rule.maximum / DAY)} days" if rule.maximum else ""
    return f"does not lie after the clock{beyond} when its file arrives"


_SAID: Mapping[RuleKind, Callable[[Rule], str]] = {
    "required": lambda _: "is never empty",
    "unique": _unique,
    "range": _range,
    "one_of": lambda rule: f"one of {', '.join(rule.values)}",
    "pattern": lambda rule: f"matches {rule.pattern}",
    "length": lambda rule: f"{_range(rule)} characters",
    "condition": _condition,
    "foreign_key": _foreign_key,
    "latency": lambda rule: f"is at most {counted((rule.maximum or 0) / DAY)} days old when its file arrives",
    "future": _future,
}
