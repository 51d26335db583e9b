"""What `logicalTypeOptions` and `enum` promise of a column's values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from open_data_contract_standard.model import SchemaProperty

from serin.domain.conditions import Expression, column, constant, share_of
from serin.domain.contracts import TIMES, Rule, RuleKind
from serin.files.contract_rules import Rules
from serin.files.faults import FieldPath, shown

_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format")
_OF_TIMES = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "date": _OF_TIMES,
    "timestamp": (*_OF_TIMES, "timezone", "defaultTimezone"),
    "time": (*_OF_TIMES, "timezone", "defaultTimezone"),
}
# Where a value breaks the bound.
_BROKEN: Mapping[str, str] = {"minimum": "<", "exclusiveMinimum": "<=", "maximum": ">", "exclusiveMaximum": ">="}
_SAID: Mapping[str, str] = {
    **{"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most", "exclusiveMaximum": "less than"},
    "multipleOf": "a multiple of",
}
_BITS: Mapping[str, tuple[float, float]] = {
    **{f"i{bits}": (-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) for bits in (8, 16, 32)},
    **{f"u{bits}": (0.0, 2.0**bits - 1) for bits in (8, 16, 32)},
}
# What every value of the type is in any case.
_KEPT = {"integer": ("i64",), "number": ("f64",)}
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"


def option_rules(rules: Rules, item: SchemaProperty, name: str, type: str, path: FieldPath) -> None:
    """Add what the options and the enumeration of the column `name`, of this logical type, ask for."""
    options = {option: value for option, value in (item.logicalTypeOptions or {}).items() if value is not None}
    at = (*path, "logicalTypeOptions")
    for option in [option for option in options if option not in OPTIONS.get(type, ())]:
        if item.logicalType:
            rules.refuse((*at, option), f"{option} of a {type} column", f"Options of it: {_listed(type)}.")
        else:
            rules.say(f"{rules.dataset}.{name}", f"{option} {options[option]}", f"no option of a {type} column")
        del options[option]
    if type == "string":
        _of_texts(rules, name, options, at)
    elif type in ("integer", "number"):
        _of_numbers(rules, name, type, options, at)
    elif type in TIMES:
        _of_times(rules, name, type, options)
    elif type == "time":
        _of_clocks(rules, name, options, at)
    if item.enum:
        _enumeration(rules, item, name, path)


def pattern_of(rules: Rules, pattern: object, path: FieldPath) -> str | None:
    """The pattern, if it is a text; whether it is a regular expression is for what runs it."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > 500:
        rules.refuse(path, shown(pattern), "Write a regular expression of at most 500 characters.")
        return None
    return pattern


def plain(value: object) -> str:
    """A scalar of YAML as a file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def note_unquoted(rules: Rules, name: str, values: Sequence[object]) -> None:
    """Remember which texts are meant where the values of a text column are written as numbers or booleans.

    YAML reads 1.10 as the number 1.1, and True as true.
    """
    if rules.types.get(name) == "string":
        for value in values:
            if isinstance(value, (bool, float)):
                rules.note(
                    f"{rules.dataset}.{name}: {plain(value)!r} is listed without quotes, so files must have it so"
                )


def _of_texts(rules: Rules, name: str, options: Mapping[str, Any], path: FieldPath) -> None:
    _bounds(rules, "length", name, [options.get("minLength"), options.get("maxLength")], path)
    if "pattern" in options and (pattern := pattern_of(rules, options["pattern"], (*path, "pattern"))):
        rule = Rule(f"{rules.dataset}.{name}.pattern", "pattern", (name,), "accuracy", pattern=pattern)
        rules.add((*path, "pattern"), rule)
    if "format" in options:
        rules.say(f"{rules.dataset}.{name}", f"format {options['format']}", "a format's name; write a pattern")


def _of_numbers(rules: Rules, name: str, type: str, options: Mapping[str, Any], path: FieldPath) -> None:
    options = _since_3_1(options)
    inclusive = [options.get("minimum"), options.get("maximum")]
    _bounds(rules, "range", name, inclusive, path)
    for option in ("exclusiveMinimum", "exclusiveMaximum"):
        if (bound := options.get(option)) is not None:
            if number(bound) is None:
                rules.refuse((*path, option), f"{option} {shown(bound)}", "Write a finite number.")
            else:
                _condition(rules, name, option, bound, Expression(_BROKEN[option], (column(name), constant(bound))))
    _multiple(rules, name, options.get("multipleOf"), path)
    _bits(rules, name, type, options.get("format"))


def _since_3_1(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """ODCS 3.0 writes `exclusiveMinimum: true` beside the minimum, later minors the bound itself."""
    changed = dict(options)
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(flag := changed.get(exclusive), bool):
            del changed[exclusive]
            if flag and bound in changed:
                changed[exclusive] = changed.pop(bound)
    return changed


def _multiple(rules: Rules, name: str, multiple: object, path: FieldPath) -> None:
    if multiple is None:
        return
    if (step := number(multiple)) is None or step <= 0:
        rules.refuse((*path, "multipleOf"), f"multipleOf {shown(multiple)}", "Write a number above 0.")
    elif not step.is_integer():
        if share_of(step) is None:
            rules.say(
                f"{rules.dataset}.{name}", f"multipleOf {multiple}", "a share so fine that numbers do not hold it"
            )
            return
        fits = Expression("multiple_of", (column(name), constant(step)))
        _condition(rules, name, "multipleOf", multiple, Expression("not", (fits,)))
    else:
        rest = Expression("%", (column(name), constant(int(step))))
        _condition(rules, name, "multipleOf", multiple, Expression("<>", (rest, constant(0))))


def _bits(rules: Rules, name: str, type: str, written: object) -> None:
    if written in _BITS and type == "integer":
        low, high = _BITS[str(written)]
        identity = f"{rules.dataset}.{name}.format"
        rules.add((), Rule(identity, "range", (name,), "accuracy", minimum=low, maximum=high))
    elif written is not None and written not in _KEPT[type]:
        rules.say(f"{rules.dataset}.{name}", f"format {written}", f"a {type} is kept in 64 bits")


def _of_times(rules: Rules, name: str, type: str, options: Mapping[str, Any]) -> None:
    zone = options.get("defaultTimezone", "Etc/UTC")
    for option, operation in _BROKEN.items():
        if option not in options:
            continue
        bound = _moment(options[option], type, zone)
        if bound is None:
            why = f"no {type} in ISO 8601"
            rules.say(f"{rules.dataset}.{name}", f"{option} {options[option]}", why)
        else:
            broken = Expression(operation, (column(name), Expression(type, value=bound)))
            _condition(rules, name, option, options[option], broken)


def _moment(text: object, type: str, zone: object) -> str | None:
    """The bound in ISO 8601, of a timestamp in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
        if type == "date":
            return date.fromisoformat(str(text)[:10]).isoformat()
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(str(zone)))
        return aware.astimezone(UTC).isoformat()
    except (ValueError, OSError, OverflowError):
        return None


def _of_clocks(rules: Rules, name: str, options: Mapping[str, Any], path: FieldPath) -> None:
    if options.get("format") in (None, "HH:mm:ss", "HH:mm"):
        rule = Rule(f"{rules.dataset}.{name}.time", "pattern", (name,), "accuracy", pattern=_CLOCK)
        rules.add(path, rule)
    for option, value in options.items():
        if option not in ("timezone", "format") or (option == "format" and value not in ("HH:mm:ss", "HH:mm")):
            rules.say(f"{rules.dataset}.{name}", f"{option} {value}", "the time of a day is kept as a text")


def _enumeration(rules: Rules, item: SchemaProperty, name: str, path: FieldPath) -> None:
    # No value at all is for `required` to judge.
    values = tuple(plain(entry.value) for entry in item.enum or [] if entry.value is not None)
    if values:
        note_unquoted(rules, name, [entry.value for entry in item.enum or []])
        rule = Rule(f"{rules.dataset}.{name}.one_of", "one_of", (name,), "accuracy", values=values)
        rules.add((*path, "enum"), rule)


def _bounds(rules: Rules, kind: RuleKind, name: str, bounds: list[object], path: FieldPath) -> None:
    if bounds == [None, None]:
        return
    low, high = (number(bound) for bound in bounds)
    if any(bound is not None and number(bound) is None for bound in bounds):
        rules.refuse(path, f"bounds {shown(bounds[0])} and {shown(bounds[1])}", "Write finite numbers.")
    elif low is not None and high is not None and low > high:
        rules.refuse(path, f"a lowest value of {low:g} above a highest of {high:g}", "Swap the two.")
    else:
        rules.add(path, Rule(f"{rules.dataset}.{name}.{kind}", kind, (name,), "accuracy", minimum=low, maximum=high))


def _condition(rules: Rules, name: str, option: str, bound: object, broken: Expression) -> None:
    told = "_".join(part.lower() for part in option.replace("M", " M").replace("O", " O").split())
    identity = f"{rules.dataset}.{name}.{told}"
    said = f"{_SAID[option]} {bound}"
    rules.add((), Rule(identity, "condition", (name,), "accuracy", condition=broken, description=said))


def number(value: object) -> float | None:
    """The finite number, or None; an integer that a float would change stays one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value if isinstance(value, int) and int(float(value)) != value else float(value)


def _listed(type: str) -> str:
    return ", ".join(OPTIONS.get(type, ())) or "none"
