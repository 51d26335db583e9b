"""The labelled rows of a training, frozen: made of the datasets up to some heads, and named by all they are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.columns import Columns, write_npz
from serin.data.features.joins import Functions, training_rows
from serin.data.features.standing import JUDGES
from serin.data.files.parquet import to_parquet
from serin.domain.buckets import definition
from serin.domain.charter import Charter
from serin.domain.cut_pieces import CutTask
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid, TooLarge
from serin.domain.experiments import ChampionColumns, TrainingSet, learnable_without_time
from serin.domain.model_source import ModelSource, code_digest
from serin.domain.names import digest
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.champion_columns import charter_beside, charter_with, only_champions
from serin.services.steps.cut_making import Carried, MakingInPieces, keep_rows, made_rows
from serin.services.steps.cut_rounds import CutSource
from serin.services.steps.kept_source import keep_source
from serin.services.steps.made_with import lock_digest
from serin.services.steps.stored_files import pieces_of
from serin.services.steps.training_tables import Tables, TrainingTables

_NO_LABEL = "no row has a label yet"


@dataclass(frozen=True, eq=False)
class FrozenRows:
    """A training set that is not kept yet: its rows as the trainer reads them; `keep` puts them where people do.

    The rows are a file of this function's, which ends with this object.
    """

    training_set: TrainingSet
    columns: IO[bytes]
    keep: Callable[[str], None]

    def kept(self, source: ModelSource, *, lake: ObjectStore) -> TrainingSet:
        """Write it, and what it was made by; the record of both."""
        self.keep(self.training_set.parquet)
        lake.put_file(self.training_set.columns, Path(self.columns.name))
        return replace(self.training_set, source=keep_source(source, lake=lake))

    def elsewhere(self) -> FrozenRows:
        """The same under the same id, at places of its own: what was kept under it stays what it is."""
        its = self.training_set
        parquet, columns = _places(its.model, f"{its.id}/{its.columns_digest[:16]}")
        return replace(self, training_set=replace(its, parquet=parquet, columns=columns))


def freeze_rows(
    name: str,
    source: ModelSource,
    functions: Functions,
    heads: Mapping[str, DatasetHead],
    champion: ChampionColumns | None,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
    carried: Carried = "here",
    task: CutTask | None = None,
) -> FrozenRows | str:
    """The rows as the source makes them of the datasets up to these heads, or why there is nothing to train on.

    They are made in one go where memory has room, else in pieces (`serin.domain.cut_plan`). Nothing of the training set
    is written. `functions` finds a function of the source's code by `module:name`. Raises PiecesWanted where pieces are
    `carried` by others; these ask again with the `task`.
    """
    contracts = source.contracts
    making = MakingInPieces(*(name, source, functions, heads, carried, task), lake=lake, catalog=catalog, clock=clock)
    if task is not None:
        return _frozen_in_pieces(making, champion)
    if ceiling := making.over_ceiling():
        return ceiling
    if carried in ("always_mapped", "always_shared"):
        return _frozen_in_pieces(making, champion)
    tables = TrainingTables(heads, contracts, lake=lake, catalog=catalog)

    def rows_of(wider: Charter) -> pl.DataFrame:
        def make(tables: Tables, copied: pl.Series | None, until: datetime) -> pl.DataFrame:
            return training_rows(wider, contracts, tables, functions, copied, until)

        return tables.rows(wider, make)

    try:
        rows, wider, champion = _with_champions(source, champion, rows_of)
    except TooLarge:
        return _frozen_in_pieces(making, champion)

    def keep(key: str) -> None:
        lake.put(key, to_parquet(rows))

    return _frozen(name, source, heads, rows, wider, champion, keep)


def _frozen_in_pieces(making: MakingInPieces, champion: ChampionColumns | None) -> FrozenRows | str:
    charter, contracts = making.source.charter, making.source.contracts
    try:
        return _made(making, champion, charter_beside(charter, contracts, champion))
    except Invalid as error:
        if champion is None or champion.lost or not only_champions(charter, champion):
            raise
        return _made(making, replace(champion, lost=str(error).rstrip(".")), charter)


def _made(making: MakingInPieces, champion: ChampionColumns | None, wider: Charter) -> FrozenRows | str:
    made = making.made(champion, wider)
    if not isinstance(made, CutSource):
        return made
    with made_rows(made) as rows:
        if rows is None:
            return _NO_LABEL

        def keep(key: str) -> None:
            keep_rows(made, key)

        return _frozen(making.name, making.source, making.heads, rows, wider, champion, keep)


def _frozen(
    name: str,
    source: ModelSource,
    heads: Mapping[str, DatasetHead],
    rows: Columns,
    wider: Charter,
    champion: ChampionColumns | None,
    keep: Callable[[str], None],
) -> FrozenRows | str:
    charter, moments = source.charter, rows.get_column(MOMENT)
    judges = moments.filter(rows.get_column(JUDGES))
    if len(judges) == 0:
        return _NO_LABEL
    holdout_from, learnable = _withheld(charter, moments, judges)
    if learnable < charter.training.minimum_rows:
        needed = charter.training.minimum_rows
        return f"{learnable:,} labelled rows before the holdout; training.minimum_rows is {needed:,}"
    # It ends with the frozen rows.
    columns = NamedTemporaryFile(prefix=SCRATCH, suffix=".npz")  # noqa: SIM115
    places = _places(charter.model, name)
    write_npz(columns, rows, charter, wider)
    columns.flush()
    with pieces_of(Path(columns.name)) as content:
        columns_digest = digest(content)
    made = TrainingSet(
        id=name,
        model=charter.model,
        parquet=places[0],
        columns=places[1],
        columns_digest=columns_digest,
        rows=rows.height,
        learnable=learnable,
        heads={dataset: head.digest for dataset, head in heads.items()},
        charter=charter.digest(),
        code=code_digest(source.code),
        first=moments[0],
        last=moments[-1],
        holdout_from=holdout_from,
        definitions={view.name: definition(charter, view) for view in charter.features.views},
        copies=rows.height - len(judges),
        uses=charter.features.model_uses,
        champion=champion,
        views=charter.features.views,
        entities=charter.features.entities,
        lock=lock_digest("polars"),
    )
    return FrozenRows(made, columns, keep)


def _places(model: str, name: str) -> tuple[str, str]:
    """Where the rows lie, as Parquet and as columns."""
    folder = f"training-sets/{model}/{name}"
    return f"{folder}/rows.parquet", f"{folder}/columns.npz"


def _with_champions(
    source: ModelSource, champion: ChampionColumns | None, rows_of: Callable[[Charter], pl.DataFrame]
) -> tuple[pl.DataFrame, Charter, ChampionColumns | None]:
    """The rows with the columns that only the champion uses, where the data has them and a model may know them."""
    charter = source.charter
    kept = only_champions(charter, champion)
    if champion is None or not kept:
        return rows_of(charter), charter, champion
    try:
        wider = charter_with(charter, source.contracts, kept, champion)
        return rows_of(wider), wider, champion
    except Invalid as error:
        # What is wrong with the charter itself is raised here again.
        return rows_of(charter), charter, replace(champion, lost=str(error).rstrip("."))


def _withheld(charter: Charter, moments: pl.Series, judges: pl.Series) -> tuple[datetime | None, int]:
    """From when on rows are withheld, where there is a time, and how many teach."""
    if charter.training.holdout is None:
        return None, learnable_without_time(moments.len())
    since: datetime = judges[-1] - charter.training.holdout
    return since, int((moments < since).sum())
