"""What stood for a person taken out of files that were kept, whatever they hold."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.features.columns import DICTIONARY, SCHEMA, zipped
from serin.data.files.gunzip import MAGIC as GZIP
from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain.personal import UNKNOWN

_PARQUET, _ZIP = b"PAR1", b"PK\x03\x04"


@dataclass(frozen=True)
class Rewritten:
    """A file without the person: its bytes, and how many rows of it are gone or say nobody's name any more."""

    content: bytes
    rows: int


def without_rows(content: bytes, pseudonym: str) -> Rewritten | None:
    """The file without the rows of a person; None where it has none. Of JSON lines each is a row.

    What has no rows, a JSON object, says of its person that nobody knows them.
    """
    if content.startswith(_PARQUET):
        return _parquet(content, pseudonym)
    if content.startswith(_ZIP):
        return _columns(content, pseudonym)
    if content.startswith(GZIP):
        return _lines(content, pseudonym)
    return _text(content, pseudonym)


def without_name(content: bytes, pseudonym: str) -> Rewritten | None:
    """The file with all its rows, of which none says any more whose it is; None where none does."""
    if content.startswith(_ZIP):
        return _nameless(content, pseudonym)
    if not content.startswith(_PARQUET):
        return _text(content, pseudonym)
    rows = from_parquet(content)
    found = named(rows, pseudonym)
    if not found.any():
        return None
    texts = pl.col(pl.String)
    unknown = rows.with_columns(pl.when(texts == pseudonym).then(pl.lit(UNKNOWN)).otherwise(texts).name.keep())
    return Rewritten(to_parquet(unknown), int(found.sum()))


def named(rows: pl.DataFrame, pseudonym: str) -> pl.Series:
    """Which rows are of the person: those that say so in any column."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    if not texts:
        return pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    said = (pl.col(name).eq_missing(pl.lit(pseudonym)) for name in texts)
    return rows.select(pl.any_horizontal(said)).to_series()


def _parquet(content: bytes, pseudonym: str) -> Rewritten | None:
    rows = from_parquet(content)
    found = named(rows, pseudonym)
    return Rewritten(to_parquet(rows.filter(~found)), int(found.sum())) if found.any() else None


def _columns(content: bytes, pseudonym: str) -> Rewritten | None:
    """Of the columns of a training set (`serin.data.features.columns`)."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = dict(archive)
    schema = json.loads(arrays[SCHEMA].tobytes())
    gone = np.zeros(schema["rows"], dtype=np.bool_)
    texts = [name for name in arrays if name.endswith(DICTIONARY)]
    for name in texts:
        places = np.flatnonzero(arrays[name] == pseudonym)
        gone |= np.isin(arrays[name.removesuffix(DICTIONARY)], places)
    if not gone.any():
        return None
    schema["rows"] = int((~gone).sum())
    kept = {name: array[~gone] for name, array in arrays.items() if name not in (SCHEMA, *texts)}
    for name in texts:
        of = name.removesuffix(DICTIONARY)
        kept[of], arrays[name] = _used(kept[of], arrays[name])
    arrays |= {**kept, SCHEMA: np.frombuffer(json.dumps(schema).encode(), dtype=np.uint8)}
    return Rewritten(zipped(arrays.items()), int(gone.sum()))


def _nameless(content: bytes, pseudonym: str) -> Rewritten | None:
    """Of any columns whose texts stand in arrays of their own."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = dict(archive)
    texts = {name: array for name, array in arrays.items() if array.dtype.kind == "U"}
    found = sum(int((array == pseudonym).sum()) for array in texts.values())
    if not found:
        return None
    buffer = io.BytesIO()
    unknown = {name: np.where(array == pseudonym, UNKNOWN, array) for name, array in texts.items()}
    np.savez(buffer, **{**arrays, **unknown})
    return Rewritten(buffer.getvalue(), found)


def _used(codes: npt.NDArray[np.generic], texts: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.generic], ...]:
    """The codes and the texts that they stand for, without those that nobody stands for any more."""
    numbers = codes.astype(np.int64)
    places = np.unique(numbers[numbers >= 0])
    renumbered = np.full(len(texts) + 1, -1, dtype=np.int32)
    renumbered[places] = np.arange(len(places), dtype=np.int32)
    # The last one stands for a null, whose code is -1.
    return renumbered[numbers], texts[places]


def _lines(content: bytes, pseudonym: str) -> Rewritten | None:
    lines = gzip.decompress(content).splitlines(keepends=True)
    kept = [line for line in lines if pseudonym.encode() not in line]
    if len(kept) == len(lines):
        return None
    return Rewritten(gzip.compress(b"".join(kept), mtime=0), len(lines) - len(kept))


def _text(content: bytes, pseudonym: str) -> Rewritten | None:
    found = content.count(pseudonym.encode())
    return Rewritten(content.replace(pseudonym.encode(), UNKNOWN.encode()), found) if found else None
