"""Forms of times that a contract may name, as the standard has them: letters of the JDK's `DateTimeFormatter`.

Only forms that say one thing are read: numbers, English months, am and pm. A form that holds a zone is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The first three letters of the months, by which each is told from the others."""

_PARTS: Mapping[str, str] = {
    "yyyy": "(?<year>[0-9]{4})",
    "uuuu": "(?<year>[0-9]{4})",
    "MMMM": "(?<month_name>[A-Za-z]{3,9})",
    "MMM": "(?<month_name>[A-Za-z]{3})",
    "MM": "(?<month>[0-9]{2})",
    "M": "(?<month>[0-9]{1,2})",
    "dd": "(?<day>[0-9]{2})",
    "d": "(?<day>[0-9]{1,2})",
    "HH": "(?<hour>[0-9]{2})",
    "H": "(?<hour>[0-9]{1,2})",
    "hh": "(?<half_hour>[0-9]{2})",
    "h": "(?<half_hour>[0-9]{1,2})",
    "mm": "(?<minute>[0-9]{2})",
    "ss": "(?<second>[0-9]{2})",
    "SSS": "(?<fraction>[0-9]{3})",
    "SSSSSS": "(?<fraction>[0-9]{6})",
    "a": "(?<half>[AaPp][Mm])",
}
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")
_GROUP = re.compile(r"\(\?<([a-z_]+)>")


def shape_of(form: str) -> str | None:
    """The regular expression of texts in this form, a named group for each part; None for a form that is not read.

    Groups: year, month or month_name, day, and of a moment hour or half_hour with half, minute, second, fraction.
    """
    shape, end = "", 0
    for token in _TOKEN.finditer(form):
        if token.start() != end:
            return None
        end = token.end()
        if token[1] is not None:
            shape += re.escape(token[1].replace("''", "'") or "'")
        elif token[2]:
            if token[0] not in _PARTS:
                return None
            shape += _PARTS[token[0]]
        else:
            shape += re.escape(token[0])
    return f"^{shape}$" if end == len(form) and _is_whole(_GROUP.findall(shape)) else None


def parts_of(shape: str) -> frozenset[str]:
    """The names of a shape's groups."""
    return frozenset(_GROUP.findall(shape))


def _is_whole(groups: list[str]) -> bool:
    """Whether these parts name a day, or a minute of it, each once."""
    names = set(groups)
    if len(names) < len(groups) or not {"year", "day"} <= names or len(names & {"month", "month_name"}) != 1:
        return False
    clock = names - {"year", "day", "month", "month_name"}
    hours = {"hour"} if "hour" in clock else {"half_hour", "half"}
    ladder = ["minute", "second", "fraction"]
    deep = next((place for place, part in enumerate(ladder) if part not in clock), len(ladder))
    return not clock or (deep > 0 and clock == hours | set(ladder[:deep]))
