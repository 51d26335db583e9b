"""What a file nobody has described yet looks like: its columns, their types, and what a contract may say of them.

Nothing here is a promise. A range that was seen is not the range that will come, so ranges are only
told; sets and patterns are told when many rows bear them out; a person confirms all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from serin.data.contract.read_columns import read_column
from serin.data.contract.types import typed
from serin.data.files.literal_names import as_written
from serin.data.files.null_words import WORDS
from serin.data.files.reading import first_line, read_table
from serin.data.files.unheaded import check_names
from serin.data.looks.time_forms import TimeForm, compact_days, form_in
from serin.domain.contracts import TIMES, Column, ColumnType, Contract
from serin.domain.names import columns_named

ROWS_READ = 100_000
ENOUGH_ROWS = 100
LARGEST_SET = 20
FEWEST_OF_EACH = 5
MANY = 20
MOSTLY = 0.8
LONGEST_PATTERN = 40
_ANYTHING = Contract("file", "0.0.0", (), (), ())
_NUMBER = r"^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_INTEGER = r"^[-+]?(0|[1-9][0-9]*)$"
_NUMERIC: tuple[tuple[ColumnType, str], ...] = (("integer", _INTEGER), ("number", _NUMBER))
# Digits, E, digits: an article's number as often as a power of ten; programs mostly write a point or a sign too.
_ARTICLE = r"^[0-9]+[eE][0-9]+$"
_LOCAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?$"
_NOTHING: tuple[str, ...] = ("", "-", "--", ".", "?", "n/a", "na", "#n/a", "nan")
_NOTHING += ("nil", "none", "null", "missing", "unknown", "\\n")
_NOTHING += ("inf", "-inf", "+inf", "infinity", "-infinity", "#div/0!", "#value!", "#ref!", "#null!")
_RUN = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|[-_./: ]+")
_CLASSES = ("[A-Z]", "[a-z]", "[0-9]")

TimeKind = Literal["timestamp", "local", "date"]


@dataclass(frozen=True)
class ColumnSeen:
    """One column of the rows that were read.

    `values` are all its values when they are few and each was seen often, else empty; `pattern` is the one
    shape all values have, if they have one; `low` and `high` are of numbers. `odd` are the few texts
    that keep a column from being a number, such as `?`. `time` says how its values are a time, if they
    are: `local` ones do not say in which zone; `form` is theirs where it is not ISO 8601, `unsure` where another form
    fits as well and means other days; then they are no times. `zone` is the one that somebody has named. `written` is
    the file's own name, where that can be none here.
    """

    name: str
    type: ColumnType
    rows: int
    nulls: int
    distinct: int
    longest: int
    values: tuple[str, ...] = ()
    pattern: str | None = None
    low: float | None = None
    high: float | None = None
    odd: tuple[str, ...] = ()
    time: TimeKind | None = None
    written: str | None = None
    form: str | None = None
    unsure: bool = False
    zone: str | None = None

    @property
    def names_rows(self) -> bool:
        """Whether it has another value in every row."""
        return self.nulls == 0 and self.distinct == self.rows


@dataclass(frozen=True, eq=False)
class FileSeen:
    """A file's first rows: `typed` has them with a type for each column, `rows` counts all rows of the file.

    `ragged` counts rows with too many or too few values, or that are the header again, which are not among `typed`.
    `unread` names columns that hold no plain values; `unnamed` are the places, from 1 on, of those without a name.
    """

    name: str
    rows: int
    ragged: int
    typed: pl.DataFrame
    columns: tuple[ColumnSeen, ...]
    unread: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()

    def column(self, name: str) -> ColumnSeen | None:
        """The column of that name, here or in the file, or None."""
        return next((column for column in self.columns if name in (column.name, column.written)), None)


def look_at(name: str, content: bytes) -> FileSeen:
    """What the first `ROWS_READ` rows of a CSV, gzipped CSV or Parquet file are like.

    A column whose name can be none here has the nearest one that can; one without a name is left out, as uploads leave
    it out. Raises Rejected or TooLarge for a file no dataset could take: no header, no rows, not UTF-8, damaged.
    """
    first = first_line(name, content)
    if first is not None:
        check_names(name, first.names, first.after)
    table = read_table(name, content, _ANYTHING)
    columns, values = [], []
    unnamed = [place for place, text in enumerate(first.names, 1) if not text] if first else []
    texts = [text for place, text in enumerate(table.text.head(ROWS_READ).get_columns(), 1) if place not in unnamed]
    for text, here in zip(texts, columns_named([as_written(text.name) for text in texts]), strict=True):
        column, read = _column(text.alias(here))
        columns.append(column if here == text.name else replace(column, written=as_written(text.name)))
        values.append(read)
    typed_rows = pl.DataFrame(values)
    return FileSeen(name, table.rows, table.ragged.height, typed_rows, tuple(columns), table.unread, tuple(unnamed))


def _column(text: pl.Series) -> tuple[ColumnSeen, pl.Series]:
    """What the column is like, and its values."""
    # In quotes the words for null are texts, but a column of anything else than texts cannot mean them.
    kind, time, form = _type(text.filter(~text.is_in(WORDS)))
    written = form.form if form and not form.unsure else None
    frame = read_column(text, Column(text.name, kind, form=written if kind == "date" else None))
    text = frame.to_series(0).alias(text.name)
    seen = _seen(text, kind, time)
    return replace(seen, form=written, unsure=form is not None and form.unsure), frame.to_series(1)


def _seen(text: pl.Series, kind: ColumnType, time: TimeKind | None) -> ColumnSeen:
    known = text.drop_nulls()
    low, high = _ends(known, kind) if kind in ("integer", "number") else (None, None)
    return ColumnSeen(
        name=text.name,
        type=kind,
        rows=text.len(),
        nulls=text.null_count(),
        distinct=known.n_unique(),
        longest=max(known.str.len_chars().to_list(), default=0),
        values=_few_values(known, LARGEST_SET if kind == "string" else 2),
        pattern=_pattern(known) if kind == "string" else None,
        low=low,
        high=high,
        odd=_odd(known) if kind == "string" else (),
        time=time,
    )


def _type(known: pl.Series) -> tuple[ColumnType, TimeKind | None, TimeForm | None]:
    """The narrowest type every value has, unless they are numbers that name something."""
    if known.len() == 0:
        return "string", None, None
    for kind, shape in _NUMERIC:
        if known.str.contains(shape).all() and _fits(known, kind):
            form = compact_days(known)
            return _type_of_times(form) if form else (("string" if _names_something(known) else kind), None, None)
    if _is_boolean(known):
        return "boolean", None, None
    for time in TIMES:
        if _fits(known, time):
            return time, "date" if time == "date" else "timestamp", None
    if known.str.contains(_LOCAL).all():
        return "string", "local", None
    return _type_of_times(form_in(known))


def _type_of_times(form: TimeForm | None) -> tuple[ColumnType, TimeKind | None, TimeForm | None]:
    """Of texts in a form of their own; a moment in it says no zone."""
    if form is None or form.unsure:
        return "string", None, form
    return ("date", "date", form) if form.type == "date" else ("string", "local", form)


def _names_something(known: pl.Series) -> bool:
    """Whether these numbers are names, as postcodes are, whose leading zeros have made them texts already.

    A telephone number begins with a plus, where a change would have a minus too; an article number may have an E
    between digits; an account may have more digits than an integer holds.
    """
    signed = known.str.starts_with("+") & known.str.contains(_INTEGER)
    if signed.any() and not known.str.contains(r"^-|\.").any():
        return True
    # Where a number next to it has a point or a minus, it is one.
    if known.str.contains(_ARTICLE).any() and not known.str.contains(r"[.-]").any():
        return True
    return known.str.contains(r"^[-+]?[0-9]{19,}$").any() and not _fits(known, "integer")


def _is_boolean(known: pl.Series) -> bool:
    """Whether these are truth values; of single letters both have to be there, for f alone may be anything."""
    letters = known.str.to_lowercase().unique()
    return _fits(known, "boolean") and (letters.str.len_chars().max() != 1 or letters.len() > 1)


def _ends(known: pl.Series, kind: ColumnType) -> tuple[float, float]:
    numbers = [float(value) for value in _typed(known, kind).to_list()]
    return min(numbers), max(numbers)


def _fits(known: pl.Series, type: ColumnType) -> bool:
    return _typed(known, type).null_count() == 0


def _typed(known: pl.Series, type: ColumnType) -> pl.Series:
    return known.to_frame().select(typed(pl.col(known.name), type)).to_series()


def _few_values(known: pl.Series, most: int) -> tuple[str, ...]:
    """All values of a column that looks like a list to choose from: a person reads them, so all can be read."""
    if known.len() < ENOUGH_ROWS:
        return ()
    counts = known.value_counts(sort=True)
    if not 2 <= counts.height <= most or min(counts["count"].to_list()) < FEWEST_OF_EACH:
        return ()
    values = sorted(counts[known.name].to_list())
    return tuple(values) if all(value.isprintable() for value in values) else ()


def _odd(known: pl.Series) -> tuple[str, ...]:
    odd = known.filter(~known.str.contains(_NUMBER))
    few = odd.len() <= (1 - MOSTLY) * known.len()
    # Words that programs write for nothing keep a column from being a number, however many they are.
    if odd.len() == known.len() or not (few or odd.str.to_lowercase().is_in(_NOTHING).all()):
        return ()
    return tuple(odd.unique().sort().head(3).to_list())


def _pattern(known: pl.Series) -> str | None:
    """The shape all values share, such as `^[A-Z]{2}[0-9]{4}$`; None when there are few values or many shapes."""
    distinct = known.unique()
    if known.len() < ENOUGH_ROWS or distinct.len() < MANY:
        return None
    if distinct.str.len_chars().n_unique() != 1 or len(distinct[0]) > LONGEST_PATTERN:
        return None
    shapes = {_shape(value) for value in distinct.to_list()}
    return shapes.pop() if len(shapes) == 1 else None


def _shape(value: str) -> str | None:
    runs = _RUN.findall(value)
    return f"^{''.join(map(_part, runs))}$" if "".join(runs) == value else None


def _part(run: str) -> str:
    kind = next((letters for letters in _CLASSES if re.match(letters, run)), None)
    if kind is None:
        return run.replace(".", r"\.")
    return kind if len(run) == 1 else f"{kind}{{{len(run)}}}"
