"""Rows that were set aside and come back corrected: each once, so that none is doubled."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from serin.data.files.corrections import still_set_aside
from serin.data.files.parquet import from_parquet
from serin.data.files.table import ROW, UPLOAD
from serin.domain.datasets import RawFile
from serin.domain.errors import Rejected
from serin.domain.plain_numbers import how_many
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_uploads


def correctable(raw: RawFile, corrects: Path | None, *, lake: ObjectStore, catalog: Catalog) -> int:
    """How many rows of earlier uploads the file's take the place of; `corrects` has their `__upload` and `__row`.

    Raises Rejected unless each of them is in quarantine, did not come back before and comes back once.
    """
    if corrects is None:
        return 0
    wanted = from_parquet(corrects.read_bytes())
    open_rows = _still_set_aside(raw.dataset, set(wanted[UPLOAD]), lake, catalog)
    closed = wanted.filter(wanted.is_duplicated()).unique(maintain_order=True)
    closed = pl.concat([closed, wanted.join(open_rows, on=[UPLOAD, ROW], how="anti", maintain_order="left")])
    if closed.height:
        upload, row = closed.row(0)
        raise Rejected(
            f"{raw.name}: row {row:,} of the upload {upload} came back before, is twice in this file, or was never "
            f"set aside; {how_many(closed.height, 'row of the file is', 'rows of the file are')} of this kind.",
            "Leave them out; what was set aside again is corrected where it lies now. "
            f"To change an accepted row again, send it without the columns {UPLOAD} and {ROW}.",
        )
    return wanted.height


def _still_set_aside(dataset: str, names: set[str], lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    """The rows of these uploads that are in quarantine and have not come back yet."""
    uploads = list(accepted_uploads(dataset, catalog=catalog))
    corrected = [from_parquet(lake.get(upload.corrects)) for upload in uploads if upload.corrects]
    blocks = [pl.DataFrame(schema={UPLOAD: pl.String, ROW: pl.UInt32})]
    for upload in uploads:
        if upload.id in names and upload.quarantine:
            rows = from_parquet(lake.get(upload.quarantine)).select(pl.lit(upload.id).alias(UPLOAD), ROW)
            blocks.append(still_set_aside(rows, corrected))
    return pl.concat(blocks)
