"""A training set's rows: each labelled row with what could be known at its moment, and nothing later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.data.features.as_of import MOMENT
from serin.data.features.leakage import forbid_afterwards, known_afterwards, without_afterwards
from serin.data.features.on_demand import Function, arguments_of, on_demand_functions, with_on_demand
from serin.data.features.row_by_row import check_row_by_row, derived_by_row
from serin.data.features.standing import GROUP, JUDGES, standing, standing_in_part
from serin.data.features.versions import ACCEPTED
from serin.data.features.views import with_view
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.domain.features import feature_columns, views_needed
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable

LABEL = "__label"
KEY = "__key_"
ENTITY = "__entity"
SLICE = "__slice_"
ENTITY_KEY = "__of_entity_"
"""Before a column that names the truth's entity, which is numbered once all rows are there."""
Tables = Mapping[str, pl.DataFrame]
Functions = Callable[[str], Callable[..., Any]]


def training_rows(
    charter: Charter,
    contracts: Mapping[str, Contract],
    tables: Tables,
    functions: Functions,
    copied: pl.Series | None = None,
    until: datetime | None = None,
) -> pl.DataFrame:
    """The labelled rows of the truth's dataset, newest `training.window`, oldest first.

    `tables` hold accepted rows in the order they were accepted. A later row replaces an earlier one with the same
    primary key, but for views, which tell what was known (`serin.domain.known`). `functions` finds a function of the
    model's code by its `module:name`. `copied` is true for the truth's rows that are copies; with a primary key none
    counts as one, for there a copy replaces what it is a copy of. A row that was to be asked about after `until` is not
    known yet, unless the model's code derives its moment: it may do that for rows without a time. Columns: `__moment`
    and `__label`, `__judges` and `__group` (`serin.data.features.standing`), the truth's entity as a number
    (`__entity`), its primary key and who it is about (`__key_<column>`), what the charter slices by
    (`__slice_<input>`), the model's columns in order. Raises Invalid where the question would hold its own answer.
    """
    sources = ViewSources(charter, contracts, tables, functions)
    for name in tables:
        sources.derived(name)
    rows, contract = labelled_rows(sources, copied, until), contracts[charter.truth.dataset]
    rows = rows.filter(pl.col(MOMENT) > pl.col(MOMENT).max() - charter.training.window)
    rows = in_order(rows, contract)
    rows = with_features(rows, charter, sources, on_demand_functions(charter, functions))
    entity = numbered(rows, charter.features.entities[charter.truth.entity])
    return training_columns(rows.with_columns(entity), charter, contract, (ENTITY,))


def labelled_rows(sources: ViewSources, copied: pl.Series | None = None, until: datetime | None = None) -> pl.DataFrame:
    """The truth's rows that have a label, of whatever window, with `__moment`, `__label`, `__judges` and `__group`.

    Raises Invalid where the question would hold its own answer, by these rows. Rows that have `__accepted` are not all
    there are: it is what their groups are called by (`serin.data.features.standing.standing_in_part`).
    """
    charter, truth = sources.charter, sources.charter.truth.dataset
    tables, contract = sources.tables, sources.contracts[truth]
    derived = sources.derived(truth)
    before = without_afterwards(tables[truth], contract)
    bare = derive(charter, truth, {**tables, truth: before}, sources.functions)
    forbid_afterwards(charter, known_afterwards(derived, bare, contract))
    marks = _standing(tables[truth], contract, copied)
    return _labelled(charter, pl.concat([derived, marks], how="horizontal"), contract, until)


def in_order(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Labelled rows in the training set's order: by moment, then by primary key, then as they were accepted."""
    return rows.sort(MOMENT, *contract.primary_key, maintain_order=True)


def training_columns(rows: pl.DataFrame, charter: Charter, contract: Contract, entity: Sequence[str]) -> pl.DataFrame:
    """The columns of a training set of its rows in order, which have features; `entity` are those that name it."""
    # By the digests of people an erasure finds the rows that are theirs.
    named = dict.fromkeys((*contract.primary_key, *(column.name for column in contract.hashed)))
    keys = [pl.col(name).alias(KEY + name) for name in named]
    slices = [pl.col(name).alias(SLICE + name) for name in charter.slices]
    # A group is called as its first row, whatever order the table had.
    group = pl.col("__place").first().over(GROUP).cast(pl.Int64).alias(GROUP)
    return rows.with_row_index("__place").select(
        MOMENT, LABEL, JUDGES, group, *entity, *keys, *slices, *(column.name for column in feature_columns(charter))
    )


@dataclass(frozen=True)
class ViewSources:
    """What views look into: `versions` are the accepted rows of each dataset, replaced ones too, as they were accepted.

    `functions` finds a function of the model's code by its `module:name`.
    """

    charter: Charter
    contracts: Mapping[str, Contract]
    versions: Tables
    functions: Functions
    _derived: dict[str, pl.DataFrame] = field(default_factory=dict)
    _looked_into: dict[str, tuple[pl.DataFrame, Sequence[str]]] = field(default_factory=dict)

    @cached_property
    def tables(self) -> Tables:
        """Of each dataset the newest version of each row."""
        return {name: latest_rows(table, self.contracts[name]) for name, table in self.versions.items()}

    def derived(self, dataset: str) -> pl.DataFrame:
        """These with the columns that the model's own code adds."""
        if dataset not in self._derived:
            self._derived[dataset] = derive(self.charter, dataset, self.tables, self.functions)
        return self._derived[dataset]

    def of(self, view: View) -> tuple[pl.DataFrame, Sequence[str]]:
        """The rows that a view looks into, and the primary key by which some are versions of others."""
        if view.source not in self._looked_into:
            self._looked_into[view.source] = self._of(view.source)
        return self._looked_into[view.source]

    def _of(self, dataset: str) -> tuple[pl.DataFrame, Sequence[str]]:
        source, versions = self.derived(dataset), self.versions[dataset]
        if identity := versions_by(versions, source, self.contracts[dataset]):
            source = derive(self.charter, dataset, {**self.tables, dataset: versions}, self.functions)
        return source, identity


def with_features(
    rows: pl.DataFrame, charter: Charter, sources: ViewSources, computed: Mapping[str, Function]
) -> pl.DataFrame:
    """The rows, which have the charter's inputs and `__moment`, with what is known of each then and what is computed.

    It is the one join of training and of batches; `computed` are the on-demand functions by feature.
    """
    for view in views_asked(charter, computed):
        source, identity = sources.of(view)
        rows = with_view(rows, view, source, charter.features.entities[view.entity], identity)
    return with_computed(rows, charter, computed)


def views_asked(charter: Charter, computed: Mapping[str, Function]) -> tuple[View, ...]:
    """The views that the model's columns or its on-demand functions need."""
    return views_needed(charter, {name: arguments_of(function) for name, function in computed.items()})


def with_computed(rows: pl.DataFrame, charter: Charter, computed: Mapping[str, Function]) -> pl.DataFrame:
    """The rows, which have the values of their views, as a request has them and with what is computed."""
    return with_on_demand(_with_inputs(_with_defaults(rows, charter), charter), charter, computed)


def numbered(rows: pl.DataFrame, entity: Sequence[str]) -> pl.Series:
    """A number for each row's entity, by first appearance: rows of one entity are not independent evidence."""
    if rows.n_unique(subset=entity) == rows.height:
        # Each row is of its own: the join would say so at several times the memory.
        return pl.int_range(rows.height, dtype=pl.Int64, eager=True).alias(ENTITY)
    known = rows.select(entity).unique(maintain_order=True).with_row_index(ENTITY)
    numbered = rows.select(entity).join(known, on=list(entity), how="left", nulls_equal=True, maintain_order="left")
    return numbered[ENTITY].cast(pl.Int64)


def latest_rows(table: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Each primary key once, as it was accepted last; all rows where the contract names no key."""
    if not contract.primary_key:
        return table
    return table.unique(list(contract.primary_key), keep="last", maintain_order=True)


def versions_by(versions: pl.DataFrame, latest: pl.DataFrame, contract: Contract) -> Sequence[str]:
    """The primary key by which rows are versions of each other; nothing where each is the only one of its key."""
    return contract.primary_key if latest.height < versions.height else ()


def _standing(table: pl.DataFrame, contract: Contract, copied: pl.Series | None) -> pl.DataFrame:
    numbers = table[ACCEPTED] if ACCEPTED in table.columns else None
    if contract.primary_key:
        group = pl.int_range(table.height, eager=True) if numbers is None else numbers
        return pl.DataFrame({JUDGES: pl.repeat(value=True, n=table.height, eager=True), GROUP: group})
    copied = pl.repeat(value=False, n=table.height, eager=True) if copied is None else copied
    return standing(table, copied) if numbers is None else standing_in_part(table.drop(ACCEPTED), copied, numbers)


def derive(charter: Charter, dataset: str, tables: Tables, functions: Functions) -> pl.DataFrame:
    """The dataset's table with the columns the model's own code adds to it; Invalid where views need it row by row."""
    derivation = charter.dataset(dataset).derive
    if derivation is None:
        return tables[dataset]
    # The model's code sees the contract's columns and no others.
    table = tables[dataset].drop(ACCEPTED, strict=False)
    looked_up = [tables[name].drop(ACCEPTED, strict=False) for name in derivation.uses]
    function = functions(derivation.call)

    def derived(rows: pl.DataFrame) -> pl.DataFrame:
        try:
            columns = function(rows, *looked_up)
        except Exception as error:
            raise _failed(f"{type(error).__name__}: {printable(str(error), 200)}") from error
        if not isinstance(columns, pl.DataFrame):
            raise _failed(f"it made a {type(columns).__name__}, not a table")
        return columns

    def _failed(what: str) -> Invalid:
        return Invalid(
            f"{derivation.call} failed over rows of {dataset}: {what}.",
            "Correct the model's code and deploy it; what failed is made again then.",
            f"datasets.{dataset}.derive",
        )

    # Views are built from an upload's rows alone; what only training reads may look at all there are, if it has them.
    by_row = ACCEPTED in tables[dataset].columns or any(view.source == dataset for view in charter.features.views)
    made = derived_by_row(derived, table) if by_row else derived(table)
    if made.height != table.height:
        raise Invalid(
            f"{derivation.call} made {how_many(made.height, 'row')} of {table.height:,} of {dataset}.",
            "Add columns only: one row for each row, in the same order.",
            f"datasets.{dataset}.derive",
        )
    if by_row:
        check_row_by_row(derivation.call, dataset, table, made, derived)
    return made.with_columns(tables[dataset][ACCEPTED]) if ACCEPTED in tables[dataset].columns else made


def _labelled(charter: Charter, table: pl.DataFrame, contract: Contract, until: datetime | None) -> pl.DataFrame:
    moment, label = charter.features.moment, charter.truth.label
    used = {moment.column: "features.moment", label: "truth.label"}
    used |= {item.name: f"inputs.{item.name}" for item in charter.inputs}
    used |= {name: f"features.entities.{entity}" for entity, key in charter.features.entities.items() for name in key}
    for name, place in used.items():
        if name not in table.columns:
            raise Invalid(
                f"{contract.dataset} has no column '{name}', and none is derived.", "Correct the charter.", place
            )
    rows = table.with_columns((pl.col(moment.column) - moment.before).alias(MOMENT), pl.col(label).alias(LABEL))
    rows = rows.drop_nulls([MOMENT, LABEL])
    if until and any(column.name == moment.column for column in contract.columns):
        return rows.filter(pl.col(MOMENT) <= until)
    return rows


def _with_defaults(rows: pl.DataFrame, charter: Charter) -> pl.DataFrame:
    present = {name: value for name, value in charter.features.defaults.items() if name in rows.columns}
    return rows.with_columns(pl.col(name).fill_null(value) for name, value in present.items())


def _with_inputs(rows: pl.DataFrame, charter: Charter) -> pl.DataFrame:
    """The inputs in the types a request has them in; only an integer may become a number."""
    for item in charter.inputs:
        found, wanted = rows.schema[item.name], POLARS_TYPES[item.type]
        if found != wanted and not (item.type == "number" and found.is_integer()):
            raise Invalid(
                f"input {item.name} is {item.type}, and {found} in {charter.truth.dataset}.",
                "Give it the type the contract gives it.",
                f"inputs.{item.name}",
            )
    return rows.with_columns(pl.col(item.name).cast(POLARS_TYPES[item.type]) for item in charter.inputs)
