"""What becomes of hostile files, bombs in a process of their own whose memory and CPU time are looked at."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.domain.datasets import Upload
from serin.files.contracts import read_contract
from serin.services.accept_upload import Arrival, accept_upload
from tests.builders import NOON
from tests.hostile_files import BOMBS, NAMES, SMALL, Hostile

ROOT = Path(__file__).parents[3]
CONTRACT = ROOT / "models" / "flight-delay" / "contracts" / "flights.yaml"
SECONDS, MEGABYTES = 10.0, 2048
# What the handler, boto3 and a second copy of the largest object need beside this.
RESERVED = 350
IN_A_PROCESS = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
from tests.hostile_files import BOMBS
from tests.unit.services.test_hostile_uploads import World
hostile = next(item for item in BOMBS if item.name == sys.argv[1])
content = hostile.content()
open("/proc/self/clear_refs", "w").write("5")
began = time.process_time()
upload = World().send(f"raw/flights/{hostile.name}", content)
seconds = time.process_time() - began
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([upload.status, upload.reason, upload.accepted, upload.quarantined, seconds, peak // 1024]))
"""


class World:
    """The ports of one intake of flights."""

    def __init__(self) -> None:
        self.contracts = {"flights": read_contract(CONTRACT)}
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


@pytest.mark.parametrize("hostile", BOMBS, ids=lambda item: item.name)
def test_a_bomb_is_refused_within_the_functions_memory_and_time(hostile: Hostile) -> None:
    command = [sys.executable, "-c", IN_A_PROCESS, hostile.name]
    environment = {"PYTHONPATH": f"{ROOT / 'layers/core/python'}:{ROOT}"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr[-2000:]
    status, reason, accepted, quarantined, seconds, peak = json.loads(ended.stdout)
    assert (status, accepted, quarantined) == (
        "rejected" if hostile.found else "accepted",
        hostile.accepted,
        hostile.quarantined,
    )
    assert hostile.found in (reason or "")
    assert seconds < SECONDS
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
