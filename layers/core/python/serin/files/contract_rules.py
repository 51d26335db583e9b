"""From what ODCS says about a column to the rules a row is checked by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from open_data_contract_standard.model import DataQuality, SchemaProperty

from serin.domain.contracts import Dimension, Rule, RuleKind, Severity
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
}
# The texts that CSV files write for no value.
NULLS = (None, "", "NA")
_SEVERITIES: Mapping[str, Severity] = {"error": "error", "warning": "warning"}
_OPTIONS_OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_BACKTRACKING = re.compile(r"\(\?<?[=!]|\(\?P=|\(\?>|(?<!\\)(\\\\)*\\[1-9]")
_OTHER_COMPARISONS = (
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)
_SCALARS = (str, int, float, bool)
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "nullValues": frozenset(),
    "missingValues": frozenset({"missingValues"}),
    "invalidValues": frozenset({"validValues", "pattern"}),
    "duplicateValues": frozenset({"properties"}),
}
_NOT_CHECKED = "Serin cannot check this yet; remove it, so that nobody relies on it."


@dataclass
class Rules:
    """The rules found so far, and what cannot be one."""

    dataset: str
    found: list[Rule] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, path: FieldPath, rule: Rule) -> None:
        """Keep the rule, unless another has its id."""
        if any(other.id == rule.id for other in self.found):
            self.refuse(path, f"a second rule with the id {rule.id}", "Give the rule an id of its own.")
        else:
            self.found.append(rule)

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
        if check.metric in ("nullValues", "missingValues") and (column.required or column.primaryKey):
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
        rules.refuse(path, f"bounds {shown(bounds[0])} and {shown(bounds[1])}", "Write numbers.")
    elif low is not None and high is not None and low > high:
        rules.refuse(path, f"a lowest value of {low:g} above a highest of {high:g}", "Swap the two.")
    else:
        identity = f"{rules.dataset}.{name}.{kind}"
        rules.add(path, Rule(identity, kind, (name,), "accuracy", minimum=low, maximum=high))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _pattern(rules: Rules, pattern: object, path: FieldPath) -> str | None:
    """The pattern, when it can be checked in time linear in the text."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > 500:
        rules.refuse(path, shown(pattern), "Write a regular expression of at most 500 characters.")
        return None
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        rules.refuse(path, f"{shown(pattern)}, which is no regular expression: {error}", "Correct it.")
        return None
    if _BACKTRACKING.search(pattern):
        rules.refuse(path, f"{shown(pattern)}, which looks around or back", "Leave out look-around and references.")
        return None
    return pattern


def quality_rule(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath) -> None:
    """Add the rule that one entry of `quality` asks for, or refuse it by name."""
    called = check.id or check.name or check.metric or check.type or "a rule"
    problems = list(_problems(check))
    for field_name, found, remedy in problems:
        rules.refuse((*path, *field_name), f"{called}: {found}", remedy)
    if problems:
        return
    arguments = check.arguments or {}
    kind, values, pattern = _kind_of(rules, check, arguments, path)
    if check.metric == "duplicateValues" and "properties" in arguments:
        columns = tuple(arguments["properties"])
    if kind is None:
        return
    rule = Rule(
        check.id or check.name or ".".join((rules.dataset, *columns, kind)),
        kind,
        columns,
        DIMENSIONS[check.dimension] if check.dimension else DIMENSION_OF_KIND[kind],
        _SEVERITIES[check.severity or "error"],
        values=values,
        pattern=pattern,
    )
    rules.add(path, rule)


def _problems(check: DataQuality) -> Iterator[tuple[FieldPath, str, str]]:
    if check.type not in (None, "library"):
        yield ("type",), f"quality of type {check.type}", _NOT_CHECKED
        return
    if check.rule:
        yield ("rule",), "the field `rule`, which ODCS 3.1 replaced", "Write `metric` instead."
        return
    if check.metric not in _ARGUMENTS:
        yield ("metric",), f"the metric {check.metric}", _NOT_CHECKED
        return
    for name in _OTHER_COMPARISONS:
        if getattr(check, name) is not None:
            yield (name,), f"{name}; rows are judged one by one", "Write `mustBe: 0`."
    if check.mustBe != 0 or isinstance(check.mustBe, bool):
        yield ("mustBe",), f"mustBe {shown(check.mustBe)}; rows are judged one by one", "Write `mustBe: 0`."
    if check.dimension is not None and check.dimension not in DIMENSIONS:
        yield ("dimension",), f"the dimension {check.dimension!r}", f"One of: {', '.join(DIMENSIONS)}."
    if check.severity is not None and check.severity not in _SEVERITIES:
        yield ("severity",), f"the severity {check.severity!r}", "Write error (quarantine) or warning (counted only)."
    identity = check.id or check.name
    if identity is not None and not _ID.match(identity):
        yield ("id",), f"the id {shown(identity)}", "Use letters, digits, dots, hyphens and underscores, 100 at most."


Kind = tuple[RuleKind | None, tuple[str, ...], str | None]


def _kind_of(rules: Rules, check: DataQuality, arguments: Mapping[str, Any], path: FieldPath) -> Kind:
    at = (*path, "arguments")
    if unknown := sorted(set(arguments) - _ARGUMENTS[str(check.metric)]):
        rules.refuse((*at, unknown[0]), f"the argument {unknown[0]} of {check.metric}")
        return None, (), None
    if check.metric == "invalidValues":
        return _valid_kind(rules, arguments, at)
    missing = arguments.get("missingValues", [])
    if not isinstance(missing, list) or any(value not in NULLS for value in missing):
        remedy = "Serin takes an empty text and NA for no value, and cannot take others yet."
        rules.refuse(at, f"missingValues {shown(missing)}", remedy)
        return None, (), None
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
