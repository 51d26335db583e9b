"""What ODCS's comparisons (`mustBe…`) and their unit ask of a measured number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from open_data_contract_standard.model import DataQuality

from serin.domain.contracts import Comparison, Limit
from serin.files.faults import Finding, shown

COMPARISONS: Mapping[str, Comparison] = {
    "mustBe": "=",
    "mustNotBe": "<>",
    "mustBeGreaterThan": ">",
    "mustBeGreaterOrEqualTo": ">=",
    "mustBeLessThan": "<",
    "mustBeLessOrEqualTo": "<=",
    "mustBeBetween": "between",
    "mustNotBeBetween": "not between",
}
# ODCS names these two and leaves the word open.
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("rows", "row", "count", "records", "values"), "rows"),
    **dict.fromkeys(("percent", "%", "percentage", "pct"), "percent"),
}


def limit_findings(check: DataQuality) -> Iterator[Finding]:
    """Why the check's comparison is none; paths begin at the check."""
    given = _given(check)
    # The field `rule` is of ODCS 3.0, which asks for no comparison.
    if len(given) > 1 or (not given and not check.rule):
        found = f"not one comparison but {len(given)}"
        yield Finding((), found, f"Write `mustBe: 0` for a rule of rows, or one of {', '.join(COMPARISONS)}.")
    for name, value in given.items():
        if name.endswith("Between") and (not isinstance(value, list) or len(value) != 2 or value[0] > value[1]):
            yield Finding((name,), f"{name} {shown(value)}", "Write two numbers, the lower one first.")


def unmeasured(check: DataQuality) -> str | None:
    """Why the comparison, right as it may be, is of nothing that is measured; None where it is."""
    given = _given(check)
    if not given:
        return "no comparison is written"
    for name, value in given.items():
        if not all(_is_number(number) for number in (value if name.endswith("Between") else [value])):
            return f"{name} {shown(value)}, and only numbers are measured"
    if unit_of(check) is None:
        return f"the unit {shown(check.unit)}, and only rows and percent are measured"
    return None


def unit_of(check: DataQuality) -> str | None:
    """Rows, which are meant where nothing is written, or percent; None for what is neither."""
    return _UNITS.get((check.unit or "rows").strip().lower())


def limit_of(check: DataQuality) -> Limit:
    """The one comparison of a check without findings that is measured."""
    ((name, value),) = _given(check).items()
    low, *high = value if isinstance(value, list) else [value]
    return Limit(COMPARISONS[name], float(low), float(high[0]) if high else None)


def _given(check: DataQuality) -> dict[str, Any]:
    values = {name: getattr(check, name) for name in COMPARISONS}
    return {name: value for name, value in values.items() if value is not None}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
