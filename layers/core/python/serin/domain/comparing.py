"""Runs side by side: which of them, in what order, by their fields, hyperparameters and metrics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serin.domain.errors import Invalid
from serin.domain.metrics import GREATER_IS_BETTER
from serin.domain.runs import RunSummary

Value = str | int | float | bool | None
_FIELDS = ("id", "status", "parent", "algorithm", "training_set", "version", "seconds", "usd")
_CONDITION = re.compile(r"^\s*(?P<field>[A-Za-z_][\w.]{0,150})\s*(?P<sign>!=|<=|>=|=|<|>)\s*(?P<value>.{1,200}?)\s*$")
_FORM = "Write FIELD=VALUE, or != < <= > >=: status=registered, params.max_leaf_nodes>=31, holdout.log_loss<0.4."


@dataclass(frozen=True)
class Condition:
    """What a run must have: a field, one of `= != < <= > >=`, and what it is held against."""

    field: str
    sign: str
    value: str

    def holds(self, run: RunSummary) -> bool:
        """Whether the run has it; one without the field has nothing, so that only `!=` holds of it."""
        value = value_of(run, self.field)
        if value is None:
            return self.sign == "!="
        if self.sign in ("=", "!="):
            return _equal(value, self.value) is (self.sign == "=")
        number = _number(value)
        if number is None:
            return False
        than = float(self.value)
        return {"<": number < than, "<=": number <= than, ">": number > than, ">=": number >= than}[self.sign]


def condition(text: str) -> Condition:
    """The condition a person wrote; Invalid for another text."""
    parts = _CONDITION.match(text)
    if parts is None:
        raise Invalid(f"{text!r} is no condition.", _FORM, "where")
    wrote = Condition(parts["field"], parts["sign"], parts["value"])
    checked_field(wrote.field, "where")
    if wrote.sign not in ("=", "!=") and _number(wrote.value) is None:
        raise Invalid(f"{wrote.value!r} is no number, and {wrote.sign} compares numbers.", _FORM, "where")
    return wrote


def checked_field(name: str, asked_as: str) -> str:
    """The name, if runs may have such a field; Invalid otherwise."""
    if name not in _FIELDS and not name.startswith(("params.", "validation.", "holdout.")):
        known = f"{', '.join(_FIELDS)}, params.NAME, validation.METRIC or holdout.METRIC"
        raise Invalid(f"Runs have no {name!r}.", f"One of {known}.", asked_as)
    return name


def value_of(run: RunSummary, field: str) -> Value:
    """A field of the run, `params.<name>` or a metric; None where it has none."""
    if field.startswith("params."):
        return run.params.get(field.removeprefix("params."))
    if field in _FIELDS:
        value: Value = getattr(run, field)
        return value
    measured = run.metrics.get(field)
    return None if measured is None else measured.value


def compared(runs: Iterable[RunSummary], conditions: Sequence[Condition], order: str | None) -> list[RunSummary]:
    """Those of which every condition holds: the best first by a metric, else the least; as they come without an order.

    Equals stay as they come, and those without the field come last.
    """
    chosen = [run for run in runs if all(condition.holds(run) for condition in conditions)]
    if order is None:
        return chosen
    metric = order.partition(".")[2]
    falling = not order.startswith("params.") and GREATER_IS_BETTER.get(metric, False)

    def place(run: RunSummary) -> tuple[int, float, str]:
        value = value_of(run, order)
        number = _number(value)
        if value is None or (number is not None and math.isnan(number)):
            return 2, 0.0, ""
        return (1, 0.0, str(value)) if number is None else (0, -number if falling else number, "")

    return sorted(chosen, key=place)


def _equal(value: Value, text: str) -> bool:
    number, other = _number(value), _number(text)
    if number is not None and other is not None:
        return number == other
    return (str(value).lower() if isinstance(value, bool) else str(value)) == text


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except ValueError:
        return None
