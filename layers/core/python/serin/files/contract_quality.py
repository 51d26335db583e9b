"""From the entries of ODCS's `quality` to rules that are run, where they can be, else to promises that are said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from open_data_contract_standard.model import DataQuality

from serin.domain.conditions import columns_of
from serin.domain.contracts import DatasetRule, Dimension, Rule, RuleKind
from serin.domain.errors import Invalid
from serin.files.contract_conditions import query_condition
from serin.files.contract_limits import limit_findings, limit_of, unit_of, unmeasured
from serin.files.contract_options import note_unquoted, pattern_of, plain
from serin.files.contract_rules import DIMENSION_OF_KIND, DIMENSIONS, Rules, rule_id, severity_of
from serin.files.contract_scopes import scope_findings, scope_of
from serin.files.faults import FieldPath, Finding, shown

_SCALARS = (str, int, float, bool)
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "nullValues": frozenset(),
    "missingValues": frozenset({"missingValues"}),
    "invalidValues": frozenset({"validValues", "pattern"}),
    "duplicateValues": frozenset({"properties"}),
    "rowCount": frozenset(),
}
_OF_A_COLUMN = ("nullValues", "missingValues", "invalidValues")
# What ODCS 3.0 calls them, in its field `rule`.
_RULES_OF_3_0: Mapping[str, str] = {
    **dict.fromkeys(("nullCheck", "nullCount", "isNull", "notNull"), "nullValues"),
    **dict.fromkeys(("duplicateCount", "duplicateCheck", "unique", "uniqueCheck"), "duplicateValues"),
    "rowCount": "rowCount",
}
_TYPES = (None, "library", "sql", "text", "custom")


def quality_rule(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath) -> None:
    """Add the rule that one entry of `quality` asks for; `columns` is the one it stands at, or the primary key.

    `mustBe: 0` of rows is a rule of rows; every other comparison is about the file they are in.
    """
    at_column = "properties" in path
    named = rule_id(check.id) or rule_id(check.name)
    called = named or ".".join((rules.dataset, *(columns if at_column else ())))
    check = _named_since_3_1(check)
    problems = list(_contradictions(check))
    for problem in problems:
        told = named or check.metric or check.type or "a rule"
        rules.refuse((*path, *problem.path), f"{told}: {problem.found}", problem.remedy)
    if problems:
        return
    if reason := _unchecked(check, at_column):
        rules.say(called, _words(check), reason)
        return
    try:
        _add(rules, check, columns, path, called)
    except Invalid as error:
        rules.say(called, _words(check), error.message)


def _named_since_3_1(check: DataQuality) -> DataQuality:
    if check.metric or not check.rule:
        return check
    return check.model_copy(update={"metric": _RULES_OF_3_0.get(check.rule)})


def _contradictions(check: DataQuality) -> Iterator[Finding]:
    """What the standard does not allow, or one part of the check denies of another."""
    if check.type not in _TYPES:
        yield Finding(("type",), f"quality of type {check.type}", "Write library, sql, text or custom.")
        return
    if check.dimension is not None and check.dimension not in DIMENSIONS:
        known = ", ".join(name for name in DIMENSIONS if len(name) > 2)
        yield Finding(("dimension",), f"the dimension {check.dimension!r}", f"One of: {known}.")
    if check.metric and check.type in ("sql", "text", "custom"):
        yield Finding(("metric",), f"{check.type} and the metric {check.metric}", "Keep one of the two.")
        return
    if check.metric and check.metric not in _ARGUMENTS:
        remedy = f"One of: {', '.join(_ARGUMENTS)}; or `type: sql` with a query."
        yield Finding(("metric",), f"the metric {shown(check.metric)}", remedy)
        return
    if check.type == "sql" and not check.query:
        yield Finding(("query",), "sql without a query", "Write the query.")
    elif check.type not in ("text", "custom") and not (check.metric or check.rule or check.query):
        yield Finding(("metric",), "no metric", f"One of: {', '.join(_ARGUMENTS)}; or `type: sql` with a query.")
    elif check.metric or check.type == "sql":
        limits = list(limit_findings(check))
        yield from limits or ([] if unmeasured(check) else scope_findings(check))


def _unchecked(check: DataQuality, at_column: bool) -> str | None:
    """Why nothing of it can be checked; None where it may be."""
    if check.type in ("text", "custom"):
        return "a text for people" if check.type == "text" else f"for another engine ({check.engine or 'not named'})"
    if check.type == "sql":
        return unmeasured(check)
    if check.metric is None:
        return f"the rule {check.rule!r} has no meaning that the standard says" if check.rule else "no metric"
    return _misplaced(check, at_column) or unmeasured(check)


def _misplaced(check: DataQuality, at_column: bool) -> str | None:
    if check.metric == "rowCount" and at_column:
        return "rows are counted of the whole file; move it to the quality of the object"
    if check.metric in _OF_A_COLUMN and not at_column:
        return f"{check.metric} is of a column; move it to the one it is about"
    unknown = sorted(set(check.arguments or {}) - _ARGUMENTS.get(str(check.metric), frozenset()))
    return f"the argument {unknown[0]}, which {check.metric} does not have" if unknown else None


def _words(check: DataQuality) -> str:
    """The check as its author says it."""
    if check.description:
        return check.description
    if check.type == "sql":
        return str(check.query)
    body: object = check.implementation or check.name or check.metric or check.rule or check.type
    return f"{check.engine}: {body}" if check.engine else str(body)


def _add(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath, called: str) -> None:
    """Raises Invalid, saying why, for what cannot be judged."""
    if check.type == "sql":
        condition = query_condition(check.query, rules, columns[0] if "properties" in path else None)
        if condition is None:
            _count_rows(rules, check, path)
            return
        looked_at = columns_of(condition)
        if not looked_at:
            raise Invalid("a condition of no column", "Compare columns.")
        identity = rule_id(check.id) or rule_id(check.name) or ".".join((rules.dataset, *looked_at[:2], "condition"))
        severity = severity_of(rules, check.severity, called)
        dimension = _dimension(check, "consistency")
        rule = Rule(identity, "condition", looked_at, dimension, severity, condition=condition)
    elif check.metric == "rowCount":
        _count_rows(rules, check, path)
        return
    else:
        of_column = _of_metric(rules, check, columns, path, called)
        if of_column is None:
            return
        rule = of_column
    _limit(rules, check, rule, path)


def _count_rows(rules: Rules, check: DataQuality, path: FieldPath) -> None:
    identity = rule_id(check.id) or rule_id(check.name) or f"{rules.dataset}.row_count"
    if unit_of(check) == "percent":
        raise Invalid("rows are counted, and have no percentage", "Leave out the unit.")
    dimension, severity = _dimension(check, "completeness"), severity_of(rules, check.severity, identity)
    told = check.description
    rules.add(path, DatasetRule(identity, "row_count", dimension, limit_of(check), severity, description=told))


def _limit(rules: Rules, check: DataQuality, rule: Rule, path: FieldPath) -> None:
    limit = limit_of(check)
    if (limit.comparison, limit.value) == ("=", 0):
        required = rule.kind == "required" and _is_required(rules, rule.columns[0])
        if required and rule.severity == "warning":
            rules.note(f"{rule.id}: {rule.columns[0]} is required, so a row without it is set aside, not only counted")
        else:
            rules.add(path, replace(rule, description=check.description))
        return
    unit: Literal["rows", "percent"] = "percent" if unit_of(check) == "percent" else "rows"
    of_file = DatasetRule(rule.id, "broken_rows", rule.dimension, limit, rule.severity, unit, rule)
    rules.add(path, replace(of_file, description=check.description))


def _is_required(rules: Rules, name: str) -> bool:
    return any(column.required for column in rules.columns if column.name == name)


def _of_metric(rules: Rules, check: DataQuality, columns: tuple[str, ...], path: FieldPath, called: str) -> Rule | None:
    """The rule the metric is about, whatever number of rows may break it; None where it was refused."""
    arguments, at = check.arguments or {}, (*path, "arguments")
    kind: RuleKind = "unique" if check.metric == "duplicateValues" else "required"
    values: tuple[str, ...] = ()
    pattern: str | None = None
    if check.metric == "invalidValues":
        valid = _valid(rules, arguments, at)
        if valid is None:
            return None
        kind, values, pattern = valid
        note_unquoted(rules, columns[0], arguments.get("validValues", []))
    if check.metric == "duplicateValues":
        columns = _together(rules, arguments, columns)
    return Rule(
        rule_id(check.id) or rule_id(check.name) or ".".join((rules.dataset, *columns, kind)),
        kind,
        columns,
        _dimension(check, DIMENSION_OF_KIND[kind]),
        severity_of(rules, check.severity, called),
        values=values,
        pattern=pattern,
        scope=scope_of(check),
    )


def _together(rules: Rules, arguments: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns whose values are looked at together: those that are named, or those of the check itself."""
    named = arguments.get("properties", list(columns))
    if not isinstance(named, list) or not named:
        raise Invalid(f"duplicateValues of {shown(named) if named else 'no column'}", "Name columns.")
    found = [rules.column(str(name)) for name in named]
    if None in found:
        raise Invalid(
            f"duplicateValues of {named[found.index(None)]}, which is no column that is kept", "Name columns."
        )
    return tuple(dict.fromkeys(name for name in found if name))


def _valid(
    rules: Rules, arguments: Mapping[str, Any], path: FieldPath
) -> tuple[RuleKind, tuple[str, ...], str | None] | None:
    if len(arguments) != 1:
        raise Invalid("not exactly one of validValues and pattern", "Write two checks, one for each.")
    if "pattern" in arguments:
        pattern = pattern_of(rules, arguments["pattern"], (*path, "pattern"))
        return ("pattern", (), pattern) if pattern else None
    values = arguments["validValues"]
    if not isinstance(values, list) or not all(isinstance(value, (*_SCALARS, type(None))) for value in values):
        raise Invalid(f"validValues {shown(values)}, no list of words or numbers", "Write a list.")
    known = [value for value in values if value is not None]
    if not known:
        rules.refuse((*path, "validValues"), shown(values), "List the words or numbers that are valid.")
        return None
    return "one_of", tuple(plain(value) for value in known), None


def _dimension(check: DataQuality, otherwise: Dimension) -> Dimension:
    return DIMENSIONS[check.dimension] if check.dimension else otherwise
