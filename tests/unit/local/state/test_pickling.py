"""moto's objects are frozen as what they mean, and nothing but them is thawed."""

from __future__ import annotations

import io
import os
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import pytest
from moto.awslambda.models import LambdaStorage
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends
from moto.ssm.models import ParameterDict

from infra.local.delivery.measuring import Level
from infra.local.state.bodies import Bodies, link_tree
from infra.local.state.pickling import Freezer, Thawer
from serin.domain.errors import Corrupt, Unavailable

ACCOUNT, REGION = "111111111111", "us-east-1"


@pytest.fixture
def bodies(tmp_path: Path) -> Bodies:
    """An empty store."""
    return Bodies(tmp_path / "objects")


@pytest.fixture
def again(bodies: Bodies) -> Callable[[Any], Any]:
    """What a value is after it was frozen and thawed."""

    def freeze_and_thaw(value: Any) -> Any:
        file = io.BytesIO()
        Freezer(file, bodies).dump(value)
        return Thawer(io.BytesIO(file.getvalue()), bodies).load()

    return freeze_and_thaw


def key(name: str, value: bytes, **more: Any) -> FakeKey:
    return FakeKey(name, value, ACCOUNT, REGION, **more)


@pytest.mark.parametrize("made", [threading.Lock, threading.RLock])
def test_a_lock_that_is_held_is_thawed_free(made: Any, again: Callable[[Any], Any]) -> None:
    with made() as _:
        held = made()
        held.acquire()
        assert again(held).acquire(blocking=False)


def test_a_metric_that_holds_until_the_next_is_kept(again: Callable[[Any], Any]) -> None:
    level = Level("AWS/SQS", "Age", 3.0, [{"Name": "QueueName", "Value": "q"}], datetime(2013, 3, 1), "Count")
    kept = again(level)
    assert (type(kept), kept.value, kept.timestamp) == (Level, 3.0, level.timestamp)


def test_conditions_and_events_work_again(again: Callable[[Any], Any]) -> None:
    event = threading.Event()
    assert not again(event).is_set()
    event.set()
    assert again(event).is_set()
    with again(threading.Condition()) as condition:
        assert condition is not None


def test_weak_values_live_as_long_as_who_holds_them(again: Callable[[Any], Any]) -> None:
    held = key("a", b"x")
    strong, weak = again((held, WeakValueDictionary({"a": held})))
    assert weak["a"] is strong


def test_an_anonymous_function_is_the_one_of_its_place(again: Callable[[Any], Any]) -> None:
    storage = LambdaStorage(REGION, ACCOUNT)
    aliases = again(storage._aliases)
    assert aliases["f"] == {}
    assert aliases.default_factory.__code__ is not None


def test_a_function_that_keeps_variables_is_refused(again: Callable[[Any], Any]) -> None:
    kept = 1
    with pytest.raises(Unavailable, match="keeps variables"):
        again(defaultdict(lambda: kept))


def test_a_dictionary_of_motos_own_kind_keeps_its_attributes(again: Callable[[Any], Any]) -> None:
    parameters = ParameterDict(ACCOUNT, REGION)
    parameters["/p"].append("value")  # type: ignore[arg-type]
    thawed = again(parameters)
    assert (thawed.account_id, thawed["/p"], thawed["/new"]) == (ACCOUNT, ["value"], [])


def test_a_bucket_keeps_every_version(again: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    # Every bucket's name is taken from then on.
    monkeypatch.setattr(s3_backends, "bucket_accounts", {})
    bucket = FakeBucket("lake", ACCOUNT, REGION)
    bucket.keys["a"] = key("a", b"one", version_id="1")
    bucket.keys["a"] = key("a", b"two", version_id="2")
    versions = again(bucket).keys.getlist("a")
    assert [(one.version_id, one.value) for one in versions] == [("1", b"one"), ("2", b"two")]


def test_a_backend_is_filled_in_its_place(again: Callable[[Any], Any]) -> None:
    backend = s3_backends[ACCOUNT]["aws"]
    assert isinstance(backend, S3Backend)
    thawed, all_of_them = again((backend, s3_backends))
    assert thawed is backend
    assert all_of_them is s3_backends


def test_equal_bodies_are_one_file_and_what_nobody_needs_goes(bodies: Bodies, tmp_path: Path) -> None:
    bodies.begin()
    names = {bodies.keep(key(name, b"same")) for name in "ab"} | {bodies.keep(key("c", b"other"))}
    assert {file.name for file in (tmp_path / "objects").iterdir()} == names
    assert len(names) == 2
    bodies.begin()
    kept = bodies.keep(key("a", b"same"))
    bodies.sweep()
    assert [file.name for file in (tmp_path / "objects").iterdir()] == [kept]


def test_a_changed_body_is_not_opened(bodies: Bodies, tmp_path: Path) -> None:
    name = bodies.keep(key("a", b"x" * 100))
    assert bodies.open(name, 10).tell() == 100
    (tmp_path / "objects" / name).write_bytes(b"y" * 100)
    with pytest.raises(Corrupt, match="missing or changed"):
        bodies.open(name, 10)
    (tmp_path / "objects" / name).unlink()
    with pytest.raises(Corrupt, match="missing or changed"):
        bodies.open(name, 10)


class Harmful:
    """Runs a program when it is read."""

    def __reduce__(self) -> Any:
        return os.system, ("true",)


@pytest.mark.parametrize("value", [Harmful(), print, link_tree, Path.unlink])
def test_nothing_else_is_thawed(value: Any, bodies: Bodies) -> None:
    with pytest.raises(Corrupt, match="which is never kept"):
        Thawer(io.BytesIO(pickle.dumps(value)), bodies).load()


def test_what_would_not_be_thawed_is_not_frozen(again: Callable[[Any], Any]) -> None:
    with pytest.raises(pickle.PicklingError, match="not among what is kept"):
        again(Harmful)


def test_a_tree_is_linked_whole(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "file").write_text("x")
    (tmp_path / "target.part").mkdir()
    link_tree(source, tmp_path / "target")
    assert (tmp_path / "target" / "inner" / "file").samefile(source / "inner" / "file")
    assert not (tmp_path / "target.part").exists()
