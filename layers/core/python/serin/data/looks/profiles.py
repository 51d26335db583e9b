"""The profile of a table: a first look at every column, bounded in size however wide or hostile the table is."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.data.looks.associations import Labelled
from serin.data.looks.distributions import examples_of, numbers_of, text_of, times_of, top_of
from serin.domain.charter import Task
from serin.domain.contracts import NOT_SHOWN, Classification, Column
from serin.domain.profiles import Association, ColumnProfile, Flag, Profile

DETAILED = 120
ROWS_SHOWN = 5
LONGEST_DESCRIPTION = 200
DERIVED: Classification = "restricted"
"""The class of what is derived of columns that are not shown: nobody can say of which."""
MOSTLY = 0.5
UNIQUE = 0.95
ENOUGH_ROWS = 100
# Beyond these a column all but is the label: no honest question has such an answer beside it.
SUSPECT_STRENGTH = 0.9
SUSPECT_ORDER = 0.98


@dataclass(frozen=True)
class About:
    """What is known of a table beside its rows: the contract's columns, the label, what is known only afterwards.

    `not_shown` are derived columns that may be made of values which nobody is shown.
    """

    dataset: str
    of_rows: int
    columns: Mapping[str, Column] = field(default_factory=dict)
    label: str | None = None
    task: Task | None = None
    afterwards: Set[str] = frozenset()
    notes: tuple[str, ...] = ()
    not_shown: Set[str] = frozenset()


def profile_of(frame: pl.DataFrame, about: About) -> Profile:
    """The profile of the frame's rows.

    The columns come in the frame's order; those the contract does not know are derived. Numbers that are
    not finite count as missing.
    """
    frame = frame.with_columns(pl.when(pl.col(pl.Float32, pl.Float64).is_finite()).then(pl.col(pl.Float32, pl.Float64)))
    labelled = None
    if about.label in frame.columns and about.task is not None:
        labelled = Labelled(frame[about.label], about.task)
    detailed = frame.columns[:DETAILED]
    columns = [_column(frame[name], about, labelled, detail=name in detailed) for name in frame.columns]
    shown = [column.name for column in columns if column.name in detailed and not _hidden(column)]
    label, task = (about.label, about.task) if labelled else (None, None)
    places = sorted({place * max(0, frame.height - 1) // (ROWS_SHOWN - 1) for place in range(ROWS_SHOWN)})
    rows = [frame.row(place, named=True) for place in places if place < frame.height]
    return Profile(
        dataset=about.dataset,
        rows=frame.height,
        of_rows=about.of_rows,
        columns=tuple(columns),
        detailed=len(detailed),
        examples=tuple({name: _text(row[name]) for name in shown} for row in rows),
        label=label,
        task=task,
        notes=about.notes,
    )


def _column(values: pl.Series, about: About, labelled: Labelled | None, *, detail: bool) -> ColumnProfile:
    known = about.columns.get(values.name)
    comparable = not values.dtype.is_nested() and values.dtype not in (pl.Object, pl.Binary)
    distinct = values.drop_nulls().n_unique() if comparable else None
    association = None
    is_name = values.dtype == pl.String and _names_rows(values, distinct)
    if comparable and labelled and values.name != about.label and not is_name:
        association = labelled.association(values)
    profile = ColumnProfile(
        name=values.name,
        type=_type(values, known),
        missing=values.null_count(),
        distinct=distinct,
        derived=bool(about.columns) and known is None,
        classification=known.classification if known else DERIVED if values.name in about.not_shown else None,
        association=association,
    )
    together = labelled is not None and labelled.comes_with(values)
    profile = replace(profile, flags=tuple(_flags(profile, values, about, together=together)))
    if not detail:
        return profile
    description = known.description[:LONGEST_DESCRIPTION] if known and known.description else None
    profile = replace(profile, description=description)
    return profile if _hidden(profile) or not comparable else _with_values(profile, values)


def _with_values(profile: ColumnProfile, values: pl.Series) -> ColumnProfile:
    numbers = numbers_of(values) if values.dtype.is_numeric() else None
    times = times_of(values) if values.dtype in (pl.Date, pl.Datetime) else None
    top = () if times else top_of(values)
    return replace(profile, numbers=numbers, times=times, top=top, examples=examples_of(values))


def _type(values: pl.Series, known: Column | None) -> str:
    names = {dtype: name for name, dtype in POLARS_TYPES.items()}
    return known.type if known else names.get(values.dtype, str(values.dtype).lower()[:40])


def _names_rows(values: pl.Series, distinct: int | None) -> bool:
    """Whether nearly every row has another text: nothing could be learnt from it."""
    known = values.len() - values.null_count()
    return (
        distinct is not None
        and known >= ENOUGH_ROWS
        and distinct >= UNIQUE * known
        and (values.dtype == pl.String or values.dtype.is_integer())
    )


def _flags(profile: ColumnProfile, values: pl.Series, about: About, *, together: bool) -> list[Flag]:
    """`together`: the column becomes known when the label does."""
    rows, is_label = values.len(), profile.name == about.label
    afterwards = profile.name in about.afterwards
    flags: dict[Flag, bool] = {
        "label": is_label,
        "suspect": not (afterwards or is_label) and (together or _is_suspect(profile.association)),
        "all_missing": rows > 0 and profile.missing == rows,
        "mostly_missing": MOSTLY * rows < profile.missing < rows,
        "constant": profile.distinct == 1,
        "almost_unique": _names_rows(values, profile.distinct),
        "afterwards": afterwards and not is_label,
    }
    return [flag for flag, holds in flags.items() if holds]


def _is_suspect(association: Association | None) -> bool:
    if association is None:
        return False
    order = max(
        abs(2 * (association.auc if association.auc is not None else 0.5) - 1), abs(association.rank_correlation or 0)
    )
    return association.strength >= SUSPECT_STRENGTH or order >= 2 * SUSPECT_ORDER - 1


def _hidden(column: ColumnProfile) -> bool:
    return column.classification in NOT_SHOWN


def _text(value: object) -> str | None:
    return None if value is None else text_of(value)
