"""An accepted upload becomes feature values: the last values of its entities go online."""

from __future__ import annotations

from collections.abc import Mapping

from serin.data.latest import latest_values
from serin.data.parquet import from_parquet
from serin.domain.charter import Charter
from serin.domain.events import Event
from serin.ports import Catalog, Events, ObjectStore, OnlineFeatures


def build_features(
    dataset: str,
    upload_id: str,
    correlation: str,
    charters: Mapping[str, Charter],
    lake: ObjectStore,
    catalog: Catalog,
    online: OnlineFeatures,
    events: Events,
) -> int:
    """Write the last values of every view on this upload's dataset; how many values were newer than what was there.

    Safe to repeat and to reorder: the store keeps the newest event time of each entity.
    """
    upload = catalog.upload(dataset, upload_id)
    written = 0
    if upload is not None and upload.part is not None:
        rows = from_parquet(lake.get(upload.part))
        for charter in charters.values():
            for view in charter.features.views:
                if view.source == dataset:
                    entity = charter.features.entities[view.entity]
                    written += online.write(latest_values(rows, view, entity))
    sequence = upload.sequence if upload and upload.sequence else 0
    detail: dict[str, str | int] = {"dataset": dataset, "upload_id": upload_id, "sequence": sequence}
    events.publish(Event("Features Built", detail, correlation))
    return written
