"""What a file is judged by besides itself: the moment, and the keys that other datasets have by now."""

from __future__ import annotations

import polars as pl

from serin.data.parquet import key_columns
from serin.data.rules import Surroundings
from serin.domain.contracts import Contract, Reference
from serin.ports import Catalog, Clock, ObjectStore


def surroundings(contract: Contract, lake: ObjectStore, catalog: Catalog, clock: Clock) -> Surroundings:
    """For the rules of this contract; of other datasets only the columns of the keys are decoded.

    A dataset that has no rows yet has no keys, and a rule that looks for them is not judged: in which
    order datasets arrive must not decide whether a row is good.
    """
    keys = {reference: _keys(reference, lake, catalog) for reference in contract.references}
    return Surroundings(clock.now(), keys)


def _keys(reference: Reference, lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    parts = [part for part in catalog.parts(reference.dataset) if part.rows]
    frames = [key_columns(lake.get(part.key), reference.columns) for part in parts]
    # A part of an older contract may lack the column, or have it in another type.
    known = [frame for frame in frames if frame is not None]
    return pl.concat(known, how="vertical_relaxed").unique() if known else pl.DataFrame()
