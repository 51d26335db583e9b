"""The code of a draft: where no column is the moment of a row in UTC, a function derives it."""

from __future__ import annotations

from serin_cli.drafting.draft import Draft
from serin_cli.drafting.times import TimeSource

_ORDER = '''"""What the model derives from its dataset: a moment for each row, because no column holds one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def with_moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `{moment}`: the n-th row that was accepted is taken as asked n hours after the first.

    The order of arrival stands for time: what arrives later judges what was learnt before, and is learnt from
    afterwards. How a model ages cannot be seen this way; name a real time in model.yaml as soon as there is one.
    """
    import polars as pl  # predict may load this module and has no polars

    return rows.with_columns({moment}=pl.lit(FIRST_MOMENT) + pl.duration(hours=pl.int_range(pl.len())))
'''
_CONVERTED = '''"""What the model derives from its dataset: the moment of each row in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def with_moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `{moment}`: {meaning}"""
    import polars as pl  # predict may load this module and has no polars

{body}
'''
_DATE = "midnight at the beginning of the day in `{time}`. Confirm that UTC is right."
_COUNTED = "`{time}` counts from 1970 on."
_CALENDAR = "`{time}`, by a clock of {zone}. Confirm that."
_DATE_BODY = '    moment = pl.col("{time}").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")'
_COUNTED_BODY = (
    '    moment = pl.from_epoch("{time}", time_unit="{unit}").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")'
)
_CALENDAR_BODY = """    local = pl.datetime({parts})

    def in_utc(clock: pl.Expr) -> pl.Expr:
        zoned = clock.dt.replace_time_zone("{zone}", ambiguous="earliest", non_existent="null")
        return zoned.dt.convert_time_zone("UTC")

    # Where clocks go forward an hour is left out, and what was written in it is of the next.
    moment = pl.coalesce(in_utc(local), in_utc(local + pl.duration(hours=1)))"""
_RETURN = "    return rows.with_columns({moment}=moment)"


def code_text(draft: Draft) -> str | None:
    """`features.py`, where the moment must be derived."""
    if draft.time is None:
        return _ORDER.format(moment=draft.moment)
    if draft.time.is_moment:
        return None
    meaning, body = _derived(draft.time)
    last = _RETURN.format(moment=draft.moment)
    return _CONVERTED.format(moment=draft.moment, meaning=meaning, body=f"{body}\n{last}")


def _derived(time: TimeSource) -> tuple[str, str]:
    """What the moment is, and the lines that derive it."""
    name = time.names[0]
    if time.parts == ("date",):
        return _DATE.format(time=name), _DATE_BODY.format(time=name)
    if not time.is_calendar:
        return _COUNTED.format(time=name), _COUNTED_BODY.format(time=name, unit=time.parts[0])
    columns = dict(zip(time.parts, time.names, strict=True))
    column = {part: f'"{columns[part]}"' if part in columns else default for part, default in _DEFAULTS.items()}
    if "quarter" in columns:
        column["month"] = f'3 * pl.col("{columns["quarter"]}") - 2'
    parts = ", ".join(column.values())
    names = "`, `".join(time.names)
    return _CALENDAR.format(time=names, zone=time.zone), _CALENDAR_BODY.format(parts=parts, zone=time.zone)


_DEFAULTS = {"year": "1", "month": "1", "day": "1", "hour": "0"}
