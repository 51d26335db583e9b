"""Faults planted in a service or a store, each of which the schedules have to find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from benches.schedules.broken import Kind
from benches.schedules.faults import Chance, Fault
from benches.schedules.functions import Subject
from benches.schedules.tally import run
from benches.schedules.variants import LAST_WRITE_WINS
from benches.schedules.world import Stores
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryOnlineFeatures
from serin.domain.buckets import Bucket
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.events import Event
from serin.services.accept_upload import Arrival, accept_upload

pytestmark = pytest.mark.slow
MOST, BATCH = 200, 5


class Instead:
    """A port with one method of another's making."""

    def __init__(self, port: Any, method: str, function: Callable[..., Any]) -> None:
        self._port, self._method, self._function = port, method, function

    def __getattr__(self, method: str) -> Any:
        return self._function if method == self._method else getattr(self._port, method)


def tells_first(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Tells of an upload, and then records it."""
    catalog, events = ports["catalog"], ports["events"]

    def record(upload: Upload, part: Part, head: DatasetHead) -> bool:
        detail: dict[str, str | int]
        detail = {"dataset": upload.dataset, "upload_id": upload.id, "sequence": upload.sequence or 0}
        events.publish(Event("Upload Accepted", detail, upload.correlation or ""))
        return bool(catalog.record_accepted(upload, part, head))

    return accept_upload(arrival, contracts, **{**ports, "catalog": Instead(catalog, "record_accepted", record)})


def tells_once(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Tells of an upload only who has recorded it."""
    catalog, events = ports["catalog"], ports["events"]
    recorded = list[str]()

    def record(upload: Upload, part: Part, head: DatasetHead) -> bool:
        done = bool(catalog.record_accepted(upload, part, head))
        recorded.extend([upload.id] * done)
        return done

    def publish(event: Event) -> None:
        if event.name != "Upload Accepted" or event.detail["upload_id"] in recorded:
            events.publish(event)

    planted = {
        "catalog": Instead(catalog, "record_accepted", record),
        "events": Instead(events, "publish", publish),
    }
    return accept_upload(arrival, contracts, **{**ports, **planted})


def stores_last(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Writes the file once it is recorded."""
    lake, waiting = ports["lake"], list[tuple[str, bytes]]()
    late = Instead(lake, "put_file", lambda key, file: waiting.append((key, file.read_bytes())))
    upload = accept_upload(arrival, contracts, **{**ports, "lake": late})
    for put in waiting:
        lake.put(*put)
    return upload


def notes_new_ones(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Notes no object whose content was there before."""
    catalog, known = ports["catalog"], list[Upload | None]()

    def upload(dataset: str, name: str) -> Upload | None:
        known.append(catalog.upload(dataset, name))
        return known[-1]

    def note(*arrival: Any) -> None:
        if known[0] is None:
            catalog.note_arrival(*arrival)

    forgetful = Instead(Instead(catalog, "upload", upload), "note_arrival", note)
    return accept_upload(arrival, contracts, **{**ports, "catalog": forgetful})


def fails_at_the_same(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Fails on every file of one name."""
    if arrival.key.endswith("same.csv"):
        raise ValueError(arrival.key)
    return accept_upload(arrival, contracts, **ports)


def reads_the_newest(arrival: Arrival, contracts: Any, **ports: Any) -> Upload:
    """Reads the newest version of an object, whichever has arrived."""
    uploads = ports["uploads"]
    newest = Instead(uploads, "fetch", lambda key, into, _: uploads.fetch(key, into))
    return accept_upload(arrival, contracts, **{**ports, "uploads": newest})


class NoConditionOnTheHead(MemoryCatalog):
    """Puts the part and the head after the one that was read, whatever the head is by now."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        known = self.upload(upload.dataset, upload.id)
        if known and known.status == "accepted":
            return False
        self._keep(upload)
        others = [item for item in self.parts(part.dataset) if item.sequence != part.sequence]
        self._parts[part.dataset] = sorted([*others, part], key=lambda item: item.sequence)
        self._heads[upload.dataset] = before.after(part)
        return True


class NoMarker(MemoryCatalog):
    """Keeps the head's condition, and forgets to look whether the upload is there."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        self._uploads.pop((upload.dataset, upload.id), None)
        return super().record_accepted(upload, part, before)


class NoSequence(MemoryOnlineFeatures):
    """Keeps the bucket that came last."""

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        self._buckets.update((bucket.key.id, bucket) for bucket in buckets)
        return len(buckets)


def found_at_last(subject: Subject, kind: Kind, *, builds: bool = False, near: int = 1) -> bool:
    """Whether any of the first seeds finds a fact of that kind broken; those from `near` on are tried first."""
    firsts = sorted(range(1, MOST, BATCH), key=lambda first: first < near)
    batches = (range(first, first + BATCH) for first in firsts)
    return any(run(seeds, subject, features_every=int(builds)).kinds[kind] for seeds in batches)


SERVICES: Sequence[tuple[Callable[..., Upload], Kind]] = [
    (tells_first, "event"),
    (tells_once, "event"),
    (stores_last, "lake"),
    (notes_new_ones, "arrival"),
    (fails_at_the_same, "delivery"),
    (reads_the_newest, "rows lost"),
]
STORES: Sequence[tuple[Callable[[], Stores], Kind]] = [
    (lambda: Stores(catalog=NoConditionOnTheHead()), "rows lost"),
    (lambda: Stores(catalog=NoMarker()), "rows doubled"),
]


@pytest.mark.parametrize(("service", "kind"), SERVICES, ids=lambda it: getattr(it, "__name__", None))
def test_a_fault_planted_in_accept_upload_is_found(service: Callable[..., Upload], kind: Kind) -> None:
    assert found_at_last(Subject(accept_upload=service), kind)


class Dawdling(Chance):
    """Nothing goes wrong, but what was read is written late: after others have read more, and written it."""

    def turns(self, name: str) -> int:
        return 200 if name == "online.write_buckets" else 1

    def draw(self, name: str) -> Fault | None:
        return None


@pytest.mark.parametrize("stores", [LAST_WRITE_WINS.stores, lambda: Stores(online=NoSequence())])
def test_online_features_that_keep_what_came_last_are_found(stores: Callable[[], Stores]) -> None:
    assert found_at_last(Subject(stores=stores, chance=Dawdling), "served online", builds=True, near=46)


@pytest.mark.parametrize(("stores", "kind"), STORES, ids=["no-condition", "no-marker"])
def test_a_fault_planted_in_a_store_is_found(stores: Callable[[], Stores], kind: Kind) -> None:
    assert found_at_last(Subject(stores=stores), kind, near=36)
