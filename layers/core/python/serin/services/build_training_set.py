"""A training set: the labelled rows as they could have been asked, frozen under a digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.data.features.standing import JUDGES
from serin.data.files.parquet import to_parquet
from serin.domain.buckets import definition
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid, NotFound, TooLarge
from serin.domain.experiments import ChampionColumns, Run, TrainingSet, Trial, learnable_without_time, provenance_of
from serin.domain.names import digest
from serin.domain.schemas import schema_of
from serin.domain.searching import trials
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.champion_columns import champion_columns, charter_with, only_champions
from serin.services.steps.first_training import begins_by_features
from serin.services.steps.training_tables import Tables, TrainingTables

Functions = Callable[[str], Callable[..., Any]]
Plan = tuple[TrainingSet, Sequence[Trial]]


def build_training_set(
    run_id: str,
    cause: str,
    correlation: str,
    charter: Charter,
    contracts: Mapping[str, Contract],
    code: Mapping[str, bytes],
    functions: Functions,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> Plan | str:
    """The snapshot to train on and the trials to make, or the reason there is nothing to train.

    `functions` finds a function of the model's code by `module:name`. A run that features began
    is the first training only, and once for the same data.
    """
    run = Run(run_id, charter.model, cause, "running", clock.now(), correlation=correlation)
    heads = {use.name: catalog.head(use.name) for use in charter.datasets}
    champion = champion_columns(charter, catalog=catalog)
    name = _name(charter, contracts, heads, code, champion)
    reason = _reason_to_skip(charter, run, name, heads, catalog)
    catalog.begin_run(replace(run, training_set=name))
    made = reason or _made(name, charter, contracts, code, functions, heads, lake, catalog, champion)
    if not isinstance(made, str):
        catalog.save_training_set(made)
        made = _under_way(run, catalog) or made
    if isinstance(made, str):
        catalog.save_run(replace(run, status="skipped", training_set=name, reason=made))
        return made
    kept = {"copies of other rows": made.copies} if made.copies else {}
    begun = replace(run, training_set=name, kept_from_judging=kept, provenance=provenance_of(made))
    if not catalog.save_run(begun):
        return catalog.run(run.model, run.id).reason or "it has ended already"
    return made, trials(charter.training.search, made)


def _name(
    charter: Charter,
    contracts: Mapping[str, Contract],
    heads: Mapping[str, DatasetHead],
    code: Mapping[str, bytes],
    champion: ChampionColumns | None,
) -> str:
    # What rows are read as follows from today's contract, however long they have been there.
    data = [f"{name}={head.digest} as {schema_of(contracts[name]).name}" for name, head in sorted(heads.items())]
    kept = () if champion is None else only_champions(charter, champion)
    data.extend(f"kept={name}" for name in kept)
    return digest(charter.model, charter.digest(), code_digest(code), *data)[:32]


def code_digest(code: Mapping[str, bytes]) -> str:
    """Names the model's own code."""
    return digest(*(part for name in sorted(code) for part in (name, code[name])))


def _reason_to_skip(
    charter: Charter, run: Run, name: str, heads: Mapping[str, DatasetHead], catalog: Catalog
) -> str | None:
    if missing := sorted(dataset for dataset, head in heads.items() if head.rows == 0):
        return f"no rows yet of {', '.join(missing)}"
    if run.cause != "features":
        return None
    if not begins_by_features(charter.model, catalog=catalog, but=run.id):
        return "the first version exists; later ones are trained for a cause or by a call"
    others = [other for other in catalog.runs(charter.model) if other.id != run.id and other.training_set == name]
    if begun := [other.id for other in others if other.status in {"running", "registered", "rejected"}]:
        return f"run {begun[0]} has the same data, charter and code"
    return None


def _under_way(run: Run, catalog: Catalog) -> str | None:
    """Uploads that come at once make one first training: that of which the rows were enough first.

    A run that is still reading rows may find too few of them, so it is in nobody's way.
    """
    if run.cause != "features":
        return None
    # Its own record says when it began: it may be tried again later.
    began = catalog.run(run.model, run.id).at
    for other in catalog.runs(run.model):
        earlier = (other.at, other.id) < (began, run.id)
        if earlier and other.status == "running" and other.training_set and _frozen(other.training_set, run, catalog):
            return f"run {other.id} is under way with the rows that came before"
    return None


def _frozen(training_set: str, run: Run, catalog: Catalog) -> bool:
    try:
        catalog.training_set(run.model, training_set)
    except NotFound:
        return False
    return True


def _made(
    name: str,
    charter: Charter,
    contracts: Mapping[str, Contract],
    code: Mapping[str, bytes],
    functions: Functions,
    heads: Mapping[str, DatasetHead],
    lake: ObjectStore,
    catalog: Catalog,
    champion: ChampionColumns | None,
) -> TrainingSet | str:
    tables = TrainingTables(heads, contracts, lake=lake, catalog=catalog)

    def rows_of(wider: Charter) -> pl.DataFrame:
        def make(tables: Tables, copied: pl.Series | None, until: datetime) -> pl.DataFrame:
            return training_rows(wider, contracts, tables, functions, copied, until)

        return tables.rows(wider, make)

    try:
        rows, wider, champion = _with_champions(charter, contracts, champion, rows_of)
    except TooLarge as error:
        return str(error)
    judges = rows.filter(JUDGES)
    if len(judges) == 0:
        return "no row has a label yet"
    first, last = _moment(rows, 0), _moment(rows, -1)
    holdout_from, learnable = _withheld(charter, rows, judges)
    if learnable < charter.training.minimum_rows:
        needed = charter.training.minimum_rows
        return f"{learnable:,} labelled rows before the holdout; training.minimum_rows is {needed:,}"
    columns = to_npz(rows, charter, wider)
    folder = f"training-sets/{charter.model}/{name}"
    made = TrainingSet(
        id=name,
        model=charter.model,
        parquet=f"{folder}/rows.parquet",
        columns=f"{folder}/columns.npz",
        columns_digest=digest(columns),
        rows=len(rows),
        learnable=learnable,
        heads={dataset: head.digest for dataset, head in heads.items()},
        charter=charter.digest(),
        code=code_digest(code),
        first=first,
        last=last,
        holdout_from=holdout_from,
        definitions={view.name: definition(charter, view) for view in charter.features.views},
        copies=len(rows) - len(judges),
        uses=charter.features.model_uses,
        champion=champion,
        views=charter.features.views,
        entities=charter.features.entities,
    )
    lake.put(made.parquet, to_parquet(rows))
    lake.put(made.columns, columns)
    return made


def _with_champions(
    charter: Charter,
    contracts: Mapping[str, Contract],
    champion: ChampionColumns | None,
    rows_of: Callable[[Charter], pl.DataFrame],
) -> tuple[pl.DataFrame, Charter, ChampionColumns | None]:
    """The rows with the columns that only the champion uses, where the data has them and a model may know them."""
    kept = only_champions(charter, champion)
    if champion is None or not kept:
        return rows_of(charter), charter, champion
    try:
        wider = charter_with(charter, contracts, kept, champion)
        return rows_of(wider), wider, champion
    except Invalid as error:
        # What is wrong with the charter itself is raised here again.
        return rows_of(charter), charter, replace(champion, lost=str(error).rstrip("."))


def _withheld(charter: Charter, rows: pl.DataFrame, judges: pl.DataFrame) -> tuple[datetime | None, int]:
    """From when on rows are withheld, where there is a time, and how many teach."""
    if charter.training.holdout is None:
        return None, learnable_without_time(rows.height)
    since = _moment(judges, -1) - charter.training.holdout
    return since, rows.filter(pl.col("__moment") < since).height


def _moment(rows: pl.DataFrame, index: int) -> datetime:
    moment: datetime = rows["__moment"][index]
    return moment
