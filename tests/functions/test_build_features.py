"""The features' function: what serves by an older charter goes on being built beside what is deployed."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter
from serin.domain.models import Artifact
from serin.domain.records import as_record
from serin.serving.estimators import sha256_of
from tests.builders import NOON, a_charter, a_contract_of, a_part, a_release, a_version, an_upload_of
from tests.definitions import item_key
from tests.functions.worlds import World, in_world

MODEL = "late-orders"
OLD = a_charter()
VIEW = replace(OLD.features.views[0], name="waiting", last=("length", "open"))
NEW = a_charter(features=replace(OLD.features, views=(VIEW,), model_uses=("waiting",)))
CONTEXT = SimpleNamespace(aws_request_id="request-1")


def a_layer(charter: Charter) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/serin_model/charter.json", json.dumps(as_record(charter)))
    return buffer.getvalue()


@pytest.fixture
def after_a_deploy(world: World) -> World:
    """Version 1, trained by the old charter, is live; the new one asks for more of its view; one upload waits."""
    world.charters[MODEL] = NEW
    schema = {"shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Int64, "open": pl.Boolean}
    world.contracts["shops"] = a_contract_of(schema, dataset="shops")
    layer = a_layer(OLD)
    world.artifacts.put("layer.zip", layer)
    artifact = Artifact("layer.zip", sha256_of(layer))
    world.catalog.register(a_version(1, layer=artifact, charter=OLD.digest()))
    world.catalog.save_release(a_release(status="live"))
    rows = pl.DataFrame({"shop": ["north"], "seen_at": [NOON], "length": [7], "open": [True]}, schema=schema)
    world.lake.put("datasets/shops/x.parquet", to_parquet(rows))
    upload = an_upload_of("shops", b"x", "datasets/shops/x.parquet", 1, 1)
    world.catalog.record_accepted(upload, a_part(upload), world.catalog.head("shops"))
    return world


def build(world: World, detail: dict[str, Any]) -> Any:
    return in_world("build_features", world).handle({"detail": {"correlation": "c1", **detail}}, CONTEXT)


def online(world: World) -> dict[str, object]:
    """View → length of the shop in the north."""
    keys = {view: item_key(view, "north", charter=charter) for view, charter in (("queue", OLD), ("waiting", NEW))}
    known = world.online.read(list(keys.values()))
    return {view: vars(known[key])["values"]["length"] for view, key in keys.items() if key in known}


def test_an_upload_fills_the_deployed_views_and_those_the_live_version_asks_for(after_a_deploy: World) -> None:
    (upload,) = after_a_deploy.catalog.latest_uploads("shops").items
    assert build(after_a_deploy, {"dataset": "shops", "upload_id": upload.id}) == {"written": 2}
    assert online(after_a_deploy) == {"queue": 7, "waiting": 7}
    assert [event.name for event in after_a_deploy.events.published] == ["Features Built"], "announced once"


def test_a_backfill_fills_both_too(after_a_deploy: World) -> None:
    assert len(build(after_a_deploy, {"model": MODEL, "dataset": "shops"})["begun"]) == 2
    steps = list(after_a_deploy.events.published)
    assert [build(after_a_deploy, dict(step.detail))["written"] for step in steps] == [1, 1]
    assert online(after_a_deploy) == {"queue": 7, "waiting": 7}
