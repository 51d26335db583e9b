"""The catalog on DynamoDB: what happened to data, runs, versions and releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from serin.adapters.dynamodb import NEW, Put
from serin.adapters.runs import DynamoRuns, entry_put, moment_of, numbered, partition, put_run, until_ended
from serin.domain.approvals import Approval, Waiting
from serin.domain.auditing.effects import (
    approval_entries,
    erasure_entries,
    run_ended,
    upload_entry,
    version_registered,
    version_withdrawn,
)
from serin.domain.auditing.entry import Area, Entry
from serin.domain.auditing.releases import calls_moved, release_entries, release_judged, step_taken
from serin.domain.auditing.watching import watch_entries
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.erasures import Erasure
from serin.domain.errors import Conflict
from serin.domain.experiments import Run, TrainingSet
from serin.domain.fills import Fill
from serin.domain.measurements import Measurements
from serin.domain.models import ModelVersion, Published, Withdrawal
from serin.domain.paging import PAGE, Page
from serin.domain.profiles import ProfileMade
from serin.domain.records import from_record
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.domain.releases import Release, ReleaseStep
from serin.domain.segments import Layout
from serin.domain.sources import Acquired, Acquisition
from serin.domain.training_leases import TrainingLease
from serin.domain.truth import TruthState
from serin.domain.watched import WatchedWindow, WatchState

T = TypeVar("T")
NOT_ACCEPTED = f"{NEW} OR #status = :rejected"
_LAST = 10**9 - 1
_ERASURES = "ERASURES"


class DynamoCatalog(DynamoRuns):
    """One table; each kind of record has its partition."""

    def upload(self, dataset: str, upload_id: str) -> Upload | None:
        record = self._table.get(f"UPLOAD#{dataset}", upload_id)
        return None if record is None else from_record(Upload, record)

    def latest_uploads(self, dataset: str, limit: int = PAGE, after: str | None = None) -> Page[Upload]:
        return self._page(Upload, f"UPLOAD#{dataset}", limit, after)

    def head(self, dataset: str) -> DatasetHead:
        record = self._table.get(f"DATASET#{dataset}", "HEAD")
        return DatasetHead(dataset) if record is None else from_record(DatasetHead, record)

    def parts(self, dataset: str, since: int = 0) -> Sequence[Part]:
        records = self._table.between(f"DATASET#{dataset}", f"PART#{numbered(since + 1)}", f"PART#{numbered(_LAST)}")
        return [from_record(Part, record) for record in records]

    def part(self, dataset: str, sequence: int) -> Part:
        return self._one(Part, f"DATASET#{dataset}", f"PART#{numbered(sequence)}", f"part {sequence} of {dataset}")

    def layout(self, dataset: str) -> Layout:
        record = self._table.get(f"DATASET#{dataset}", "LAYOUT")
        return Layout(dataset) if record is None else from_record(Layout, record)

    def save_layout(self, layout: Layout) -> bool:
        return self._table.put(_revised(f"DATASET#{layout.dataset}", "LAYOUT", layout))

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        dataset = f"DATASET#{upload.dataset}"
        after = before.after(part)
        if before.sequence:
            head = Put(dataset, "HEAD", after, {"digest": after.digest}, "#digest = :before", before=before.digest)
        else:
            head = Put(dataset, "HEAD", after, {"digest": after.digest}, NEW)
        part_item = Put(dataset, f"PART#{numbered(part.sequence)}", part, only_if=NEW)
        return self._audited([_upload(upload), part_item, head], [upload_entry(upload)])

    def note_arrival(self, dataset: str, key: str, version_id: str | None, upload_id: str) -> None:
        name = f"{key}@{version_id or ''}"
        self._table.put(Put(f"ARRIVAL#{dataset}", name, {"object": name, "upload": upload_id}))

    def arrival(self, dataset: str, object: str) -> str | None:
        record = self._table.get(f"ARRIVAL#{dataset}", object)
        return None if record is None else str(record["upload"])

    def record_rejected(self, upload: Upload) -> bool:
        return self._audited([_upload(upload)], [upload_entry(upload)])

    def save_erasure(self, erasure: Erasure) -> None:
        self._audited([Put(_ERASURES, erasure.id, erasure)], erasure_entries(erasure))

    def erasure(self, erasure_id: str) -> Erasure:
        return self._one(Erasure, _ERASURES, erasure_id, f"erasure {erasure_id!r}")

    def erasures(self) -> Sequence[Erasure]:
        return sorted(self._all(Erasure, _ERASURES), key=lambda erasure: (erasure.at, erasure.id))

    def note_rewritten(self, dataset: str, upload_id: str, before: str) -> None:
        self._table.put(Put(f"REWRITTEN#{dataset}", upload_id, {"upload": before}))

    def rewritten(self, dataset: str, upload_id: str) -> str | None:
        record = self._table.get(f"REWRITTEN#{dataset}", upload_id)
        return None if record is None else str(record["upload"])

    def replace_part(self, part: Part, upload: Upload) -> None:
        there = Put(f"DATASET#{part.dataset}", f"PART#{numbered(part.sequence)}", part)
        if not self._table.put_together([there, _replaced(upload)]):
            raise Conflict(f"Part {part.sequence} of {part.dataset} is being written by another.", "Try again.")

    def replace_upload(self, upload: Upload) -> None:
        self._table.put(_replaced(upload))

    def replace_head(self, head: DatasetHead, before: DatasetHead) -> bool:
        item = Put(
            *(f"DATASET#{head.dataset}", "HEAD", head, {"digest": head.digest}, "#digest = :before"),
            before=before.digest,
        )
        return self._table.put(item)

    def acquisition(self, dataset: str) -> Acquisition | None:
        record = self._table.get(f"DATASET#{dataset}", "SOURCE")
        return None if record is None else from_record(Acquisition, record)

    def save_acquisition(self, acquisition: Acquisition) -> None:
        self._table.put(Put(f"DATASET#{acquisition.dataset}", "SOURCE", acquisition))

    def note_acquired(self, acquired: Acquired) -> None:
        self._table.put(Put(f"ACQUIRED#{acquired.dataset}#{acquired.bucket}", acquired.key, acquired))

    def acquired(self, dataset: str, bucket: str, first: str, last: str) -> Sequence[Acquired]:
        records = self._table.between(f"ACQUIRED#{dataset}#{bucket}", first, last)
        return [from_record(Acquired, record) for record in records]

    def save_profile(self, made: ProfileMade) -> bool:
        seen = {"sequence": made.sequence}
        no_newer = f"{NEW} OR #sequence <= :sequence"
        return self._table.put(Put(f"PROFILE#{made.model}", made.dataset, made, seen, no_newer, sequence=made.sequence))

    def profile(self, model: str, dataset: str) -> ProfileMade | None:
        record = self._table.get(f"PROFILE#{model}", dataset)
        return None if record is None else from_record(ProfileMade, record)

    def fill(self, model: str, definition: str) -> Fill | None:
        record = self._table.get(f"FILL#{model}", definition)
        return None if record is None else _fill(record)

    def fills(self, model: str) -> Sequence[Fill]:
        return [_fill(record) for record in self._table.query(f"FILL#{model}")]

    def save_fill(self, fill: Fill) -> bool:
        return self._table.put(_revised(f"FILL#{fill.model}", fill.definition, fill))

    def truth_state(self, model: str) -> TruthState:
        record = self._table.get(f"TRUTH#{model}", "STATE")
        return TruthState(model) if record is None else from_record(TruthState, record)

    def save_truth_state(self, state: TruthState) -> bool:
        return self._table.put(_revised(f"TRUTH#{state.model}", "STATE", state))

    def watch_state(self, model: str) -> WatchState:
        record = self._table.get(f"WATCH#{model}", "STATE")
        return WatchState(model) if record is None else from_record(WatchState, record)

    def save_watch(self, state: WatchState, windows: Sequence[WatchedWindow] = ()) -> bool:
        items = [Put(f"WINDOW#{state.model}", f"{window.end:%Y-%m-%d}", window) for window in windows]
        # What has changed since the revision before; where that is another one by now, nothing is written.
        entries = watch_entries(self.watch_state(state.model), state, windows)
        return self._audited([_revised(f"WATCH#{state.model}", "STATE", state), *items], entries)

    def latest_windows(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[WatchedWindow]:
        return self._page(WatchedWindow, f"WINDOW#{model}", limit, after, by_moment=False)

    def save_training_set(self, training_set: TrainingSet) -> None:
        self._table.put(Put(f"TRAINING-SET#{training_set.model}", training_set.id, training_set))

    def training_set(self, model: str, training_set_id: str) -> TrainingSet:
        return self._one(
            TrainingSet, f"TRAINING-SET#{model}", training_set_id, f"training set {training_set_id!r} of {model}"
        )

    def training_lease(self, model: str) -> TrainingLease | None:
        record = self._table.get(f"TRAINING#{model}", "LEASE")
        return None if record is None else from_record(TrainingLease, record)

    def save_training_lease(self, lease: TrainingLease) -> bool:
        return self._table.put(_revised(f"TRAINING#{lease.model}", "LEASE", lease))

    def register(self, version: ModelVersion, run: Run | None = None) -> bool:
        item = Put(f"MODEL#{version.model}", numbered(version.version), version, only_if=NEW)
        marker = Put(f"VERSION-OF-RUN#{version.model}", version.run, {"version": version.version}, only_if=NEW)
        ended = () if run is None else (put_run(run),)
        entries = [version_registered(version), *(() if run is None else run_ended(run))]
        return self._audited([item, marker, *ended], entries)

    def version_of_run(self, model: str, run_id: str) -> ModelVersion | None:
        marker = self._table.get(f"VERSION-OF-RUN#{model}", run_id)
        return None if marker is None else self.version(model, marker["version"])

    def version(self, model: str, number: int) -> ModelVersion:
        return self._one(ModelVersion, f"MODEL#{model}", numbered(number), f"version {number} of {model}")

    def latest_versions(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[ModelVersion]:
        return self._page(ModelVersion, f"MODEL#{model}", limit, after, by_moment=False)

    def versions(self, model: str) -> Sequence[ModelVersion]:
        return self._all(ModelVersion, f"MODEL#{model}")

    def withdraw(self, withdrawal: Withdrawal) -> bool:
        name = numbered(withdrawal.version)
        item = Put(f"WITHDRAWAL#{withdrawal.model}", name, withdrawal, only_if=NEW)
        return self._audited([item], [version_withdrawn(withdrawal)])

    def withdrawal(self, model: str, number: int) -> Withdrawal | None:
        record = self._table.get(f"WITHDRAWAL#{model}", numbered(number))
        return None if record is None else from_record(Withdrawal, record)

    def save_measurements(self, measurements: Measurements) -> None:
        self._table.put(Put(f"MEASURED#{measurements.model}", measurements.run, measurements))

    def measurements(self, model: str, run_id: str) -> Measurements | None:
        record = self._table.get(f"MEASURED#{model}", run_id)
        return None if record is None else _measurements(record)

    def save_approval(self, approval: Approval) -> bool:
        item = _revised(f"APPROVAL#{approval.model}", approval.id, approval, moment_of(approval))
        return self._audited([item], approval_entries(approval))

    def approval(self, model: str, approval_id: str) -> Approval:
        return self._one(Approval, f"APPROVAL#{model}", approval_id, f"approval {approval_id!r} about {model}")

    def latest_approvals(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Approval]:
        return self._page(Approval, f"APPROVAL#{model}", limit, after)

    def save_waiting(self, waiting: Waiting) -> None:
        self._table.put(Put(f"WAITING#{waiting.model}", waiting.run, waiting))

    def waiting(self, model: str, run_id: str) -> Waiting | None:
        record = self._table.get(f"WAITING#{model}", run_id)
        return None if record is None else from_record(Waiting, record)

    def save_published(self, published: Published) -> None:
        self._table.put(Put(f"PUBLISHED#{published.model}", numbered(published.version), published))

    def published(self, model: str, number: int) -> Published | None:
        record = self._table.get(f"PUBLISHED#{model}", numbered(number))
        return None if record is None else from_record(Published, record)

    def save_release(self, release: Release) -> bool:
        return self._audited([until_ended(f"RELEASE#{release.model}", release)], release_entries(release))

    def release(self, model: str, release_id: str) -> Release:
        return self._one(Release, f"RELEASE#{model}", release_id, f"release {release_id!r} of {model}")

    def latest_releases(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Release]:
        return self._page(Release, f"RELEASE#{model}", limit, after)

    def releases(self, model: str) -> Sequence[Release]:
        return sorted(self._all(Release, f"RELEASE#{model}"), key=lambda release: release.at)

    def add_step(self, model: str, step: ReleaseStep) -> None:
        item = Put(f"STEP#{model}#{step.release}", step.name, step, only_if=NEW)
        self._audited([item], [step_taken(model, step)])

    def steps(self, model: str, release_id: str) -> Sequence[ReleaseStep]:
        return sorted(self._all(ReleaseStep, f"STEP#{model}#{release_id}"), key=lambda step: step.at)

    def save_plan(self, plan: ReleasePlan) -> ReleasePlan:
        if self._table.put(Put(f"PLAN#{plan.model}", plan.release, plan, only_if=NEW)):
            return plan
        return self._one(ReleasePlan, f"PLAN#{plan.model}", plan.release, f"plan of a release of {plan.model}")

    def plan(self, model: str, release_id: str) -> ReleasePlan | None:
        record = self._table.get(f"PLAN#{model}", release_id)
        return None if record is None else from_record(ReleasePlan, record)

    def add_shift(self, model: str, shift: Shift) -> None:
        item = Put(f"SHIFT#{model}#{shift.release}", numbered(shift.weight), shift, only_if=NEW)
        self._audited([item], [calls_moved(model, shift)])

    def shifts(self, model: str, release_id: str) -> Sequence[Shift]:
        return self._all(Shift, f"SHIFT#{model}#{release_id}")

    def add_judged(self, model: str, judged: Judged) -> bool:
        item = Put(f"JUDGED#{model}#{judged.release}", numbered(judged.number), judged, only_if=NEW)
        return self._audited([item], [release_judged(model, judged)])

    def last_judged(self, model: str, release_id: str) -> Judged | None:
        newest = self._page(Judged, f"JUDGED#{model}#{release_id}", 1, None, by_moment=False).items
        return newest[0] if newest else None

    def judged(self, model: str, release_id: str) -> Sequence[Judged]:
        return self._all(Judged, f"JUDGED#{model}#{release_id}")

    def note_effect(self, entry: Entry) -> None:
        self._table.put(entry_put(entry))

    def entry(self, area: Area, owner: str, name: str) -> Entry | None:
        record = self._table.get(partition(area, owner), name)
        return None if record is None else from_record(Entry, record)

    def latest_entries(self, area: Area, owner: str, limit: int = PAGE, after: str | None = None) -> Page[Entry]:
        return self._page(Entry, partition(area, owner), limit, after)


def _revised(
    pk: str,
    sk: str,
    record: Approval | Fill | Layout | TrainingLease | TruthState | WatchState,
    more: Mapping[str, str | int] | None = None,
) -> Put:
    """The record, written if the revision before is there."""
    attributes: dict[str, str | int] = {"revision": record.revision, **(more or {})}
    if record.revision == 1:
        return Put(pk, sk, record, attributes, NEW)
    return Put(pk, sk, record, attributes, "#revision = :before", before=record.revision - 1)


def _fill(record: Any) -> Fill:
    # A record that names no rule is older than the second one.
    return from_record(Fill, {"rule": 1, **record})


def _measurements(record: Any) -> Measurements:
    # Slices, which older records have, are among the metrics of the run.
    return from_record(Measurements, {name: value for name, value in record.items() if name != "slices"})


def _upload(upload: Upload) -> Put:
    attributes = {"status": upload.status, **moment_of(upload)}
    return Put(f"UPLOAD#{upload.dataset}", upload.id, upload, attributes, NOT_ACCEPTED, rejected="rejected")


def _replaced(upload: Upload) -> Put:
    return Put(f"UPLOAD#{upload.dataset}", upload.id, upload, {"status": upload.status, **moment_of(upload)})
