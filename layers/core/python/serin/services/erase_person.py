"""A person taken out of everything that was kept, a place at a time, as often as it has to be begun again.

A dataset's files get other names, so that who reads meanwhile finds rows as many as records say. What is rewritten
elsewhere keeps its key, so that all that names it goes on to, though its name no longer follows from what it holds.
Every version that had the person is deleted. Counts are taken from the files that are left, so that a step that dies
between a file and its record puts both right when it comes again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import partial

import polars as pl

from serin.data.files.erasing import Rewritten, named, without_name, without_rows
from serin.data.files.parquet import from_parquet, size_in_memory, to_parquet, value_ranges
from serin.domain.batches import FOLDER, WORK
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.cut_pieces import FOLDER as PIECES
from serin.domain.datasets import Part, Upload, head_of
from serin.domain.erasures import Erasure, endings
from serin.domain.errors import Conflict
from serin.domain.events import Event
from serin.domain.names import digest
from serin.domain.profiles import FOLDER as PROFILES
from serin.domain.segments import Segment, segment_of
from serin.ports import (
    Catalog,
    Clock,
    ErasableFeatures,
    ErasableSalts,
    ErasableStore,
    Events,
    ObjectVersion,
)
from serin.services.steps.accepted_uploads import accepted_uploads
from serin.services.steps.origins import if_known
from serin.services.steps.segments import LINEAGE
from serin.services.steps.sent_files import SentFiles
from serin.serving.lookups import Entity, ViewLookup

_ATTEMPTS = 10
_UNNAMED = ("/digests/", "/claims/")
"""Folders of a dataset whose files hold digests of rows and of values, and no texts."""


@dataclass(frozen=True)
class Cursor:
    """Where to go on: a place by its number, and what lies before in it and is done."""

    place: int = 0
    after: str = ""


@dataclass(frozen=True)
class PersonEraser:
    """One erasure and the world that it goes through; `logged` is how many days the stage keeps logs."""

    erasure: Erasure
    charters: Mapping[str, Charter]
    contracts: Mapping[str, Contract]
    _: KW_ONLY
    uploads: ErasableStore
    lake: ErasableStore
    catalog: Catalog
    salts: ErasableSalts
    online: ErasableFeatures
    events: Events
    clock: Clock
    logged: int

    def forget(self) -> None:
        """Destroy the salt: from now on nobody can say whose what is left is, and who comes again is somebody new."""
        self.salts.destroy(self.erasure.digest)
        if self.erasure.status == "begun":
            self.catalog.save_erasure(replace(self.erasure, status="forgotten", forgotten=self.clock.now()))

    def close(self) -> None:
        """From now on files may have somebody new of that value; the last sweep goes through what came before."""
        current = self.catalog.erasure(self.erasure.id)
        if current.until is None:
            self.catalog.save_erasure(replace(current, until=self.clock.now()))

    def sweep(self, cursor: Cursor, has_time: Callable[[], bool]) -> Cursor | None:
        """Go through the places from the cursor on while there is time; where to go on, None once all is done."""
        places = list(self._places())
        for number in range(cursor.place, len(places)):
            name, steps = places[number]
            after = cursor.after if number == cursor.place else ""
            for key, count in steps(after):
                self._count(name, count)
                if not has_time():
                    return Cursor(number, key)
        return None

    def end(self, correlation: str) -> Erasure:
        """Forget what stood for the person, and say what is left of them; features are built anew of what is left."""
        now = self.clock.now()
        for model in self.erasure.models:
            self.events.publish(Event("Backfill Wanted", {"model": model}, correlation))
        for version in self._versions_of(self._notes):
            self.lake.delete_version(version)
        current = self.catalog.erasure(self.erasure.id)
        begun = current.forgotten or current.at
        ended = replace(
            current,
            status="ended",
            pseudonym=None,
            until=current.closed or current.forgotten or now,
            ended=current.ended or now,
            versions=self._learnt(),
            endings=endings(begun, self.logged),
        )
        self.catalog.save_erasure(ended)
        return ended

    def _places(self) -> Iterator[tuple[str, Callable[[str], Iterator[tuple[str, int]]]]]:
        """Each place with what erases there: it yields what it has done and how much of it there was."""
        sent = SentFiles(
            *(self.erasure, self.charters, self.contracts),
            uploads=self.uploads,
            catalog=self.catalog,
            salts=self.salts,
        )
        for model in self.erasure.models:
            yield "training sets", partial(self._training_sets, model)
        for dataset in self.erasure.datasets:
            yield "rows", partial(self._parts, dataset)
            yield "files joined of uploads", partial(self._segments, dataset)
            yield "files nobody names", partial(self._unnamed_files, dataset)
            yield "rows set aside", partial(self._quarantine, dataset)
            yield "uploads", partial(sent.without, dataset)
        for model in self.erasure.models:
            for folder in ("predictions", "shadow", "truth"):
                yield folder, partial(self._files, f"{folder}/{model}/", without_rows)
            for folder in ("watching", "reports", f"reports/{PROFILES}", FOLDER, WORK, PIECES):
                yield folder, partial(self._files, f"{folder}/{model}/", without_name)
            yield "files to be scored", partial(sent.asked, model)
        yield "online items", self._online

    def _count(self, name: str, count: int) -> None:
        if count:
            self.catalog.save_erasure(self.catalog.erasure(self.erasure.id).with_erased(name, count))

    @property
    def _pseudonym(self) -> str:
        assert self.erasure.pseudonym is not None, "an erasure that has ended is not begun again"
        return self.erasure.pseudonym

    def _files(
        self, prefix: str, rewrite: Callable[[bytes, str], Rewritten | None], after: str
    ) -> Iterator[tuple[str, int]]:
        for versions in self.lake.versions(prefix, after):
            yield versions[0].key, self._rewritten(versions, rewrite)

    def _rewritten(self, versions: Sequence[ObjectVersion], rewrite: Callable[[bytes, str], Rewritten | None]) -> int:
        """How many rows are gone of the newest version; older ones that have the person are deleted whole."""
        rows = 0
        for version in [one for one in versions if not one.marker]:
            left = rewrite(self.lake.get(version.key, version.id), self._pseudonym)
            if left is not None:
                if version.latest:
                    self.lake.put(version.key, left.content)
                    rows = left.rows
                self.lake.delete_version(version)
        return rows

    def _training_sets(self, model: str, after: str) -> Iterator[tuple[str, int]]:
        for versions in self.lake.versions(f"training-sets/{model}/", after):
            count = self._rewritten(versions, without_rows)
            self._note_training_set(model, versions[0].key, count)
            yield versions[0].key, count

    def _note_training_set(self, model: str, key: str, count: int) -> None:
        """Say in the record of a set that rows are gone, and what names its columns now."""
        known = if_known(lambda: self.catalog.training_set(model, key.split("/")[2]))
        if known is None or key not in (known.columns, known.parquet):
            return
        names = digest(self.lake.get(known.columns))
        if count or names != known.columns_digest:
            ids = dict.fromkeys((*known.erasures, self.erasure.id))
            self.catalog.save_training_set(replace(known, columns_digest=names, erasures=tuple(ids)))

    def _parts(self, dataset: str, after: str) -> Iterator[tuple[str, int]]:
        """The rows of each upload, and their marks beside them, which are rows of the same places."""
        for part in self.catalog.parts(dataset, int(after or 0)):
            yield str(part.sequence), self._part(part) if part.key else 0
        self._move_head(dataset)

    def _part(self, part: Part) -> int:
        rows = from_parquet(self.lake.get(part.key))
        gone = named(rows, self._pseudonym)
        left = rows.filter(~gone)
        if left.height != part.rows:
            self._note_online(part, rows.filter(gone))
            self._replace(part, left, gone)
        return int(gone.sum())

    def _replace(self, part: Part, left: pl.DataFrame, gone: pl.Series) -> None:
        """The part and its marks under other names: who reads meanwhile finds them whole, as they were or as they are.

        The file it had is nobody's from then on.
        """
        of = self.catalog.upload(part.dataset, part.upload_id)
        assert of is not None, f"{part.upload_id} has a part"
        marks = None
        if part.copies is not None:
            marks = self._kept(part.dataset, to_parquet(from_parquet(self.lake.get(part.copies)).filter(~gone)))
        changed = part.erased(self.erasure.id, left.height, size_in_memory(left), value_ranges(left.lazy()))
        changed = replace(changed, key=self._kept(part.dataset, to_parquet(left)), copies=marks)
        self.catalog.replace_part(changed, replace(_counted(of, accepted=left.height), part=changed.key))

    def _kept(self, dataset: str, content: bytes) -> str:
        """The key of content that is in the lake now."""
        key = f"datasets/{dataset}/{digest(content)[:32]}.parquet"
        self.lake.put(key, content)
        return key

    def _versions_of(self, prefix: str) -> Iterator[ObjectVersion]:
        return (version for versions in self.lake.versions(prefix) for version in versions)

    def _move_head(self, dataset: str) -> None:
        """The head that follows from the parts as they are; who records an upload meanwhile does so after it."""
        for _ in range(_ATTEMPTS):
            before = self.catalog.head(dataset)
            parts = [part for part in self.catalog.parts(dataset) if part.sequence <= before.sequence]
            after = head_of(before, parts)
            if after == before or self.catalog.replace_head(after, before):
                return
        raise Conflict(f"{_ATTEMPTS} uploads of {dataset} came first.", "It is tried again by itself.")

    def _segments(self, dataset: str, after: str) -> Iterator[tuple[str, int]]:
        if after:
            return
        for _ in range(_ATTEMPTS):
            layout = self.catalog.layout(dataset)
            left = [self._segment(dataset, segment) for segment in layout.segments]
            segments = tuple(segment for segment, _ in left)
            now = replace(layout, segments=segments, revision=layout.revision + 1)
            if segments == layout.segments or self.catalog.save_layout(now):
                yield dataset, sum(rows for _, rows in left)
                return
        raise Conflict(f"{_ATTEMPTS} others joined files of {dataset} first.", "It is tried again by itself.")

    def _segment(self, dataset: str, segment: Segment) -> tuple[Segment, int]:
        """The segment without their rows, under another name, and how many these were."""
        if not segment.rows or segment.is_part:
            # A part alone is as its record says.
            return self._as_part(dataset, segment), 0
        rewritten = without_rows(self.lake.get(segment.key), self._pseudonym)
        if rewritten is None:
            return segment, 0
        left = from_parquet(rewritten.content)
        own, key = left.drop(LINEAGE), self._kept(dataset, rewritten.content)
        marks = key if segment.copies == segment.key else segment.copies
        size, ranges = size_in_memory(own), value_ranges(own.lazy())
        changed = replace(segment, key=key, copies=marks, rows=left.height, memory=size, ranges=ranges)
        return changed, rewritten.rows

    def _unnamed_files(self, dataset: str, after: str) -> Iterator[tuple[str, int]]:
        """What parts and segments named before, and what uploads have left that were overtaken: nobody reads it."""
        for versions in self.lake.versions(f"datasets/{dataset}/", after):
            gone = 0
            if not any(folder in versions[0].key for folder in _UNNAMED):
                for version in versions:
                    if not version.marker and self._names(self.lake.get(version.key, version.id)):
                        self.lake.delete_version(version)
                        gone += 1
            yield versions[0].key, gone

    def _names(self, content: bytes) -> bool:
        return without_rows(content, self._pseudonym) is not None

    def _as_part(self, dataset: str, segment: Segment) -> Segment:
        return segment_of(self.catalog.part(dataset, segment.first)) if segment.is_part else segment

    def _quarantine(self, dataset: str, after: str) -> Iterator[tuple[str, int]]:
        if after:
            return
        done = 0
        for _key, count in self._files(f"quarantine/{dataset}/", without_rows, ""):
            done += count
        for upload in accepted_uploads(dataset, catalog=self.catalog):
            if upload.quarantine is not None:
                left = from_parquet(self.lake.get(upload.quarantine)).height
                if left != upload.quarantined:
                    self.catalog.replace_upload(_counted(upload, quarantined=left))
        yield dataset, done

    @property
    def _notes(self) -> str:
        return f"erasures/{self.erasure.id}/"

    def _note_online(self, part: Part, rows: pl.DataFrame) -> None:
        """Remember which items the rows have, for they cannot be told once the rows are gone."""
        now = self.clock.now()
        ids = sorted(
            {key.id for entity, lookup in self._entities(part.dataset, rows) for key in lookup.keys(entity, now)}
        )
        self.lake.put(f"{self._notes}{part.dataset}-{part.sequence}.json", json.dumps(ids).encode())

    def _entities(self, dataset: str, rows: pl.DataFrame) -> Iterator[tuple[Entity, ViewLookup]]:
        for model in self.erasure.models:
            charter = self.charters[model]
            for view in charter.features.views:
                lookup = ViewLookup(charter, view)
                columns = list(lookup.columns)
                if view.source == dataset and self.erasure.column in columns and {*columns} <= {*rows.columns}:
                    for entity in rows.select(columns).unique().iter_rows():
                        yield entity, lookup

    def _online(self, after: str) -> Iterator[tuple[str, int]]:
        for key in self.lake.keys(self._notes, after):
            yield key, self.online.forget(json.loads(self.lake.get(key)))

    def _learnt(self) -> tuple[str, ...]:
        """The versions whose training sets had rows of the person."""
        found = []
        for model in self.erasure.models:
            for version in self.catalog.versions(model):
                of = if_known(partial(self.catalog.training_set, model, version.training_set))
                if of is not None and self.erasure.id in of.erasures:
                    found.append(f"{model}/{version.version}")
        return tuple(found)


def _counted(upload: Upload, **counts: int) -> Upload:
    """The upload with these counts; the rows that are in none of them any more are erased."""
    known = {name: counts.get(name, getattr(upload, name)) for name in ("accepted", "quarantined", "repeated")}
    return replace(upload, **known, erased=upload.rows - sum(known.values()))
