"""The rows of a training set that lie in several files, put together one column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from serin.data.features.joins import ENTITY, ENTITY_KEY, numbered
from serin.data.features.standing import GROUP
from serin.data.files.parquet import join_parquet, write_parquet
from serin.domain.errors import Invalid


class ShardedRows:
    """Shards in the order of their moments, as one table that is never in memory as a whole.

    What is told by all rows together is made so here: the truth's entities are numbered by first appearance, groups are
    called by their place among all rows, and a column has one type.
    """

    def __init__(self, shards: Sequence[Path], folder: Path) -> None:
        self._types = _types(shards)
        entities = _numbered(shards)
        self._files = list[Path]()
        first = 0
        for number, shard in enumerate(shards):
            rows = pl.read_parquet(shard, glob=False)
            rows = rows.with_columns(entities.slice(first, rows.height), pl.col(GROUP) + first)
            file = folder / f"shard-{number:06}.parquet"
            write_parquet(rows.select(pl.col(name).cast(dtype) for name, dtype in self._types.items()), file)
            self._files.append(file)
            first += rows.height
        self.height = first

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """Its columns in order, and their types."""
        return self._types

    def get_column(self, name: str, /) -> pl.Series:
        """One column of all rows."""
        return pl.concat([pl.read_parquet(file, columns=[name], glob=False) for file in self._files])[name]

    def write_parquet(self, into: Path) -> None:
        """Write all rows as one file."""
        join_parquet(self._files, (), into)


def _types(shards: Sequence[Path]) -> dict[str, pl.DataType]:
    """The columns of the training set, each of one type whatever the rows of a shard hold."""
    schemas = [pl.read_parquet_schema(shard) for shard in shards]
    types = dict[str, pl.DataType]()
    for name in schemas[0]:
        if not name.startswith(ENTITY_KEY):
            types[name] = _common(name, schemas, shards)
        else:
            types[ENTITY] = pl.Int64()
    return types


def _common(name: str, schemas: Sequence[Mapping[str, pl.DataType]], shards: Sequence[Path]) -> pl.DataType:
    """Of numbers the wider type; a column that is nothing but nulls in a shard has the type that it has elsewhere."""
    kinds = {schema[name] for schema in schemas}
    if len(kinds) > 1:
        filled = [schema[name] for schema, shard in zip(schemas, shards, strict=True) if _has_values(shard, name)]
        kinds = set(filled) or {pl.Float64()}
    if len(kinds) == 1:
        return kinds.pop()
    if all(kind.is_numeric() for kind in kinds):
        return pl.Float64()
    found = ", ".join(sorted(str(kind) for kind in kinds))
    raise Invalid(f"{name} is sometimes {found}.", "Return one type, or None.", name)


def _has_values(shard: Path, name: str) -> bool:
    column = pl.read_parquet(shard, columns=[name], glob=False)[name]
    return column.null_count() < column.len()


def _numbered(shards: Sequence[Path]) -> pl.Series:
    names = [name for name in pl.read_parquet_schema(shards[0]) if name.startswith(ENTITY_KEY)]
    return numbered(pl.concat([pl.read_parquet(shard, columns=names, glob=False) for shard in shards]), names)
