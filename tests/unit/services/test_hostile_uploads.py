"""What becomes of hostile files, bombs in a process of their own whose memory and CPU time are looked at."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.domain.contracts import Contract
from serin.domain.datasets import Upload
from serin.files.contracts import read_contract
from serin.services.accept_upload import Arrival, accept_upload
from tests.builders import NOON
from tests.hostile_files import BOMBS, NAMES, SMALL, THROUGH, Hostile

ROOT = Path(__file__).parents[3]
CONTRACT = ROOT / "models" / "flight-delay" / "contracts" / "flights.yaml"
MEGABYTES = 2048
# How many times the work of 20,000 honest rows, a tenth of a second, a file may be: ten seconds.
TIMES = 100
# What the handler, boto3 and a second copy of the largest object need beside this.
RESERVED = 350
IN_A_PROCESS = """
import json, os, resource, sys, threading
resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
from tests.effort import times_the_work
from tests.hostile_files import BOMBS, honest
from tests.unit.services.test_hostile_uploads import World
assert threading.active_count() == 1, "only what has no threads can be copied"
def look(name):
    hostile = next(item for item in BOMBS if item.name == name)
    content, right, uploads = hostile.content(), honest(20_000), []
    yardstick = lambda: World().send("raw/flights/honest.csv", right)
    yardstick()
    open("/proc/self/clear_refs", "w").write("5")
    times = times_the_work(lambda: uploads.append(World().send(f"raw/flights/{hostile.name}", content)), yardstick)
    (upload,) = uploads
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return [upload.status, upload.reason, upload.accepted, upload.quarantined, times, peak // 1024]
for name in sys.stdin:
    if child := os.fork():
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])), flush=True)
    else:
        print(json.dumps(look(name.strip())), flush=True)
        os._exit(0)
"""
"""Each bomb in a copy of a process that has imported everything, which is most of what a process costs."""


@cache
def contract() -> Contract:
    return read_contract(CONTRACT)


class World:
    """The ports of one intake of flights."""

    def __init__(self) -> None:
        self.contracts = {"flights": contract()}
        self.uploads, self.lake, self.catalog = MemoryObjectStore(), MemoryObjectStore(), MemoryCatalog()
        self.events, self.clock = MemoryEvents(), MemoryClock(NOON)

    def send(self, key: str, content: bytes) -> Upload:
        self.uploads.put(key, content)
        return accept_upload(
            Arrival(key, None, len(content)),
            self.contracts,
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
        )


def check(hostile: Hostile, upload: Upload) -> None:
    assert upload.status == ("rejected" if hostile.found else "accepted"), upload.reason
    if hostile.found:
        assert hostile.found in (upload.reason or "")
        assert upload.remedy
    assert (upload.accepted, upload.quarantined) == (hostile.accepted, hostile.quarantined)


@pytest.mark.parametrize("hostile", SMALL, ids=lambda item: item.name)
def test_a_hostile_file_is_sorted_out_or_refused_and_stays_where_it_is(hostile: Hostile) -> None:
    world, content = World(), hostile.content()
    upload = world.send(f"raw/flights/{hostile.name}", content)
    check(hostile, upload)
    assert world.catalog.upload("flights", upload.id) == upload
    assert world.uploads.get(f"raw/flights/{hostile.name}") == content
    assert len(upload.reason or "") < 1000
    assert (upload.reason or "").isprintable()


class Copies:
    """The process that copies itself."""

    def __init__(self, errors: Path) -> None:
        self._errors = errors
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", IN_A_PROCESS]
        with errors.open("wb") as log:
            self._process = subprocess.Popen(command, env={}, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=log, text=True)

    def look_at(self, name: str) -> list[Any]:
        """What a copy says of the bomb, once it has ended well."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        said = [json.loads(self._process.stdout.readline() or "null")]
        if isinstance(said[0], list):
            said.append(json.loads(self._process.stdout.readline()))
        assert said[-1] == 0, f"{said}: {self._errors.read_text()[-2000:]}"
        found: list[Any] = said[0]
        return found

    def end(self) -> None:
        """No bomb is left."""
        self._process.communicate()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    copies = Copies(tmp_path_factory.mktemp("bombs") / "errors")
    yield copies
    copies.end()


@pytest.mark.slow
@pytest.mark.parametrize("hostile", [bomb for bomb in BOMBS if bomb not in THROUGH], ids=lambda item: item.name)
def test_a_bomb_is_refused_within_the_functions_memory_and_time(copies: Copies, hostile: Hostile) -> None:
    status, reason, accepted, quarantined, times, peak = copies.look_at(hostile.name)
    assert (status, accepted, quarantined) == (
        "rejected" if hostile.found else "accepted",
        hostile.accepted,
        hostile.quarantined,
    )
    assert hostile.found in (reason or "")
    assert times < TIMES
    assert peak < MEGABYTES - RESERVED


@pytest.mark.parametrize("key", NAMES)
def test_an_object_of_a_hostile_name_is_remembered_under_unknown_and_nothing_is_read(key: str) -> None:
    world = World()
    upload = world.send(key, b"")
    assert (upload.status, upload.dataset) == ("rejected", "unknown")
    assert world.catalog.upload("unknown", upload.id) == upload
    assert (upload.reason or "").isprintable()
    assert upload.key.isprintable()
    assert upload.file.isprintable()


def test_a_formula_stays_the_text_it_is() -> None:
    """Data is data, whatever a spreadsheet would make of it: who shows it escapes it."""
    world = World()
    formulas = next(item for item in SMALL if item.name == "formulas.csv")
    upload = world.send("raw/flights/formulas.csv", formulas.content())
    quarantine = pl.read_parquet(io.BytesIO(world.lake.get(upload.quarantine or "")))
    assert quarantine["tailnum"].to_list() == ["=cmd|' /C calc'!A0"]
