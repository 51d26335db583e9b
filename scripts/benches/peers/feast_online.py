"""The same online features by Feast from its DynamoDB store: `feast_online.py FOLDER SIZES CALLS`, sizes with commas.

`--write` first makes its tables and puts the values there. Warm: the registry is cached, what is asked is a service.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from feast import Entity, FeatureService, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.infra.online_stores.dynamodb import DynamoDBOnlineStoreConfig
from feast.repo_config import RegistryConfig
from feast.types import Float64, String
from feast.value_type import ValueType

WARM_UP, SINCE = 20, datetime(2000, 1, 1, tzinfo=UTC)
MOMENT = "event_timestamp"


def store(folder: Path) -> FeatureStore:
    """A store beside the table server, whose registry is not read again."""
    return FeatureStore(
        config=RepoConfig(
            project="bench",
            provider="local",
            registry=RegistryConfig(path=str(folder / "online-registry.db"), cache_ttl_seconds=0),
            online_store=DynamoDBOnlineStoreConfig(
                region=os.environ["AWS_DEFAULT_REGION"], endpoint_url=os.environ["AWS_ENDPOINT_URL"], batch_size=100
            ),
            entity_key_serialization_version=3,
        )
    )


def write(feast: FeatureStore, views: dict[str, Any]) -> None:
    """Register the views and put the values there."""
    keys = {name: list(items[0]["key"]) for name, items in views.items()}
    entities = {
        key: Entity(name=key, join_keys=[key], value_type=ValueType.STRING)
        for view_keys in keys.values()
        for key in view_keys
    }
    made = [_view(name, items, [entities[key] for key in keys[name]]) for name, items in views.items()]
    feast.apply([*entities.values(), *made, FeatureService(name="all", features=list(made))])
    for name, items in views.items():
        rows = [{**item["key"], **item["values"], MOMENT: _event(item)} for item in items]
        feast.write_to_online_store(name, pd.DataFrame(rows))


def _view(name: str, items: list[dict[str, Any]], entities: list[Entity]) -> FeatureView:
    fields = [Field(name=value, dtype=Float64) for value in items[0]["values"]]
    keys = [Field(name=key, dtype=String) for key in items[0]["key"]]
    # Values are written by hand; a view has to name a file all the same.
    source = FileSource(path=f"{name}.parquet", timestamp_field=MOMENT)
    return FeatureView(name=name, entities=entities, ttl=timedelta(0), schema=[*keys, *fields], source=source)


def _event(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item["event"]) if item["event"] else SINCE


def main() -> None:
    """Every size in turn, each call about other entities."""
    folder, sizes, calls = Path(sys.argv[1]), [int(size) for size in sys.argv[2].split(",")], int(sys.argv[3])
    contents = json.loads((folder / "online.json").read_text())
    feast = store(folder)
    if "--write" in sys.argv:
        write(feast, contents["views"])
    service, instances = feast.get_feature_service("all"), contents["instances"]
    figures = {}
    for size in sizes:
        asked = [
            [instances[(call * size + n) % len(instances)] for n in range(size)] for call in range(calls + WARM_UP)
        ]
        answers, took = [], []
        for rows in asked:
            began = time.process_time()
            answers.append(feast.get_online_features(service, rows, full_feature_names=True).to_dict())
            took.append(time.process_time() - began)
        figures[str(size)] = {"cpu_s": took[WARM_UP:], "values": _by_row(answers[0], contents["views"], size)}
    print(json.dumps(figures))


def _turn(instances: list[Any], start: int, size: int) -> list[Any]:
    """So many from there on, round and round."""
    return [instances[(start + n) % len(instances)] for n in range(size)]


def _by_row(answer: dict[str, list[Any]], views: dict[str, Any], size: int) -> list[dict[str, Any]]:
    names = [(view, name) for view, items in views.items() for name in items[0]["values"]]
    return [{f"{view}.{name}": answer[f"{view}__{name}"][row] for view, name in names} for row in range(size)]


if __name__ == "__main__":
    main()
