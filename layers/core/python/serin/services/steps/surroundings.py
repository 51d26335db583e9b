"""What a file is judged by besides itself: the moment, the file before it, and the keys other datasets have by now."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from serin.data.contract.rules import Surroundings
from serin.data.files.parquet import key_columns
from serin.domain.contracts import Contract, Reference
from serin.domain.errors import Rejected
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.accepted_uploads import accepted_uploads


def surroundings(contract: Contract, *, lake: ObjectStore, catalog: Catalog, clock: Clock) -> Surroundings:
    """For the rules of this contract; of other datasets only the columns of the keys are decoded.

    A dataset that has no rows yet has no keys, and a rule that looks for them is not judged: in which
    order datasets arrive must not decide whether a row is good.
    """
    keys = {reference: _keys(reference, lake, catalog) for reference in contract.references}
    promised = any(rule.kind == "frequency" for rule in contract.dataset_rules)
    return Surroundings(clock.now(), keys, _last_accepted(contract.dataset, catalog) if promised else None)


def _last_accepted(dataset: str, catalog: Catalog) -> datetime | None:
    """When the last file came of which a row was good: one that was set aside as a whole brought nothing."""
    uploads = accepted_uploads(dataset, catalog=catalog)
    return next((upload.at for upload in uploads if upload.accepted or upload.repeated), None)


def _keys(reference: Reference, lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    parts = [part for part in catalog.parts(reference.dataset) if part.rows]
    frames = [key_columns(lake.get(part.key), reference.columns) for part in parts]
    # A part of an older contract may lack the column, or have it in another type.
    known = [frame for frame in frames if frame is not None]
    try:
        return pl.concat(known, how="vertical_relaxed").unique() if known else pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        key = ", ".join(reference.columns)
        raise Rejected(
            f"{reference.dataset} holds its key ({key}) in several types, so no row can be looked for in it.",
            f"Give {reference.dataset} another name with the key's new type, or leave the relationship out.",
        ) from error
