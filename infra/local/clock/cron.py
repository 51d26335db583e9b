"""AWS's cron expressions: six fields, `?`, `L`, `W` and `#`, in UTC as rules have them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from serin.domain.errors import Invalid

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_PART = re.compile(r"(\*|\d+|[A-Z]{3})(?:-(\d+|[A-Z]{3}))?(?:/(\d+))?")
_LAST_YEAR = 2199

OnDay = Callable[[date], bool]


@dataclass(frozen=True)
class Cron:
    """When a cron schedule fires; moments have whole minutes."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    on: OnDay

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than `moment`; None when there is none before 2200."""
        return next((one for one in self._since(moment.astimezone(UTC)) if one > moment), None)

    def _since(self, moment: datetime) -> Iterator[datetime]:
        """The times of the moment's day and of all later ones, in order."""
        for day in self._dates(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    def _dates(self, since: date) -> Iterator[date]:
        for year in range(since.year, _LAST_YEAR + 1):
            for month in sorted(self.months) if year in self.years else ():
                if (year, month) < (since.year, since.month):
                    continue
                first = since.day if (year, month) == (since.year, since.month) else 1
                for number in range(first, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if self.on(day):
                        yield day


def parse(expression: str) -> Cron:
    """Read `cron(minutes hours day-of-month month day-of-week year)`; raises Invalid."""
    inside = re.fullmatch(r"cron\((.*)\)", expression)
    fields = inside.group(1).upper().split() if inside else []
    if len(fields) != 6:
        raise _wrong(expression, "has not six fields")
    minutes, hours, of_month, months, of_week, years = fields
    if (of_month == "?") == (of_week == "?"):
        raise _wrong(expression, "names both, or neither, of day-of-month and day-of-week; one of them must be ?")
    try:
        return Cron(
            tuple(sorted(_numbers(minutes, 0, 59))),
            tuple(sorted(_numbers(hours, 0, 23))),
            frozenset(_numbers(months, 1, 12, _MONTHS)),
            frozenset(_numbers(years, 1970, _LAST_YEAR)),
            _weekdays(of_week) if of_month == "?" else _month_days(of_month),
        )
    except ValueError as error:
        raise _wrong(expression, str(error)) from error


def _wrong(expression: str, what: str) -> Invalid:
    remedy = "Write cron(minutes hours day-of-month month day-of-week year), such as cron(0 8 ? * MON-FRI *)."
    return Invalid(f"The schedule {expression} {what}.", remedy)


def _numbers(field: str, low: int, high: int, names: Mapping[str, int] | None = None) -> Iterator[int]:
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"has {part!r}, which is none of *, 5, 5-9, 5/10")
        first, last, step = match.groups()
        begin = low if first == "*" else _number(first, names)
        # `5/10` runs to the end of the range, `5` is alone.
        end = _number(last, names) if last else high if first == "*" or step else begin
        if not (low <= begin <= end <= high) or step == "0":
            raise ValueError(f"has {part!r}, which is not within {low} to {high}")
        yield from range(begin, end + 1, int(step or 1))


def _number(text: str, names: Mapping[str, int] | None) -> int:
    if text.isdigit():
        return int(text)
    if not names or text not in names:
        raise ValueError(f"has {text!r}, which is no number here")
    return names[text]


def _month_days(field: str) -> OnDay:
    tests = [_month_day(part) for part in field.split(",")]
    return lambda day: any(test(day) for test in tests)


def _month_day(part: str) -> OnDay:
    if part == "L":
        return lambda day: day.day == _length(day)
    if part == "LW":
        return lambda day: day.day == _nearest_weekday(day, _length(day))
    if weekday := re.fullmatch(r"(\d+)W", part):
        wanted = int(weekday.group(1))
        if not 1 <= wanted <= 31:
            raise ValueError(f"has {part!r}, which is no day of a month")
        return lambda day: wanted <= _length(day) and day.day == _nearest_weekday(day, wanted)
    numbers = frozenset(_numbers(part, 1, 31))
    return lambda day: day.day in numbers


def _weekdays(field: str) -> OnDay:
    tests = [_weekday(part) for part in field.split(",")]
    return lambda day: any(test(day) for test in tests)


def _weekday(part: str) -> OnDay:
    if part == "L":
        return lambda day: _of_week(day) == _DAYS["SAT"]
    if last := re.fullmatch(r"(\d|[A-Z]{3})L", part):
        wanted = _day(last.group(1), part)
        return lambda day: _of_week(day) == wanted and day.day > _length(day) - 7
    if nth := re.fullmatch(r"(\d|[A-Z]{3})#([1-5])", part):
        wanted, week = _day(nth.group(1), part), int(nth.group(2))
        return lambda day: _of_week(day) == wanted and (day.day - 1) // 7 + 1 == week
    if "/" in part:
        raise ValueError(f"has {part!r}; days of the week have no increments")
    numbers = frozenset(_numbers(part, 1, 7, _DAYS))
    return lambda day: _of_week(day) in numbers


def _day(text: str, part: str) -> int:
    number = _number(text, _DAYS)
    if not 1 <= number <= 7:
        raise ValueError(f"has {part!r}; days of the week are 1 (Sunday) to 7")
    return number


def _of_week(day: date) -> int:
    """1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> int:
    """The weekday nearest to a day of the month, without leaving the month."""
    of_week = date(day.year, day.month, wanted).weekday()
    if of_week == 5:
        return wanted - 1 if wanted > 1 else wanted + 2
    if of_week == 6:
        return wanted + 1 if wanted < _length(day) else wanted - 2
    return wanted
