"""The same joins by Feast's offline store on DuckDB: `feast_join.py FOLDER VALUES`.

What counts is `get_historical_features` and its result as a frame, of views and files that are registered already,
once it has been done once. The cut-off at the created time, which is off by default, is on.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.infra.offline_stores.duckdb import DuckDBOfflineStoreConfig
from feast.repo_config import RegistryConfig
from feast.types import Float64, Int64, String
from feast.value_type import ValueType

ROW, MOMENT, SINCE = "__row", "event_timestamp", "__since"
RUNS = 2


def store(folder: Path, views: list[dict[str, Any]]) -> FeatureStore:
    """A store that knows the views; values without a time are dated before everything that is asked."""
    config = RepoConfig(
        project="bench",
        provider="local",
        registry=RegistryConfig(path=str(folder / "registry.db"), cache_ttl_seconds=86_400),
        offline_store=DuckDBOfflineStoreConfig(),
        online_store=None,
        entity_key_serialization_version=3,
    )
    made = FeatureStore(config=config)
    entities = {
        key: Entity(name=key, join_keys=[key], value_type=ValueType.STRING) for view in views for key in view["key"]
    }
    made.apply([*entities.values(), *(_view(folder, view, entities) for view in views)])
    return made


def _view(folder: Path, view: dict[str, Any], entities: dict[str, Entity]) -> FeatureView:
    table = pq.read_table(folder / f"{view['source']}.parquet")
    times = [name for name in dict.fromkeys((view["event"], view["created"])) if name]
    kept = table.select(list(dict.fromkeys((*view["key"], *times, *view["values"]))))
    for name in (*view["key"], *times):
        kept = kept.filter(pc.is_valid(kept[name]))
    if view["event"] is None:
        since = pa.array([datetime(2000, 1, 1, tzinfo=UTC)] * kept.num_rows, pa.timestamp("us", "UTC"))
        kept = kept.append_column(SINCE, since)
    path = folder / f"feast-{view['name']}.parquet"
    pq.write_table(kept, path)
    kinds = {name: Float64 if pa.types.is_floating(kept.schema.field(name).type) else Int64 for name in view["values"]}
    created = view["created"] if view["created"] != view["event"] else ""
    return FeatureView(
        name=view["name"],
        entities=[entities[key] for key in view["key"]],
        ttl=timedelta(seconds=view["ttl"] or 0),
        schema=[*(Field(name=key, dtype=String) for key in view["key"])]
        + [Field(name=name, dtype=kind) for name, kind in kinds.items()],
        source=FileSource(
            path=str(path), timestamp_field=view["event"] or SINCE, created_timestamp_column=created or ""
        ),
        online=False,
    )


def main() -> None:
    """The values into the file VALUES, as numbers."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    views = json.loads((folder / "views.json").read_text())
    keys = sorted({key for view in views for key in view["key"]})
    asked = pq.read_table(folder / "rows.parquet", columns=["__moment", *keys]).to_pandas()
    asked = asked.rename(columns={"__moment": MOMENT})
    asked[ROW] = np.arange(len(asked))
    features = [f"{view['name']}:{name}" for view in views for name in view["values"]]
    feast = store(folder, views)
    took = []
    for _ in range(RUNS):
        began = time.process_time()
        job = feast.get_historical_features(asked, features, full_feature_names=True, filter_by_created_timestamp=True)
        frame = job.to_df()
        took.append(time.process_time() - began)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    _write(target, frame, features, len(asked))
    print(json.dumps({"rows": len(frame), "cpu_s": took[1:], "peak_mb": peak_kb / 1024}))


def _write(target: Path, frame: pd.DataFrame, features: list[str], rows: int) -> None:
    placed = frame.set_index(ROW).reindex(range(rows))
    columns = {name: name.replace(":", "__") for name in features}
    values: dict[str, Any] = {
        name.replace(":", "."): placed[column].to_numpy(dtype=float) for name, column in columns.items()
    }
    np.savez(target, **values)


if __name__ == "__main__":
    main()
