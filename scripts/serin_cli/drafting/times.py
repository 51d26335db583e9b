"""Where a draft's moments come from: a column that is a time, one that counts seconds, or year, month, day and hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from serin.data.contract.read_columns import read_column
from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.contracts import Column
from serin.domain.errors import Invalid
from serin_cli.drafting.parts import named
from serin_cli.drafting.unread_times import is_unread_time

UTC = "UTC"
_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("year", "yr"), "year"),
    **dict.fromkeys(("quarter", "qtr"), "quarter"),
    **dict.fromkeys(("month", "mon", "mo", "mth"), "month"),
    **dict.fromkeys(("day", "mday", "dy", "dom", "day_of_month"), "day"),
    **dict.fromkeys(("hour", "hr"), "hour"),
}
_RANGES = {"year": (1000, 2999), "quarter": (1, 4), "month": (1, 12), "day": (1, 31), "hour": (0, 23)}
_COUNTS = {"s": (10**8, 10**10), "ms": (10**11, 10**13), "us": (10**14, 10**16)}
_MICROS = {"s": 10**6, "ms": 1000, "us": 1}
_DAYS_OF_SPREADSHEETS = (20_000, 80_000)
_CALLED = frozenset(("at", "created", "date", "datetime", "epoch", "time", "timestamp", "ts", "updated", "when"))


@dataclass(frozen=True)
class TimeSource:
    """The columns a row's moment is made of: `parts` says which part of a time each is, in order of the calendar.

    A column alone is a `timestamp` or a `date`, or counts `s`, `ms` or `us` since 1970. `zone` is that of a clock which
    says none.
    """

    columns: tuple[ColumnSeen, ...]
    parts: tuple[str, ...]
    zone: str = UTC

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    @property
    def is_moment(self) -> bool:
        """Whether the column is the moment itself, and nothing has to be derived."""
        return self.parts == ("timestamp",)

    @property
    def is_calendar(self) -> bool:
        """Whether the moment is put together from parts of a calendar."""
        return self.parts[0] == "year"

    @property
    def nothing_to_learn(self) -> tuple[str, ...]:
        """Those of its columns that no model can learn from, since no later row has their values."""
        return self.names[:1]

    def moments(self, rows: pl.DataFrame) -> pl.Series:
        """The moment of each row, in UTC."""
        return rows.select(self._moment().alias("moment")).to_series()

    def _moment(self) -> pl.Expr:
        first = pl.col(self.names[0])
        if self.parts == ("timestamp",):
            return first
        if self.parts == ("date",):
            return first.cast(pl.Datetime("us")).dt.replace_time_zone(UTC)
        if not self.is_calendar:
            micros = first.cast(pl.Int64) * _MICROS[self.parts[0]]
            return micros.cast(pl.Datetime("us")).dt.replace_time_zone(UTC)
        part = dict(zip(self.parts, map(pl.col, self.names), strict=True))
        month = part.get("month", 3 * part["quarter"] - 2 if "quarter" in part else pl.lit(1))
        local = pl.datetime(part["year"], month, part.get("day", pl.lit(1)), part.get("hour", pl.lit(0)))
        return pl.coalesce(self._in_utc(local), self._in_utc(local + pl.duration(hours=1)))

    def _in_utc(self, local: pl.Expr) -> pl.Expr:
        zoned = local.dt.replace_time_zone(self.zone, ambiguous="earliest", non_existent="null")
        return zoned.dt.convert_time_zone(UTC)


def time_of(seen: FileSeen, wish: str, zone: str | None) -> TimeSource:
    """What the columns of `wish`, separated by commas, say of when a row's question was asked.

    Raises Invalid for columns that hold no times in every row, and for a clock whose zone nobody has named.
    """
    columns = [named(seen, name.strip(), "time") for name in wish.split(",")]
    if len(columns) == 1 and columns[0].time == "local":
        raise _asks_for_zone(columns[0].name)
    for column in columns:
        if column.nulls:
            shown = f"has rows without a value, or times that a clock of {zone} never shows" if column.zone else ""
            raise _refuse(column, shown or ("has rows without a value" if column.time else "holds no times"))
    source = _calendar(columns, seen, zone) if len(columns) > 1 else _alone(columns[0], seen)
    if source.moments(seen.typed).null_count():
        raise _refuse(columns[-1], "has days that no calendar has")
    return source


def zoned(seen: FileSeen, zone: str, wish: str | None) -> FileSeen:
    """The file with the local times of `wish`, or all of them without it, read as of that zone.

    Raises Invalid for a zone that nobody knows, and where it is named for nothing.
    """
    _check_zone(zone)
    names = [name.strip() for name in wish.split(",")] if wish else [column.name for column in seen.columns]
    local = [column for column in seen.columns if column.time == "local" and column.name in names]
    if not local and not wish:
        raise Invalid(f"{seen.name} has no times that do not say their zone.", "Leave --zone out.", "zone")
    for column in local:
        seen = _in_zone(seen, column, zone)
    return seen


def proposals(seen: FileSeen) -> Iterator[str]:
    """What `--time` could name: each time of the file, most exact first."""
    for kind in ("timestamp", "local", "date"):
        yield from (column.name for column in seen.columns if column.time == kind and not column.nulls)
    yield from (column.name for column in seen.columns if _is_called_time(column) and _counts(column, seen))
    parts = {_PARTS[column.name]: column for column in seen.columns if _is_part(column, seen)}
    chosen = [parts[part].name for part in _RANGES if part in parts]
    if "year" in parts and not ({"day", "hour"} & set(parts) and not {"month"} <= set(parts)):
        yield ",".join(chosen)


def _alone(column: ColumnSeen, seen: FileSeen) -> TimeSource:
    if column.time in ("timestamp", "date"):
        return TimeSource((column,), (column.time,))
    if unit := _counts(column, seen):
        return TimeSource((column,), (unit,))
    if _is_part(column, seen) and _PARTS[column.name] == "year":
        return TimeSource((column,), ("year",))
    if is_unread_time(seen.typed[column.name]):
        raise _refuse(column, f"holds times in a form that is not read, such as {seen.typed[column.name][0]!r}")
    raise _refuse(column, "may be a day and a month either way" if column.unsure else "holds no times")


def _calendar(columns: list[ColumnSeen], seen: FileSeen, zone: str | None) -> TimeSource:
    parts = {_PARTS[column.name]: column for column in columns if _is_part(column, seen)}
    odd = next((column for column in columns if column not in parts.values()), None)
    if odd or "year" not in parts:
        raise _refuse(odd or columns[0], _no_part(odd) if odd else "says no year")
    if "hour" in parts and zone is None:
        raise _asks_for_zone(parts["hour"].name)
    order = [part for part in _RANGES if part in parts]
    return TimeSource(tuple(parts[part] for part in order), tuple(order), zone or UTC)


def _no_part(column: ColumnSeen) -> str:
    part = _PARTS.get(column.name)
    return f"holds no {part} as a whole number" if part else "is no year, quarter, month, day or hour"


def _is_part(column: ColumnSeen, seen: FileSeen) -> bool:
    part = _PARTS.get(column.name)
    if part is None or column.type != "integer" or column.low is None or column.high is None or column.nulls:
        return False
    low, high = _RANGES[part]
    return low <= column.low and column.high <= high and seen.typed.height > 0


def _counts(column: ColumnSeen, seen: FileSeen) -> str | None:
    """The unit of a column that counts from 1970 on; None where it does not look so."""
    if column.type != "integer" or column.low is None or column.high is None or column.nulls or not seen.typed.height:
        return None
    return next((unit for unit, (low, high) in _COUNTS.items() if low <= column.low and column.high < high), None)


def counts_days(column: ColumnSeen) -> bool:
    """Whether a column is called a time and holds numbers that a spreadsheet shows as days of the last century or this.

    They say no zone, and two programs begin to count at different days.
    """
    low, high = _DAYS_OF_SPREADSHEETS
    known = column.low is not None and column.high is not None and column.type in ("integer", "number")
    return known and _is_called_time(column) and low <= (column.low or 0) and (column.high or 0) <= high


def _is_called_time(column: ColumnSeen) -> bool:
    return not _CALLED.isdisjoint(column.name.split("_"))


def _in_zone(seen: FileSeen, column: ColumnSeen, zone: str) -> FileSeen:
    """The file with a local time read in its zone."""
    read = read_column(seen.typed[column.name], Column(column.name, "timestamp", form=column.form, zone=zone))
    moments = read[column.name]
    changed = replace(
        column,
        type="timestamp",
        time="timestamp",
        zone=zone,
        nulls=moments.null_count(),
        values=(),
        pattern=None,
        odd=(),
    )
    columns = tuple(changed if one is column else one for one in seen.columns)
    return replace(seen, typed=seen.typed.with_columns(moments), columns=columns)


def _check_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or UTC)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            f"There is no time zone {(zone or '')[:60]!r}.", "Write one such as Europe/Paris, or UTC.", "zone"
        ) from error


def _asks_for_zone(name: str) -> Invalid:
    return Invalid(
        f"The times in {name} do not say their zone.", "Name it: --zone America/New_York, or --zone UTC.", "zone"
    )


def _refuse(column: ColumnSeen, found: str) -> Invalid:
    remedy = (
        "Name a column with a time in every row, such as 2013-04-01T10:00:00Z or 2013-04-01, or columns that are year, "
        "month, day and hour: --time year,month,day; without --time rows are dealt by chance."
    )
    return Invalid(f"The column {column.name} {found}.", remedy, "time")
