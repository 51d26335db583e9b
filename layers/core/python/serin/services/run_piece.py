"""One piece of a training set that is made in pieces, by the source that its task was begun with."""

from __future__ import annotations

from serin.data.features.joins import Functions
from serin.domain.cut_pieces import PieceDone
from serin.domain.model_source import ModelSource
from serin.ports import Catalog, ObjectStore
from serin.services.steps.champion_columns import charter_beside
from serin.services.steps.cut_making import task_at
from serin.services.steps.cut_rounds import CutSource
from serin.services.steps.cut_rounds import run_piece as run_planned
from serin.services.steps.kept_source import source_in_place


def run_piece(
    task: str, piece: str, deployed: ModelSource, functions: Functions, *, lake: ObjectStore, catalog: Catalog
) -> PieceDone:
    """What the piece of that name has written, by now or before; `task` is where its task lies.

    `functions` finds a function of `model_code`, which is what the task was begun with meanwhile. Raises NotFound for a
    piece that nobody has planned.
    """
    begun = task_at(task, lake=lake)
    with source_in_place(begun, deployed, lake=lake) as source:
        wider = charter_beside(source.charter, source.contracts, begun.champion)
        ports = {"files": lake, "lake": lake}
        return run_planned(CutSource(begun, wider, source.contracts, functions, catalog=catalog, **ports), piece)
