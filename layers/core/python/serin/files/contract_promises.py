"""Promises about time: the service levels (`slaProperties`) of ODCS that can be kept account of at every upload."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from open_data_contract_standard.model import ServiceLevelAgreementProperty

from serin.domain.contracts import TIMES, DatasetRule, Limit, Rule, Severity
from serin.files.contract_options import number
from serin.files.contract_rules import Rules, rule_id
from serin.files.faults import FieldPath, Finding, shown

_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400),
    **dict.fromkeys(("y", "yr", "year", "years"), 365 * 86_400),
}
_CHECKED = ("freshness", "latency", "frequency")
_OTHER = "freshness, latency and frequency are kept account of, when a file arrives"


def promised(
    rules: Rules, promises: list[ServiceLevelAgreementProperty], others: Collection[str], default: str | None
) -> None:
    """Add the rule each promise makes, or remember it as said.

    `freshness` is about the file: its newest row is not older than that when the file is judged. `latency` is
    about each row: from its moment until then. The element, or the `default` one, names the column of the moments.
    `frequency` is about the time since the file before, which can only be a warning: a late file is better than none.
    What is about `others`, the names of the contract's other objects, is not this one's.
    """
    for index, promise in enumerate(promises):
        item = promise if promise.element else promise.model_copy(update={"element": default})
        if _is_of_another(item, rules, others):
            continue
        path: FieldPath = ("slaProperties", index)
        faults = list(_contradictions(item)) if item.property in _CHECKED else []
        for finding in faults:
            rules.refuse((*path, *finding.path), finding.found, finding.remedy)
        if faults:
            continue
        if reason := _unchecked(item, rules):
            rules.say(str(item.property), _words(item), reason)
        else:
            _add(rules, item, path)


def _is_of_another(item: ServiceLevelAgreementProperty, rules: Rules, others: Collection[str]) -> bool:
    named = (item.element or "").lower()
    parts = {*named.split("."), named}
    return bool(parts & {*others}) and not parts & rules.calls and rules.column(named) is None


def _contradictions(item: ServiceLevelAgreementProperty) -> Iterator[Finding]:
    if (value := _value(item)) is not None and value <= 0:
        yield Finding(("value",), shown(item.value), "Write how long, as a number above 0.")
    if (severity := _own(item)) not in (None, "error", "warning"):
        yield Finding(("customProperties",), f"the severity {shown(severity)}", "Write error or warning.")
    elif severity == "error" and item.property == "frequency":
        remedy = "Leave it out: it is a warning, for a late file is better than none."
        yield Finding(("customProperties",), "the severity error", remedy)


def _unchecked(item: ServiceLevelAgreementProperty, rules: Rules) -> str | None:
    """Why the promise is only said; None where it is kept account of."""
    if item.property not in _CHECKED:
        return _OTHER
    if reason := _unmeasured(item):
        return reason
    column = rules.column(item.element or "")
    is_kept = column or (item.element or rules.dataset).lower() in rules.calls
    if item.property == "frequency":
        return None if is_kept else f"{shown(item.element)}, which is not kept here"
    times = [name for name, kind in rules.types.items() if kind in TIMES]
    listed = ", ".join(times) or "there is none"
    return None if column in times else f"{shown(item.element)} is no column of times that is kept; those are: {listed}"


def _unmeasured(item: ServiceLevelAgreementProperty) -> str | None:
    if _value(item) is None:
        return f"{shown(item.value)} is no number"
    if item.unit is None or item.unit.lower() not in _UNITS:
        return f"without a known unit: {shown(item.unit)}; one of: {_units()}"
    return None if item.valueExt in (None, item.value) else "a second value (valueExt) has no meaning here"


def _words(item: ServiceLevelAgreementProperty) -> str:
    parts = [str(part) for part in (item.property, item.value, item.unit) if part is not None]
    return " ".join([*parts, f"({item.description})" if item.description else ""]).strip()


def _add(rules: Rules, item: ServiceLevelAgreementProperty, path: FieldPath) -> None:
    seconds = (_value(item) or 0.0) * _UNITS[(item.unit or "").lower()]
    limit = Limit("<=", seconds)
    if item.property == "frequency":
        identity = rule_id(item.id) or f"{rules.dataset}.frequency"
        rules.add(path, DatasetRule(identity, "frequency", "timeliness", limit, "warning", unit="seconds"))
        return
    column = rules.column(item.element or "") or ""
    identity = rule_id(item.id) or f"{rules.dataset}.{column}.{item.property}"
    severity: Severity = "warning" if _own(item) == "warning" else "error"
    if item.property == "latency":
        rules.add(path, Rule(identity, "latency", (column,), "timeliness", severity, maximum=seconds))
    else:
        rules.add(
            path, DatasetRule(identity, "freshness", "timeliness", limit, severity, unit="seconds", column=column)
        )


def _value(item: ServiceLevelAgreementProperty) -> float | None:
    if isinstance(item.value, bool):
        return None
    try:
        return number(float(item.value or 0.0))
    except ValueError:
        return None


def _own(item: ServiceLevelAgreementProperty) -> object:
    return next((own.value for own in item.customProperties or [] if own.property == "severity"), None)


def _units() -> str:
    return ", ".join(name for name in _UNITS if name.endswith("s") and len(name) > 1)
