"""A training set as `.npz` columns: what the trainer reads, which has neither polars nor pyarrow beside it.

The file is a zip of `.npy` members, as `numpy.load(file, allow_pickle=False)` reads it; no member
holds objects. Equal frames give equal bytes. Its arrays, by key:

`__schema`
    uint8, UTF-8 bytes of one JSON object: `{"format": 2, "rows": n, "columns": [{"name", "kind"}, …]}`
    and `"others"`, the names of columns that only the live version uses,
    in the order of the table: `__moment`, `__label`, `__judges` (boolean: whether the row may judge), `__group`
    (integer: rows of one group lie on one side of every split), `__entity` (integer: what a row is about), the
    truth's primary key and its digests of people (`__key_<column>` each), what the charter slices by
    (`__slice_<input>` each), then the model's
    columns (`serin.domain.features.feature_columns`, so `view.column` holds a dot). `kind` is one of number, integer,
    boolean, string, timestamp. `positive` is the class the charter calls so, or null.
`<name>`
    one array of n values for each column, by its kind:
    - number: float64, a null is NaN
    - integer: int64; float64 with NaN for null when the column holds a null
    - boolean: bool; float64 of 0, 1 and NaN for null when the column holds a null
    - timestamp: float64, seconds since 1970-01-01T00:00:00Z, a null is NaN
    - string: int32 codes into the dictionary, a null is -1
`<name>:dictionary`
    for a string column only: the distinct values, sorted by code point, fixed-width unicode
    (`<U…`); possibly empty. A value that ends in NUL characters cannot be written so; it is refused.

Rows are in the training set's order: `__moment` ascending. The columns from `__moment` to `__entity` hold no null.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO, Literal, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.domain.charter import Charter
from serin.domain.errors import Invalid, TooLarge
from serin.domain.features import feature_columns
from serin.domain.plain_numbers import how_many

SCHEMA = "__schema"
DICTIONARY = ":dictionary"
LARGEST_DICTIONARY = 256 * 1024 * 1024
Kind = Literal["number", "integer", "boolean", "string", "timestamp"]
Array = npt.NDArray[np.generic]
# Zip has no dates before 1980; any fixed one will do.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class Columns(Protocol):
    """A table that is asked for one column at a time."""

    @property
    def height(self) -> int:
        """How many rows it has."""

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Its columns in order, and their types."""

    def get_column(self, name: str, /) -> pl.Series:
        """One of them."""


def to_npz(rows: Columns, charter: Charter, wider: Charter | None = None) -> bytes:
    """What `write_npz` writes."""
    buffer = io.BytesIO()
    write_npz(buffer, rows, charter, wider)
    return buffer.getvalue()


def write_npz(into: IO[bytes], rows: Columns, charter: Charter, wider: Charter | None = None) -> None:
    """Write the rows of a training set (`serin.data.features.joins.training_rows`) in the format above.

    One column at a time is in memory. `wider` is the charter with what only the live version uses as well.
    """
    own = [name for name in rows.schema if name.startswith("__")]
    names = [*own, *(column.name for column in feature_columns(wider or charter))]
    kinds = {name: _kind(name, rows.schema[name]) for name in names}
    used = {column.name for column in feature_columns(charter)}
    schema = {
        "format": 2,
        "rows": rows.height,
        "columns": [{"name": name, "kind": kind} for name, kind in kinds.items()],
        "others": [name for name in kinds if not name.startswith("__") and name not in used],
        "positive": charter.positive,
    }
    first = (SCHEMA, np.frombuffer(json.dumps(schema).encode(), dtype=np.uint8))
    _write_arrays(into, chain([first], _arrays(rows, kinds)))


def _arrays(rows: Columns, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Array]]:
    for name, kind in kinds.items():
        if kind == "string":
            codes, dictionary = as_codes(rows.get_column(name))
            yield name, codes
            yield name + DICTIONARY, dictionary
        else:
            yield name, _numbers(rows.get_column(name), kind)


def _kind(name: str, dtype: pl.DataType) -> Kind:
    if dtype.is_float() or dtype == pl.Null:
        return "number"
    if dtype.is_integer():
        return "integer"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype == pl.String:
        return "string"
    if isinstance(dtype, pl.Datetime) and dtype.time_zone == "UTC":
        return "timestamp"
    raise Invalid(f"column {name} is {dtype}, which a model cannot use.", "Leave it out, or derive a number.", name)


def _numbers(column: pl.Series, kind: Kind) -> Array:
    if kind == "timestamp":
        # By numpy, which rounds as a served moment's own timestamp does: the engine multiplies by 1e-6.
        return np.divide(_floats(column.dt.epoch("us").cast(pl.Float64)), 1e6)
    if kind == "number" or column.null_count():
        return _floats(column.cast(pl.Float64))
    return column.to_numpy() if kind == "boolean" else column.cast(pl.Int64).to_numpy()


def _floats(column: pl.Series) -> Array:
    return column.fill_null(float("nan")).to_numpy()


def as_floats(column: pl.Series) -> npt.NDArray[np.float64]:
    """A column of numbers, booleans or moments as a model sees it: float64, a null NaN, a moment its seconds."""
    numbers = _numbers(column, _kind(column.name, column.dtype))
    return np.ascontiguousarray(numbers, dtype=np.float64)


def as_codes(column: pl.Series) -> tuple[Array, Array]:
    """A column of texts as int32 codes, a null -1, and the sorted texts that they stand for."""
    values = column.drop_nulls().unique().sort()
    longest = values.str.len_chars().max() if values.len() else 0
    if isinstance(longest, int) and 4 * longest * values.len() > LARGEST_DICTIONARY:
        raise TooLarge(
            f"column {column.name} has {values.len():,} different texts of up to {how_many(longest, 'character')}.",
            "Limit their length in the contract, or leave the column out.",
            column.name,
        )
    if values.str.ends_with("\0").any():
        raise Invalid(f"column {column.name} has texts that end in NUL.", "Forbid these in the contract.", column.name)
    codes = column.cast(pl.Enum(values)).to_physical().cast(pl.Int32).fill_null(-1)
    return codes.to_numpy(), np.array(values.to_list(), dtype=np.str_)


def zipped(arrays: Iterable[tuple[str, Array]]) -> bytes:
    """The arrays, each by its key, as a file in the format above."""
    buffer = io.BytesIO()
    _write_arrays(buffer, arrays)
    return buffer.getvalue()


def _write_arrays(into: IO[bytes], arrays: Iterable[tuple[str, Array]]) -> None:
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays:
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", _NO_DATE)
            with content.getbuffer() as written:
                archive.writestr(member, written, zipfile.ZIP_DEFLATED, compresslevel=1)
