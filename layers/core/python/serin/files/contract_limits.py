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
UNITS = (None, "rows", "percent")


def limit_findings(check: DataQuality) -> Iterator[Finding]:
    """Why the check's comparison is none; paths begin at the check."""
    given = _given(check)
    if len(given) != 1:
        found = f"not one comparison but {len(given)}"
        yield Finding((), found, f"Write `mustBe: 0` for a rule of rows, or one of {', '.join(COMPARISONS)}.")
    for name, value in given.items():
        numbers = value if name.endswith("Between") and isinstance(value, list) else [value]
        if not all(_is_number(number) for number in numbers):
            yield Finding((name,), f"{name} {shown(value)}", "Write a number.")
        elif name.endswith("Between") and (len(numbers) != 2 or numbers[0] > numbers[1]):
            yield Finding((name,), f"{name} {shown(value)}", "Write two numbers, the lower one first.")
    if check.unit not in UNITS:
        yield Finding(("unit",), f"the unit {shown(check.unit)}", "Write rows or percent.")


def limit_of(check: DataQuality) -> Limit:
    """The one comparison of a check without findings."""
    ((name, value),) = _given(check).items()
    low, *high = value if isinstance(value, list) else [value]
    return Limit(COMPARISONS[name], float(low), float(high[0]) if high else None)


def _given(check: DataQuality) -> dict[str, Any]:
    values = {name: getattr(check, name) for name in COMPARISONS}
    return {name: value for name, value in values.items() if value is not None}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
