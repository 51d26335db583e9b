"""Online features as `predict` looks them up: `online.py FOLDER SIZES CALLS`, sizes with commas.

`--write` first puts the values there. The store is where AWS_ENDPOINT_URL says, reached by the function's own client.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3

from serin.bootstrap import Platform
from serin.domain.buckets import items_id
from serin.domain.charter import Charter
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.records import from_record
from serin.ports import OnlineFeatures
from serin.serving.features import FeaturePlan

WARM_UP = 20


def looked_up(plan: FeaturePlan, online: OnlineFeatures, instances: Sequence[Any], now: datetime) -> list[Any]:
    """The instances' values by feature, as `serin.services.predict` comes by them."""
    keys = plan.keys(instances, now)
    items = online.read(keys)
    return [plan.row(instance, items, now).values for instance in instances]


def main() -> None:
    """Every size in turn, each call about other entities."""
    folder, sizes, calls = Path(sys.argv[1]), [int(size) for size in sys.argv[2].split(",")], int(sys.argv[3])
    contents = json.loads((folder / "online.json").read_text())
    charter = from_record(Charter, contents["charter"])
    plan = FeaturePlan(charter, {})
    requests = _requests()
    online = Platform(os.environ).online
    if "--write" in sys.argv:
        ids = {view.name: items_id(charter, view) for view in plan.views}
        online.write([_values(ids[view], item) for view, items in contents["views"].items() for item in items])
    now, instances = datetime.fromisoformat(contents["now"]), contents["instances"]
    figures = {}
    for size in sizes:
        asked = [
            [instances[(call * size + n) % len(instances)] for n in range(size)] for call in range(calls + WARM_UP)
        ]
        answers, took = [], []
        requests.clear()
        for rows in asked:
            began = time.process_time()
            answers.append(looked_up(plan, online, rows, now))
            took.append(time.process_time() - began)
        figures[str(size)] = {
            "cpu_s": took[WARM_UP:],
            "requests": len(requests) / len(asked),
            "values": answers[0],
        }
    print(json.dumps(figures))


def _turn(instances: list[Any], start: int, size: int) -> list[Any]:
    """So many from there on, round and round."""
    return [instances[(start + n) % len(instances)] for n in range(size)]


def _requests() -> list[Any]:
    """What the clients made from now on send, one item each."""
    sent: list[Any] = []
    boto3.setup_default_session()
    session: Any = boto3.DEFAULT_SESSION
    session.events.register("before-send.dynamodb", lambda request, **_: sent.append(request.url))
    return sent


def _values(view_id: str, item: Mapping[str, Any]) -> OnlineValues:
    event = datetime.fromisoformat(item["event"]) if item["event"] else None
    return OnlineValues(EntityKey(view_id, tuple(item["key"].values())), item["values"], event)


if __name__ == "__main__":
    main()
