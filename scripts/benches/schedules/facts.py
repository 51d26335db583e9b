"""What must be true of the data once a schedule is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from benches.schedules.broken import Broken
from benches.schedules.files import UNKNOWN, File, Row
from benches.schedules.model import SHOPS, ZONES
from benches.schedules.served import broken_features
from benches.schedules.world import Put, World
from serin.domain.charter import Charter
from serin.domain.datasets import DatasetHead, Part, Upload, upload_id
from serin.services.accept_upload import Arrival
from serin.services.steps.segments import LINEAGE

_ASIDE = ("/digests/", "/copies/", "/claims/", "/segments/")


def broken_facts(world: World, charter: Charter) -> list[Broken]:
    """All that does not hold; what is served is looked at where features were built."""
    broken = [Broken("event", f"told before it was true: {event}") for event in world.untrue]
    for dataset in (SHOPS, ZONES):
        puts = [put for put in world.puts if put.file.dataset == dataset]
        parts = world.stores.catalog.parts(dataset)
        broken += _rows(world, dataset, puts, parts)
        broken += _sequence(world, dataset, parts)
        broken += _uploads(world, dataset, puts, parts)
        broken += _audit(world, dataset)
        broken += _segments(world, dataset, parts)
    broken += _lake(world)
    broken += [fact for put in world.puts for fact in _arrival(world, put)]
    return [*broken, *(broken_features(world, charter) if world.builds else ())]


def _rows(world: World, dataset: str, puts: Sequence[Put], parts: Sequence[Part]) -> Iterator[Broken]:
    """Each content's good rows are there once."""
    contents = {put.file.content: put.file.good or () for put in puts}
    wanted: Counter[Row] = Counter(row for good in contents.values() for row in good)
    counts: Counter[Row] = Counter()
    for part in parts:
        rows = world.rows(part.key) if part.rows else []
        counts.update(rows)
        if len(rows) != part.rows:
            yield Broken("record", f"{dataset}: part {part.sequence} has {len(rows)} rows, and {part.rows} are told")
    for lost, count in (wanted - counts).items():
        yield Broken("rows lost", f"{dataset}: {lost}", count)
    for doubled, count in (counts - wanted).items():
        yield Broken("rows doubled", f"{dataset}: {doubled}", count)


def _sequence(world: World, dataset: str, parts: Sequence[Part]) -> Iterator[Broken]:
    """Parts follow each other, and the head, its rows and its digest follow from them; schemas it has of its own."""
    head = DatasetHead(dataset)
    for part in parts:
        if part.sequence != head.sequence + 1:
            yield Broken("sequence", f"{dataset}: part {part.sequence} follows part {head.sequence}")
            return
        head = head.after(part)
    newest = world.stores.catalog.head(dataset)
    if replace(newest, schemas=head.schemas) != head:
        yield Broken("sequence", f"{dataset}: the head is {newest}, its parts make {head}")


def _segments(world: World, dataset: str, parts: Sequence[Part]) -> Iterator[Broken]:
    """A segment has the rows of its parts, in their order, and each says of which it is."""
    for segment in world.stores.catalog.layout(dataset).segments:
        own = [part for part in parts if segment.first <= part.sequence <= segment.last]
        rows = [(*row, part.sequence) for part in own if part.rows for row in world.rows(part.key)]
        width = -len(LINEAGE)
        joined = [(*row[:width], row[width]) for row in world.rows(segment.key)] if segment.rows else []
        if not segment.is_part and joined != rows:
            yield Broken("lake", f"{dataset}: {segment.first} to {segment.last} hold {joined}, not {rows}")


def _uploads(world: World, dataset: str, puts: Sequence[Put], parts: Sequence[Part]) -> Iterator[Broken]:
    """Each content is one upload, which says what became of it and of which the bus was told."""
    uploads = {upload.id: upload for upload in _recorded(world, dataset)}
    files = {upload_id(dataset, put.file.content): put.file for put in puts}
    for name in set(uploads) ^ set(files):
        yield Broken("record", f"{dataset}: {name} is {'not recorded' if name in files else 'of nobody'}")
    places = {part.upload_id: part.sequence for part in parts}
    for name in set(uploads) & set(files):
        upload, file = uploads[name], files[name]
        if (upload.status, upload.accepted, upload.quarantined, upload.sequence) != _became(file, places.get(name)):
            yield Broken("record", f"{dataset}: {file.key} with {file.good} and {file.bad} bad rows became {upload}")
        if not _was_told(world, upload):
            yield Broken("event", f"{dataset}: {file.key} was {upload.status}, and the bus was never told")


def _audit(world: World, dataset: str) -> Iterator[Broken]:
    """Each upload is told once, as it was recorded, and nothing else is."""
    told: Counter[tuple[str, str, str | None]] = Counter(
        (entry.about, entry.what, entry.correlation)
        for entry in world.stores.catalog.latest_entries("data", dataset, 1000).items
    )
    recorded = Counter(
        (f"upload {upload.id}", f"upload {upload.status}", upload.correlation) for upload in _recorded(world, dataset)
    )
    for name in set(told) | set(recorded):
        if told[name] != 1 or recorded[name] != 1:
            yield Broken("audit", f"{dataset}: {name} is recorded {recorded[name]} times and told {told[name]} times")


def _became(file: File, place: int | None) -> tuple[str, int, int, int | None]:
    """Status, accepted and quarantined rows, and the place among the dataset's parts."""
    return ("rejected", 0, 0, None) if file.good is None else ("accepted", len(file.good), file.bad, place)


def _was_told(world: World, upload: Upload) -> bool:
    name = f"Upload {upload.status.capitalize()}"
    about = (name, upload.id, upload.sequence)
    return any(
        (event.name, event.detail["upload_id"], event.detail.get("sequence")) == about for event in world.published
    )


def _recorded(world: World, dataset: str) -> Sequence[Upload]:
    return world.stores.catalog.latest_uploads(dataset, 100).items


def _lake(world: World) -> Iterator[Broken]:
    """Everything that lies in the lake belongs to an upload, and the other way round."""
    uploads = [upload for dataset in (SHOPS, ZONES) for upload in _recorded(world, dataset)]
    wanted = {key for upload in uploads for key in (upload.part, upload.quarantine) if key}
    parts = [part for dataset in (SHOPS, ZONES) for part in world.stores.catalog.parts(dataset)]
    named = {part.digests.key for part in parts if part.digests} | {part.copies for part in parts if part.copies}
    there = set(world.stores.lake.keys(""))
    named |= {
        one.key for dataset in (SHOPS, ZONES) for one in world.stores.catalog.layout(dataset).segments if one.rows
    }
    # Digests are compared with what others had sent by then: who was overtaken leaves a set that no part names, and
    # who was overtaken while it joined parts leaves a segment.
    for key in named - there:
        yield Broken("lake", f"{key} is not there")
    keys = {key for key in there if not any(folder in key for folder in _ASIDE)} | (wanted & there)
    for key in wanted ^ keys:
        yield Broken("lake", f"{key} is {'not there' if key in wanted else 'of no upload'}")
    for upload in uploads:
        if upload.quarantine in keys:
            rows = len(world.rows(upload.quarantine or ""))
            if rows != upload.quarantined:
                yield Broken("lake", f"{rows} rows of {upload.file} are set aside, {upload.quarantined} are told")


def _arrival(world: World, put: Put) -> Iterator[Broken]:
    """Each object's arrival is noted, and told under the object's own id."""
    file, version = put.file, put.version
    correlation = Arrival(file.key, version, len(file.content)).correlation
    if all(event.correlation != correlation for event in world.published):
        yield Broken("event", f"{file.key}@{version}: the bus was never told of it")
    if file.dataset == UNKNOWN:
        if all(upload.key != file.key for upload in _recorded(world, UNKNOWN)):
            yield Broken("arrival", f"{file.key}: is not remembered")
    elif world.stores.catalog.arrival(file.dataset, f"{file.key}@{version}") != upload_id(file.dataset, file.content):
        yield Broken("arrival", f"{file.key}@{version}: is not noted")
