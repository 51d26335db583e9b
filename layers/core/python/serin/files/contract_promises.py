"""Promises about time: the service levels (`slaProperties`) of ODCS that can be kept account of at every upload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from open_data_contract_standard.model import ServiceLevelAgreementProperty

from serin.domain.contracts import TIMES, DatasetRule, Limit, Rule
from serin.files.contract_rules import SEVERITIES, Rules, valid_id
from serin.files.faults import FieldPath, Finding, shown

_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("s", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("y", "yr", "year", "years"), 365 * 86_400),
}


def promised(rules: Rules, promises: list[ServiceLevelAgreementProperty], types: Mapping[str, str]) -> None:
    """Add the rule each promise makes, or refuse it by name.

    `freshness` is about the file: its newest row is not older than that when the file is judged. `latency` is
    about each row: from its moment until then. `element` names the column of the moments. `frequency` is about
    the time since the file before, which can only be a warning: a late file is better than none.
    """
    for index, promise in enumerate(promises):
        path: FieldPath = ("slaProperties", index)
        findings = list(_findings(promise, rules.dataset, types))
        for finding in findings:
            rules.refuse((*path, *finding.path), finding.found, finding.remedy)
        if not findings:
            _add(rules, promise, path)


def _findings(item: ServiceLevelAgreementProperty, dataset: str, types: Mapping[str, str]) -> Iterator[Finding]:
    if item.property not in ("freshness", "latency", "frequency"):
        known = "Serin keeps account of freshness, latency and frequency."
        yield Finding(("property",), f"the promise {shown(item.property)}", known)
        return
    if isinstance(item.value, bool) or not isinstance(item.value, (int, float)) or item.value <= 0:
        yield Finding(("value",), shown(item.value), "Write how long, as a number above 0.")
    if item.unit not in _UNITS:
        yield Finding(("unit",), f"{item.property} without a known unit: {shown(item.unit)}", f"One of: {_units()}.")
    if item.property == "frequency":
        yield from _of_frequency(item, dataset)
    elif types.get(_column(item, dataset)) not in TIMES:
        times = ", ".join(name for name, kind in types.items() if kind in TIMES) or "there is none yet"
        found = f"{shown(item.element)}, which is no column of times"
        yield Finding(("element",), found, f"Name a timestamp or date of {dataset}: {times}.")
    for name in ("valueExt", "scheduler", "schedule"):
        if getattr(item, name) is not None:
            yield Finding((name,), name, "Leave it out: every upload is judged when it arrives.")
    if (severity := _own(item)) not in (None, *SEVERITIES):
        yield Finding(("customProperties",), f"the severity {shown(severity)}", "Write error or warning.")
    if item.id is not None and not valid_id(item.id):
        yield Finding(("id",), f"the id {shown(item.id)}", "Use letters, digits, dots, hyphens and underscores.")


def _of_frequency(item: ServiceLevelAgreementProperty, dataset: str) -> Iterator[Finding]:
    if item.element not in (None, dataset):
        yield Finding(("element",), shown(item.element), f"Leave it out: it is about the files of {dataset}.")
    if _own(item) == "error":
        remedy = "Leave it out: it is a warning, for a late file is better than none."
        yield Finding(("customProperties",), "the severity error", remedy)


def _add(rules: Rules, item: ServiceLevelAgreementProperty, path: FieldPath) -> None:
    seconds = float(str(item.value)) * _UNITS[item.unit or ""]
    limit = Limit("<=", seconds)
    if item.property == "frequency":
        identity = item.id or f"{rules.dataset}.frequency"
        rules.add(path, DatasetRule(identity, "frequency", "timeliness", limit, "warning", unit="seconds"))
        return
    column = _column(item, rules.dataset)
    identity = item.id or f"{rules.dataset}.{column}.{item.property}"
    severity = SEVERITIES[str(_own(item) or "error")]
    if item.property == "latency":
        rules.add(path, Rule(identity, "latency", (column,), "timeliness", severity, maximum=seconds))
    else:
        rules.add(
            path, DatasetRule(identity, "freshness", "timeliness", limit, severity, unit="seconds", column=column)
        )


def _column(item: ServiceLevelAgreementProperty, dataset: str) -> str:
    return (item.element or "").removeprefix(f"{dataset}.")


def _own(item: ServiceLevelAgreementProperty) -> object:
    return next((own.value for own in item.customProperties or [] if own.property == "severity"), None)


def _units() -> str:
    return ", ".join(name for name in _UNITS if name.endswith("s") and len(name) > 1)
