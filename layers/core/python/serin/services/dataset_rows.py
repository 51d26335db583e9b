"""A dataset's accepted rows up to a head, in the order they were accepted."""

from __future__ import annotations

import polars as pl

from serin.data.parquet import from_parquet
from serin.domain.datasets import DatasetHead
from serin.ports import Catalog, ObjectStore


def rows_up_to(head: DatasetHead, lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    """Every row up to `head`, replaced ones too; a dataset without rows has no columns either."""
    parts = [part for part in catalog.parts(head.dataset) if part.sequence <= head.sequence and part.rows]
    frames = [from_parquet(lake.get(part.key)) for part in parts]
    return pl.concat(frames, how="vertical") if frames else pl.DataFrame()
