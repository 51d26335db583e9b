"""AWS's cron expressions, against looking at every minute and every day."""

from __future__ import annotations

import calendar
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from infra.local.clock.cron import parse
from infra.local.clock.expressions import check, next_moment
from serin.domain.errors import Invalid


def after(expression: str, text: str) -> str | None:
    found = next_moment(expression, 0.0, datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    return None if found is None else datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("expression", "moments"),
    [
        ("cron(0 10 * * ? *)", ["2013-01-01T10:00", "2013-01-02T10:00"]),
        ("cron(15 12 * * ? *)", ["2013-01-01T12:15", "2013-01-02T12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2013-01-01T18:00", "2013-01-02T18:00", "2013-01-03T18:00", "2013-01-04T18:00"]),
        ("cron(0 8 1 * ? *)", ["2013-01-01T08:00", "2013-02-01T08:00"]),
        ("cron(0/15 * * * ? *)", ["2013-01-01T00:15", "2013-01-01T00:30", "2013-01-01T00:45", "2013-01-01T01:00"]),
        ("cron(0/10 * ? * MON-FRI *)", ["2013-01-01T00:10", "2013-01-01T00:20"]),
        ("cron(15 10 ? * 6L 2022-2023)", ["2022-01-28T10:15", "2022-02-25T10:15"]),
        ("cron(0 9 ? * 2#1 *)", ["2013-01-07T09:00", "2013-02-04T09:00"]),
        ("cron(0 0 L FEB ? *)", ["2013-02-28T00:00", "2014-02-28T00:00", "2015-02-28T00:00", "2016-02-29T00:00"]),
        ("cron(0 0 LW * ? *)", ["2013-01-31T00:00", "2013-02-28T00:00", "2013-03-29T00:00"]),
        ("cron(0 0 3W * ? *)", ["2013-01-03T00:00", "2013-02-04T00:00", "2013-03-04T00:00"]),
        ("cron(0 0 ? * L *)", ["2013-01-05T00:00", "2013-01-12T00:00"]),
        ("cron(30 6,18 ? JAN,JUL sun 2014)", ["2014-01-05T06:30", "2014-01-05T18:30"]),
        ("cron(0 0 31 * ? *)", ["2013-01-31T00:00", "2013-03-31T00:00"]),
        ("cron(0 0 29 2 ? *)", ["2016-02-29T00:00", "2020-02-29T00:00"]),
    ],
)
def test_an_expression_of_awss_documents_fires_when_they_say(expression: str, moments: list[str]) -> None:
    moment = "2013-01-01T00:00"
    for expected in moments:
        found = after(expression, moment)
        assert found == expected
        moment = expected


@pytest.mark.parametrize(
    "wrong",
    [
        "cron(0 8 * * *)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(60 8 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 32W * ? *)",
        "cron(0 8 * 13 ? *)",
        "cron(0 8 ? * 8 *)",
        "cron(0 8 ? * MON#6 *)",
        "cron(0 8 ? * MON/2 *)",
        "cron(0/0 8 * * ? *)",
        "cron(9-5 8 * * ? *)",
        "cron(0 8 * * ? 1969)",
        "cron(0 8 * FOO ? *)",
        "cron(x 8 * * ? *)",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 weeks)",
        "at(2013-05-01T08:00:00)",
        "every day",
    ],
)
def test_what_is_no_schedule_of_a_rule_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        check(wrong)


def test_an_expression_whose_years_are_over_fires_no_more() -> None:
    assert after("cron(0 8 * * ? 2012)", "2013-01-01T00:00") is None
    assert after("cron(0 0 30 2 ? *)", "2013-01-01T00:00") is None


def test_a_rate_counts_from_its_beginning() -> None:
    moments = [next_moment("rate(5 minutes)", 100.0, at) for at in (100.0, 399.9, 400.0, 10_000.0)]
    assert moments == [400.0, 400.0, 700.0, 10_300.0]
    assert next_moment("rate(1 day)", 0.0, 0.0) == 86400.0
    assert next_moment("rate(2 hours)", 1000.0, 0.0) == 8200.0


def numbers(source: random.Random, low: int, high: int) -> tuple[str, set[int]]:
    """A field, and what it means."""
    kind = source.choice(["*", "one", "list", "range", "step", "from"])
    some = sorted(source.sample(range(low, high + 1), 3))
    if kind == "*":
        return "*", set(range(low, high + 1))
    if kind == "one":
        return str(some[0]), {some[0]}
    if kind == "list":
        return ",".join(map(str, some)), set(some)
    if kind == "range":
        return f"{some[0]}-{some[2]}", set(range(some[0], some[2] + 1))
    step = source.randint(1, 20)
    if kind == "step":
        return f"*/{step}", set(range(low, high + 1, step))
    return f"{some[0]}/{step}", set(range(some[0], high + 1, step))


@pytest.mark.parametrize("seed", range(30))
def test_the_next_moment_is_the_first_minute_that_matches(seed: int) -> None:
    source = random.Random(seed)
    minutes, minute_set = numbers(source, 0, 59)
    hours, hour_set = numbers(source, 0, 23)
    days, day_set = numbers(source, 1, 31)
    months, month_set = numbers(source, 1, 12)
    cron = parse(f"cron({minutes} {hours} {days} {months} ? *)")
    start = datetime(2013, source.choice([3, 10, 11]), source.randint(1, 28), source.randint(0, 23), 17, 5, tzinfo=UTC)

    def matches(moment: datetime) -> bool:
        in_day = moment.minute in minute_set and moment.hour in hour_set
        return in_day and moment.day in day_set and moment.month in month_set

    minute = start.replace(second=0)
    first = next((at for n in range(1, 5 * 1440) if matches(at := minute + timedelta(minutes=n))), None)
    found = cron.after(start)
    assert (found if found and found < minute + timedelta(days=5) else None) == first


def brute_days(of_month: str, of_week: str, year: int) -> list[date]:
    """Every day of the year the two fields mean, from the calendar's own weeks."""
    chosen = []
    for month in range(1, 13):
        weeks = calendar.Calendar(firstweekday=6).monthdayscalendar(year, month)
        last = calendar.monthrange(year, month)[1]
        weekdays = [day for week in weeks for day in week[1:6] if day]
        nearest = {
            "L": last,
            "LW": weekdays[-1],
            **{f"{n}W": min(weekdays, key=lambda at, n=n: abs(at - n)) for n in range(1, last + 1)},  # type: ignore[misc]
        }
        for day in range(1, last + 1):
            column = next(week.index(day) for week in weeks if day in week)
            same = [week[column] for week in weeks if week[column]]
            if of_week == "?":
                hit = nearest.get(of_month) == day
            elif "#" in of_week:
                wanted, nth = (int(part) for part in of_week.split("#"))
                hit = column + 1 == wanted and len(same) >= nth and same[nth - 1] == day
            else:
                hit = column + 1 == int(of_week[0]) and same[-1] == day
            if hit:
                chosen.append(date(year, month, day))
    return chosen


@pytest.mark.parametrize(
    ("of_month", "of_week"),
    [("L", "?"), ("LW", "?"), *((f"{n}W", "?") for n in range(1, 32))]
    + [("?", f"{day}#{nth}") for day in range(1, 8) for nth in range(1, 6)]
    + [("?", f"{day}L") for day in range(1, 8)],
)
def test_special_days_are_those_of_the_calendar(of_month: str, of_week: str) -> None:
    cron = parse(f"cron(0 0 {of_month} * {of_week} *)")
    for year in (2012, 2013, 2022):
        found, moment = [], datetime(year, 1, 1, tzinfo=UTC) - timedelta(minutes=1)
        while (following := cron.after(moment)) is not None and following.year == year:
            found.append(following.date())
            moment = following
        assert found == brute_days(of_month, of_week, year)
