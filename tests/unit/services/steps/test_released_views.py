"""A version is served by what it was trained with: its views go on being built after the charter has changed."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.buckets import definition
from serin.domain.charter import Charter, Derivation
from serin.domain.errors import Corrupt
from serin.domain.models import Artifact
from serin.learning.package import model_layer
from serin.services.build_features import FeatureBuilder
from serin.services.show_views import show_views
from serin.services.steps.released_code import ReleasedCode
from serin.services.steps.released_views import ReleasedViews, released_views
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest
from tests.builders import NOON, a_release, a_training_set, a_version
from tests.unit.data.histories import QUEUE, START, Event, table
from tests.unit.services.filling import CONTRACTS, LAST, Filling, charter_of

MODEL, HOUR = "late-orders", timedelta(hours=1)
OLD = charter_of(LAST, QUEUE)
NEW = charter_of(replace(LAST, last=("length",)), QUEUE)
CODE = b"import polars as pl\nfrom model_code import hours\ndef shifted(shops, zones):\n    return hours.later(shops)\n"
HOURS = b"""from datetime import timedelta
import polars as pl
def later(shops):
    from model_code import by
    return shops.with_columns(pl.col("seen_at") + timedelta(hours=by.HOURS))
"""


def event(number: int, minute: int) -> Event:
    at = START + timedelta(minutes=minute)
    return number, "a", at, at, number, True, 1.0


class Released(Filling):
    """Versions 1 and 2 are registered, trained with the charters; version 1 is live."""

    def __init__(self, first: Charter, second: Charter, code: bytes = b"", **functions: Any) -> None:
        super().__init__(**functions)
        self.artifacts = MemoryObjectStore()
        for number, charter in enumerate((first, second), start=1):
            manifest = Manifest(MODEL, "binary", f"set{number}", {}, (), (), {}, sha256_of(b"model"))
            files = {"features.py": code, "hours.py": HOURS, "by.py": b"HOURS = 10\n"}
            layer = model_layer(charter, manifest, b"model", files)
            self.artifacts.put(f"{number}.zip", layer)
            made = a_version(
                number,
                layer=Artifact(f"{number}.zip", sha256_of(layer)),
                charter=charter.digest(),
                training_set=f"set{number}",
            )
            self.catalog.register(made)
            names = {view.name: definition(charter, view) for view in charter.features.views}
            self.catalog.save_training_set(a_training_set(id=f"set{number}", definitions=names))
        self.catalog.save_release(a_release(version=1, status="live"))

    def older(self, deployed: Charter) -> list[ReleasedViews]:
        return released_views(deployed, CONTRACTS, catalog=self.catalog, artifacts=self.artifacts, code_of=ReleasedCode)

    def arrives(self, deployed: Charter, rows: list[Event]) -> None:
        """What the function does with an upload."""
        upload = self.accept("shops", table(rows))
        self.build(deployed, "shops", upload)
        for found in self.older(deployed):
            FeatureBuilder(
                found.charter,
                CONTRACTS,
                found.functions,
                lake=self.lake,
                catalog=self.catalog,
                online=self.online,
                clock=self.clock,
            ).renew("shops", upload)


def test_after_a_deploy_the_live_version_keeps_its_views_and_the_next_one_has_its_own() -> None:
    world = Released(OLD, NEW)
    world.arrives(OLD, [event(1, 0)])
    world.arrives(NEW, [event(2, 5)])
    world.backfill(NEW)
    now = START + timedelta(hours=1)
    old, new = world.served(OLD, "a", now), world.served(NEW, "a", now)
    assert (old.missing, new.missing) == ((), ())
    assert (old.values["seen.length"], old.values["seen.open"]) == (2, True)
    assert new.values["seen.length"] == 2
    states = {(view.view, view.deployed): view.state for view in show_views(NEW, catalog=world.catalog)}
    assert states == {("seen", True): "filled", ("queue", True): "filled", ("seen", False): "filled"}


def test_a_version_put_back_live_catches_up_with_what_came_meanwhile() -> None:
    """Nobody built its views while it did not serve; the sweep sees that by what it was trained with."""
    world = Released(OLD, NEW)
    world.arrives(OLD, [event(1, 0)])
    world.catalog.save_release(a_release(id="rel2", version=2, status="live", previous=2, at=NOON + HOUR))
    world.arrives(NEW, [event(2, 5)])
    world.backfill(NEW)
    world.clock.advance(timedelta(hours=1))
    assert world.sweep(NEW) == []
    world.catalog.save_release(a_release(id="rel3", version=1, status="live", previous=2, at=NOON + 2 * HOUR))
    assert world.sweep(NEW) == [definition(OLD, LAST)]
    world.events.published.clear()
    (older,) = world.older(NEW)
    world.backfill(older.charter)
    assert world.served(OLD, "a", START + timedelta(hours=1)).values["seen.length"] == 2
    assert world.sweep(NEW) == []


def test_only_what_is_not_deployed_is_built_for_an_older_version() -> None:
    world = Released(OLD, NEW)
    (found,) = world.older(NEW)
    assert [view.name for view in found.charter.features.views] == ["seen"]
    assert world.older(OLD) == []


def test_a_version_that_nobody_would_go_back_to_keeps_nothing() -> None:
    world = Released(OLD, NEW)
    world.catalog.save_release(a_release(id="rel2", version=2, status="live", previous=1, at=NOON + HOUR))
    assert len(world.older(NEW)) == 1
    world.catalog.save_release(a_release(id="rel3", version=2, status="live", previous=2, at=NOON + 2 * HOUR))
    assert world.older(NEW) == []


def test_views_on_a_dataset_that_no_model_reads_any_more_are_left_out() -> None:
    world = Released(OLD, NEW)
    assert (
        released_views(
            NEW, {"orders": CONTRACTS["orders"]}, catalog=world.catalog, artifacts=world.artifacts, code_of=ReleasedCode
        )
        == []
    )


def test_a_layer_that_is_not_the_registered_one_is_not_opened() -> None:
    world = Released(OLD, NEW)
    world.artifacts.put("1.zip", b"another")
    with pytest.raises(Corrupt, match="not what the registry recorded"):
        world.older(NEW)


def test_a_derived_view_of_an_older_version_is_derived_by_that_versions_code() -> None:
    def shifted(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
        return shops.with_columns(pl.col("seen_at") + timedelta(hours=2))

    old = charter_of(LAST, derive=Derivation("features:shifted", ("zones",), "old"))
    new = charter_of(LAST, derive=Derivation("features:shifted", ("zones",), "new"))
    world = Released(old, new, CODE, shifted=shifted)
    world.upload(new, "zones", pl.DataFrame({"zone": ["here"], "hours": [1]}))
    world.arrives(new, [event(1, 0)])
    assert world.served(old, "a", START + timedelta(hours=3)).values["seen.length"] is None
    assert world.served(new, "a", START + timedelta(hours=3)).values["seen.length"] == 1
    assert world.served(old, "a", START + timedelta(hours=11)).values["seen.length"] == 1


def test_the_code_of_a_version_leaves_the_deployed_code_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/model_code/__init__.py", "")
        archive.writestr(
            "python/model_code/features.py", "def who():\n    from model_code import name\n    return name.N\n"
        )
        archive.writestr("python/model_code/name.py", "N = 'released'\n")
    monkeypatch.setitem(sys.modules, "model_code", deployed := type(sys)("model_code"))
    before = list(sys.path)
    code = ReleasedCode(buffer.getvalue())
    assert [code("features:who")() for _ in range(2)] == ["released", "released"]
    assert sys.modules["model_code"] is deployed
    assert "model_code.features" not in sys.modules
    assert sys.path == before
