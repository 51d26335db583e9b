"""From what ODCS says about a column to the rules a row is checked by."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from open_data_contract_standard.model import DataQuality, SchemaProperty

from serin.data.contract.trial import check_rule
from serin.domain.conditions import columns_of
from serin.domain.contracts import Column, DatasetRule, Dimension, Rule, RuleKind, Severity
from serin.domain.errors import Invalid
from serin.files.contract_conditions import query_condition
from serin.files.contract_limits import limit_findings, limit_of
from serin.files.contract_scopes import scope_findings, scope_of
from serin.files.faults import FieldPath, Finding, shown

# ODCS names seven dimensions of quality; people are shown four.
DIMENSIONS: Mapping[str, Dimension] = {
    "accuracy": "accuracy",
    "conformity": "accuracy",
    "completeness": "completeness",
    "coverage": "completeness",
    "consistency": "consistency",
    "uniqueness": "consistency",
    "timeliness": "timeliness",
}
DIMENSION_OF_KIND: Mapping[RuleKind, Dimension] = {
    "required": "completeness",
    "unique": "consistency",
    "range": "accuracy",
    "one_of": "accuracy",
    "pattern": "accuracy",
    "length": "accuracy",
    "condition": "consistency",
}
SEVERITIES: Mapping[str, Severity] = {"error": "error", "warning": "warning"}
_OPTIONS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_SCALARS = (str, int, float, bool)
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "nullValues": frozenset(),
    "missingValues": frozenset({"missingValues"}),
    "invalidValues": frozenset({"validValues", "pattern"}),
    "duplicateValues": frozenset({"properties"}),
    "rowCount": frozenset(),
}
OF_A_COLUMN = ("nullValues", "missingValues", "invalidValues")
_NOT_CHECKED = "Serin cannot check this yet; remove it, so that nobody relies on it."


@dataclass
class Rules:
    """The rules found so far, and what cannot be one. `columns` are the dataset's."""

    dataset: str
    columns: tuple[Column, ...] = ()
    found: list[Rule] = field(default_factory=list)
    of_dataset: list[DatasetRule] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def types(self) -> Mapping[str, str]:
        """Column → type."""
        return {column.name: column.type for column in self.columns}

    def add(self, path: FieldPath, rule: Rule | DatasetRule) -> None:
        """Keep the rule, unless another has its id, or what runs rules cannot run it."""
        if rule.id in {*(other.id for other in self.found), *(other.id for other in self.of_dataset)}:
            self.refuse(path, f"a second rule with the id {rule.id}", "Give the rule an id of its own.")
            return
        try:
            if of_rows := rule if isinstance(rule, Rule) else rule.rows:
                check_rule(of_rows, self.columns)
        except Invalid as error:
            self.refuse(path, f"{rule.id}: {error.message}", error.remedy)
            return
        if isinstance(rule, Rule):
            self.found.append(rule)
        else:
            self.of_dataset.append(rule)

    def refuse(self, path: FieldPath, found: str, remedy: str = _NOT_CHECKED) -> None:
        """Remember why something is not a rule."""
        self.findings.append(Finding(path, found, remedy))


def column_rules(rules: Rules, column: SchemaProperty, type: str, path: FieldPath) -> None:
    """Add what `unique`, `logicalTypeOptions`, `enum` and `quality` of a column ask for."""
    name = str(column.name)
    prefix = f"{rules.dataset}.{name}"
    if column.unique:
        rules.add((*path, "unique"), Rule(f"{prefix}.unique", "unique", (name,), DIMENSION_OF_KIND["unique"]))
    _options(rules, name, type, column.logicalTypeOptions or {}, (*path, "logicalTypeOptions"))
    if column.enum:
        values = tuple(_text(item.value) for item in column.enum)
        rules.add((*path, "enum"), Rule(f"{prefix}.one_of", "one_of", (name,), "accuracy", values=values))
    for index, check in enumerate(column.quality or []):
        at = (*path, "quality", index)
        if check.metric == "rowCount":
            rules.refuse(at, f"rowCount of {name}", "Move it to the quality of the schema.")
        elif check.metric in ("nullValues", "missingValues") and (column.required or column.primaryKey):
            remedy = "Remove the check, or `required`."
            rules.refuse(at, f"a check for nulls of {name}, which is required already", remedy)
        else:
            quality_rule(rules, check, (name,), at)


def _options(rules: Rules, name: str, type: str, options: Mapping[str, Any], path: FieldPath) -> None:
    allowed = _OPTIONS_OF_TYPE.get(type, ())
    for option in options:
        if option not in allowed:
            rules.refuse((*path, option), f"{option} of a {type} column")
    for kind, low, high in (("range", "minimum", "maximum"), ("length", "minLength", "maxLength")):
        bounds = [options.get(low), options.get(high)]
        if low in allowed and bounds != [None, None]:
            _bounds(rules, "range" if kind == "range" else "length", name, bounds, path)
    if "pattern" in allowed and "pattern" in options:
        made = _pattern(rules, options["pattern"], (*path, "pattern"))
        if made:
            rule = Rule(f"{rules.dataset}.{name}.pattern", "pattern", (name,), "accuracy", pattern=made)
            rules.add((*path, "pattern"), rule)


def _bounds(rules: Rules, kind: RuleKind, name: str, bounds: list[object], path: FieldPath) -> None:
    low, high = (_number(bound) for bound in bounds)
    if any(bound is not None and _number(bound) is None for bound in bounds):
        rules.refuse(path, f"bounds {shown(bounds[0])} and {shown(bounds[1])}", "Write finite numbers.")
    elif low is not None and high is not None and low > high:
        rules.refuse(path, f"a lowest value of {low:g} above a highest of {high:g}", "Swap the two.")
    else:
        identity = f"{rules.dataset}.{name}.{kind}"
        rules.add(path, Rule(identity, kind, (name,), "accuracy", minimum=low, maximum=high))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _pattern(rules: Rules, pattern: object, path: FieldPath) -> str | None:
    """The pattern, if it is a text; whether it is one of a regular expression is for what runs it."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > 500:
        rules.refuse(path, shown(pattern), "Write a regular expression of at most 500 characters.")
        return None
    return pattern


def quality_rule(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath) -> None:
    """Add the rule that one entry of `quality` asks for, or refuse it by name.

    `mustBe: 0` of rows is a rule of rows; every other comparison is about the file they are in.
    """
    called = check.id or check.name or check.metric or check.type or "a rule"
    problems = list(_problems(check))
    for problem in problems:
        rules.refuse((*path, *problem.path), f"{called}: {problem.found}", problem.remedy)
    if problems:
        return
    limit = limit_of(check)
    if check.metric == "rowCount":
        identity = _id(check) or f"{rules.dataset}.row_count"
        dimension, severity = _dimension(check, "completeness"), SEVERITIES[check.severity or "error"]
        told = check.description
        rules.add(path, DatasetRule(identity, "row_count", dimension, limit, severity, description=told))
        return
    rule = _row_rule(rules, check, columns, path, called)
    if rule is None:
        return
    if (limit.comparison, limit.value) == ("=", 0):
        rules.add(path, replace(rule, description=check.description))
        return
    unit: Literal["rows", "percent"] = "percent" if check.unit == "percent" else "rows"
    of_file = DatasetRule(rule.id, "broken_rows", rule.dimension, limit, rule.severity, unit, rule)
    rules.add(path, replace(of_file, description=check.description))


def _row_rule(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath, called: str) -> Rule | None:
    """The rule the check is about, whatever number of rows may break it."""
    if check.type == "sql":
        return _condition_rule(rules, check, columns, path, called)
    arguments = check.arguments or {}
    kind, values, pattern = _kind_of(rules, check, arguments, path)
    if check.metric == "duplicateValues" and "properties" in arguments:
        columns = tuple(arguments["properties"])
    if kind is None:
        return None
    return Rule(
        _id(check) or ".".join((rules.dataset, *columns, kind)),
        kind,
        columns,
        _dimension(check, DIMENSION_OF_KIND[kind]),
        SEVERITIES[check.severity or "error"],
        values=values,
        pattern=pattern,
        scope=scope_of(check),
    )


def _condition_rule(
    rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath, called: str
) -> Rule | None:
    at_column = columns[0] if "properties" in path else None
    try:
        condition = query_condition(check.query, rules.dataset, rules.types, at_column)
    except Invalid as error:
        rules.refuse((*path, "query"), f"{called}: {error.message}", error.remedy)
        return None
    looked_at = columns_of(condition)
    identity = _id(check)
    if identity is None or not looked_at:
        found, remedy = ("no name", "Give it a name, which rows in quarantine are told with.")
        if identity:
            found, remedy = "a condition of no column", "Compare columns."
        rules.refuse(path, f"{called}: {found}", remedy)
        return None
    severity = SEVERITIES[check.severity or "error"]
    return Rule(identity, "condition", looked_at, _dimension(check, "consistency"), severity, condition=condition)


def _id(check: DataQuality) -> str | None:
    return check.id or check.name


def _dimension(check: DataQuality, otherwise: Dimension) -> Dimension:
    return DIMENSIONS[check.dimension] if check.dimension else otherwise


def valid_id(identity: str) -> bool:
    """Whether a rule may be called that."""
    return bool(_ID.match(identity))


def _problems(check: DataQuality) -> Iterator[Finding]:
    if check.type not in (None, "library", "sql"):
        yield Finding(("type",), f"quality of type {check.type}", _NOT_CHECKED)
        return
    if check.rule:
        yield Finding(("rule",), "the field `rule`, which ODCS 3.1 replaced", "Write `metric` instead.")
        return
    if check.type == "sql" and check.metric:
        yield Finding(("metric",), f"sql and the metric {check.metric}", "Keep one of the two.")
    elif check.type != "sql" and check.metric not in _ARGUMENTS:
        found = f"the metric {shown(check.metric)}" if check.metric else "no metric"
        yield Finding(("metric",), found, f"One of: {', '.join(_ARGUMENTS)}; or `type: sql` with a query.")
        return
    limits = list(limit_findings(check))
    yield from limits or scope_findings(check)
    if check.dimension is not None and check.dimension not in DIMENSIONS:
        yield Finding(("dimension",), f"the dimension {check.dimension!r}", f"One of: {', '.join(DIMENSIONS)}.")
    if check.severity is not None and check.severity not in SEVERITIES:
        remedy = "Write error (quarantine, or a rejected file) or warning (counted only)."
        yield Finding(("severity",), f"the severity {check.severity!r}", remedy)
    identity = _id(check)
    if identity is not None and not valid_id(identity):
        remedy = "Use letters, digits, dots, hyphens and underscores, 100 at most."
        yield Finding(("id",), f"the id {shown(identity)}", remedy)


Kind = tuple[RuleKind | None, tuple[str, ...], str | None]


def _kind_of(rules: Rules, check: DataQuality, arguments: Mapping[str, Any], path: FieldPath) -> Kind:
    at = (*path, "arguments")
    if unknown := sorted(set(arguments) - _ARGUMENTS[str(check.metric)]):
        rules.refuse((*at, unknown[0]), f"the argument {unknown[0]} of {check.metric}")
        return None, (), None
    if check.metric == "invalidValues":
        return _valid_kind(rules, arguments, at)
    return ("unique" if check.metric == "duplicateValues" else "required"), (), None


def _valid_kind(rules: Rules, arguments: Mapping[str, Any], path: FieldPath) -> Kind:
    if len(arguments) != 1:
        rules.refuse(path, "not exactly one of validValues and pattern", "Write two checks, one for each.")
        return None, (), None
    if "pattern" in arguments:
        pattern = _pattern(rules, arguments["pattern"], (*path, "pattern"))
        return ("pattern" if pattern else None), (), pattern
    values = arguments["validValues"]
    if not isinstance(values, list) or not values or not all(isinstance(value, _SCALARS) for value in values):
        rules.refuse((*path, "validValues"), shown(values), "Write a list of words or numbers.")
        return None, (), None
    return "one_of", tuple(_text(value) for value in values), None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
