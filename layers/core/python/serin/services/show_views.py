"""How far the views of a model are filled, and what their rows look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.buckets import definition
from serin.domain.charter import Charter
from serin.domain.fills import Fill, Sequences
from serin.domain.shown_names import NOT_SHOWN_TEXT
from serin.ports import Catalog
from serin.services.sweep_features import definitions_in_use

State = Literal["empty", "filled", "behind", "filling", "refused"]


@dataclass(frozen=True)
class ViewStatus:
    """One definition in use: `deployed` by the charter, or else only what a version that serves was trained with.

    `heads` are the last sequences of the datasets it reads; `fill` says which of these are in.
    """

    view: str
    definition: str
    deployed: bool
    state: State
    heads: Sequences
    fill: Fill | None


def show_views(charter: Charter, *, catalog: Catalog) -> list[ViewStatus]:
    """Every definition in use of a model's views."""
    names = {definition(charter, view): view.name for view in charter.features.views}
    return [
        ViewStatus(
            *(names.get(name, fill.view if fill else ""), name, name in names, _state(fill, heads), heads),
            fill=None if fill is None else _shown(fill),
        )
        for name, fill, heads in definitions_in_use(charter, catalog=catalog)
    ]


def _shown(fill: Fill) -> Fill:
    """The record without the keys of items, which repeat the values of those they are of."""
    return replace(fill, busy=tuple(replace(one, item=NOT_SHOWN_TEXT) for one in fill.busy))


def _state(fill: Fill | None, heads: Sequences) -> State:
    if fill is None:
        return "behind" if any(heads.values()) else "empty"
    if fill.refused:
        return "refused"
    if not fill.behind(heads):
        return "filled" if any(heads.values()) else "empty"
    return "filling" if fill.begun else "behind"
