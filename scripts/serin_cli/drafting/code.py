"""The code of a draft: where no column is the moment of a row in UTC, a function derives it."""

from __future__ import annotations

from serin_cli.drafting.draft import Draft

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

    return rows.with_columns({moment}={expression})
'''
_DATE = "midnight at the beginning of the day in `{time}`. Confirm that UTC is right."
_LOCAL = "`{time}`, taken as UTC because it does not say its zone. Confirm that, or name the zone."
_DATE_EXPRESSION = 'pl.col("{time}").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")'
_LOCAL_EXPRESSION = (
    'pl.col("{time}").str.replace(" ", "T", literal=True)'
    '.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us").dt.replace_time_zone("UTC")'
)


def code_text(draft: Draft) -> str | None:
    """`features.py`, where the moment must be derived."""
    if draft.time is None:
        return _ORDER.format(moment=draft.moment)
    if draft.time.time == "timestamp":
        return None
    date = draft.time.time == "date"
    meaning = (_DATE if date else _LOCAL).format(time=draft.time.name)
    expression = (_DATE_EXPRESSION if date else _LOCAL_EXPRESSION).format(time=draft.time.name)
    return _CONVERTED.format(moment=draft.moment, meaning=meaning, expression=expression)
