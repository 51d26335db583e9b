"""What a file is judged by besides itself: the moment, the file before it, and the keys other datasets have by now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from serin.data.contract.claims import Held
from serin.data.contract.rules import Surroundings
from serin.domain.contracts import Contract, Reference
from serin.domain.datasets import DatasetHead
from serin.domain.schemas import narrower_types
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.accepted_uploads import accepted_uploads
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import rows_of


def surroundings(
    head: DatasetHead,
    contracts: Mapping[str, Contract],
    held: Mapping[str, Held],
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> Surroundings:
    """For a file of the dataset with that head, where values are `held`.

    Of other datasets only the columns of the keys are decoded. One that has no rows yet has no keys, and a rule that
    looks for them is not judged: in which order datasets arrive must not decide whether a row is good.
    """
    contract = contracts[head.dataset]
    keys = {reference: _keys(reference, contracts, lake, catalog) for reference in contract.references}
    promised = any(rule.kind == "frequency" for rule in contract.dataset_rules)
    previous = _last_accepted(contract.dataset, catalog) if promised else None
    return Surroundings(clock.now(), keys, previous, narrower_types(head.schemas, contract), held)


def _last_accepted(dataset: str, catalog: Catalog) -> datetime | None:
    """When the last file came of which a row was good: one that was set aside as a whole brought nothing."""
    uploads = accepted_uploads(dataset, catalog=catalog)
    return next((upload.at for upload in uploads if upload.accepted or upload.repeated), None)


def _keys(reference: Reference, contracts: Mapping[str, Contract], lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    head = catalog.head(reference.dataset)
    segments = segments_up_to(head, catalog=catalog)
    if not segments:
        return pl.DataFrame()
    key = contracts[reference.dataset].only(reference.columns)
    frames = [rows.unique() for rows in rows_of(segments, head.sequence, key, lake=lake)]
    # Rows of an older contract may not have the column.
    return pl.concat(frames).select(reference.columns).unique().drop_nulls()
