"""The catalog in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from serin.adapters.memory.runs import MemoryRuns, ended_otherwise, existing, in_time, paged
from serin.adapters.memory.timeline import Timeline
from serin.domain.approvals import Approval, Waiting
from serin.domain.auditing.effects import (
    approval_entries,
    erasure_entries,
    upload_entry,
    version_registered,
    version_withdrawn,
)
from serin.domain.auditing.entry import Area, Entry
from serin.domain.auditing.releases import calls_moved, release_entries, release_judged, step_taken
from serin.domain.auditing.watching import watch_entries
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.erasures import Erasure
from serin.domain.experiments import Run, TrainingSet
from serin.domain.fills import Fill
from serin.domain.measurements import Measurements
from serin.domain.models import ModelVersion, Published, Withdrawal
from serin.domain.paging import PAGE, Page, moment_key
from serin.domain.profiles import ProfileMade
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.domain.releases import Release, ReleaseStep
from serin.domain.segments import Layout
from serin.domain.sources import Acquired, Acquisition
from serin.domain.truth import TruthState
from serin.domain.watched import WatchedWindow, WatchState


class MemoryCatalog(MemoryRuns):
    """Dictionaries under one lock, which is what makes a transaction here."""

    def __init__(self) -> None:
        super().__init__()
        self._uploads: dict[tuple[str, str], Upload] = {}
        self._uploads_in_time: dict[str, Timeline[Upload]] = {}
        self._arrivals: dict[str, dict[str, str]] = {}
        self._heads: dict[str, DatasetHead] = {}
        self._erasures: dict[str, Erasure] = {}
        self._rewritten: dict[tuple[str, str], str] = {}
        self._parts: dict[str, list[Part]] = {}
        self._layouts: dict[str, Layout] = {}
        self._acquisitions: dict[str, Acquisition] = {}
        self._acquired: dict[tuple[str, str], dict[bytes, Acquired]] = {}
        self._profiles: dict[tuple[str, str], ProfileMade] = {}
        self._fills: dict[tuple[str, str], Fill] = {}
        self._truth_states: dict[str, TruthState] = {}
        self._watch_states: dict[str, WatchState] = {}
        self._windows: dict[str, dict[str, WatchedWindow]] = {}
        self._training_sets: dict[tuple[str, str], TrainingSet] = {}
        self._versions: dict[tuple[str, int], ModelVersion] = {}
        self._withdrawals: dict[tuple[str, int], Withdrawal] = {}
        self._measurements: dict[tuple[str, str], Measurements] = {}
        self._approvals: dict[tuple[str, str], Approval] = {}
        self._waiting: dict[tuple[str, str], Waiting] = {}
        self._published: dict[tuple[str, int], Published] = {}
        self._releases: dict[tuple[str, str], Release] = {}
        self._steps: dict[tuple[str, str], dict[str, ReleaseStep]] = {}
        self._plans: dict[tuple[str, str], ReleasePlan] = {}
        self._shifts: dict[tuple[str, str], dict[int, Shift]] = {}
        self._judged: dict[tuple[str, str], dict[int, Judged]] = {}

    def upload(self, dataset: str, upload_id: str) -> Upload | None:
        return self._uploads.get((dataset, upload_id))

    def latest_uploads(self, dataset: str, limit: int = PAGE, after: str | None = None) -> Page[Upload]:
        return self._uploads_in_time.get(dataset, Timeline[Upload]()).page(limit, after)

    def head(self, dataset: str) -> DatasetHead:
        return self._heads.get(dataset, DatasetHead(dataset))

    def parts(self, dataset: str, since: int = 0) -> Sequence[Part]:
        there = self._parts.get(dataset, [])
        return there[bisect_right(there, since, key=_place) :]

    def part(self, dataset: str, sequence: int) -> Part:
        next_ones = self.parts(dataset, sequence - 1)[:1]
        kept = next((part for part in next_ones if part.sequence == sequence), None)
        return existing(kept, f"part {sequence} of {dataset}")

    def layout(self, dataset: str) -> Layout:
        return self._layouts.get(dataset, Layout(dataset))

    def save_layout(self, layout: Layout) -> bool:
        with self._lock:
            if layout.revision - 1 != self.layout(layout.dataset).revision:
                return False
            self._layouts[layout.dataset] = layout
            return True

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        with self._lock:
            known = self._uploads.get((upload.dataset, upload.id))
            if (known and known.status == "accepted") or self.head(upload.dataset).digest != before.digest:
                return False
            self._keep(upload)
            self._parts.setdefault(upload.dataset, []).append(part)
            self._heads[upload.dataset] = before.after(part)
            self._audit(upload_entry(upload))
            return True

    def _keep(self, upload: Upload) -> None:
        self._uploads[upload.dataset, upload.id] = upload
        self._uploads_in_time.setdefault(upload.dataset, Timeline()).put(upload)

    def note_arrival(self, dataset: str, key: str, version_id: str | None, upload_id: str) -> None:
        self._arrivals.setdefault(dataset, {})[f"{key}@{version_id or ''}"] = upload_id

    def arrival(self, dataset: str, object: str) -> str | None:
        return self._arrivals.get(dataset, {}).get(object)

    def record_rejected(self, upload: Upload) -> bool:
        with self._lock:
            known = self._uploads.get((upload.dataset, upload.id))
            if known and known.status == "accepted":
                return False
            self._keep(upload)
            self._audit(upload_entry(upload))
            return True

    def save_erasure(self, erasure: Erasure) -> None:
        with self._lock:
            self._erasures[erasure.id] = erasure
            self._audit(*erasure_entries(erasure))

    def erasure(self, erasure_id: str) -> Erasure:
        return existing(self._erasures.get(erasure_id), f"erasure {erasure_id!r}")

    def erasures(self) -> Sequence[Erasure]:
        return sorted(self._erasures.values(), key=lambda erasure: (erasure.at, erasure.id))

    def note_rewritten(self, dataset: str, upload_id: str, before: str) -> None:
        self._rewritten[dataset, upload_id] = before

    def rewritten(self, dataset: str, upload_id: str) -> str | None:
        return self._rewritten.get((dataset, upload_id))

    def replace_part(self, part: Part, upload: Upload) -> None:
        with self._lock:
            parts = self._parts[part.dataset]
            self._parts[part.dataset] = [part if one.sequence == part.sequence else one for one in parts]
            self._keep(upload)

    def replace_upload(self, upload: Upload) -> None:
        self._keep(upload)

    def replace_head(self, head: DatasetHead, before: DatasetHead) -> bool:
        with self._lock:
            if self.head(head.dataset).digest != before.digest:
                return False
            self._heads[head.dataset] = head
            return True

    def acquisition(self, dataset: str) -> Acquisition | None:
        return self._acquisitions.get(dataset)

    def save_acquisition(self, acquisition: Acquisition) -> None:
        self._acquisitions[acquisition.dataset] = acquisition

    def note_acquired(self, acquired: Acquired) -> None:
        self._acquired.setdefault((acquired.dataset, acquired.bucket), {})[acquired.key.encode()] = acquired

    def acquired(self, dataset: str, bucket: str, first: str, last: str) -> Sequence[Acquired]:
        there = self._acquired.get((dataset, bucket), {})
        return [there[key] for key in sorted(there) if first.encode() <= key <= last.encode()]

    def save_profile(self, made: ProfileMade) -> bool:
        with self._lock:
            known = self._profiles.get((made.model, made.dataset))
            if known and known.sequence > made.sequence:
                return False
            self._profiles[made.model, made.dataset] = made
            return True

    def profile(self, model: str, dataset: str) -> ProfileMade | None:
        return self._profiles.get((model, dataset))

    def fill(self, model: str, definition: str) -> Fill | None:
        return self._fills.get((model, definition))

    def fills(self, model: str) -> Sequence[Fill]:
        return [self._fills[key] for key in sorted(self._fills) if key[0] == model]

    def save_fill(self, fill: Fill) -> bool:
        with self._lock:
            known = self.fill(fill.model, fill.definition)
            if fill.revision - 1 != (known.revision if known else 0):
                return False
            self._fills[fill.model, fill.definition] = fill
            return True

    def truth_state(self, model: str) -> TruthState:
        return self._truth_states.get(model, TruthState(model))

    def save_truth_state(self, state: TruthState) -> bool:
        with self._lock:
            if state.revision - 1 != self.truth_state(state.model).revision:
                return False
            self._truth_states[state.model] = state
            return True

    def watch_state(self, model: str) -> WatchState:
        return self._watch_states.get(model, WatchState(model))

    def save_watch(self, state: WatchState, windows: Sequence[WatchedWindow] = ()) -> bool:
        with self._lock:
            before = self.watch_state(state.model)
            if state.revision - 1 != before.revision:
                return False
            self._audit(*watch_entries(before, state, windows))
            self._watch_states[state.model] = state
            self._windows.setdefault(state.model, {}).update({f"{of.end:%Y-%m-%d}": of for of in windows})
            return True

    def latest_windows(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[WatchedWindow]:
        return paged(self._windows.get(model, {}), limit, after)

    def save_training_set(self, training_set: TrainingSet) -> None:
        self._training_sets[training_set.model, training_set.id] = training_set

    def training_set(self, model: str, training_set_id: str) -> TrainingSet:
        return existing(
            self._training_sets.get((model, training_set_id)), f"training set {training_set_id!r} of {model}"
        )

    def register(self, version: ModelVersion, run: Run | None = None) -> bool:
        with self._lock:
            taken = (version.model, version.version) in self._versions
            if taken or self.version_of_run(version.model, version.run):
                return False
            if run is not None and not self.save_run(run):
                return False
            self._versions[version.model, version.version] = version
            self._audit(version_registered(version))
            return True

    def version_of_run(self, model: str, run_id: str) -> ModelVersion | None:
        return next((version for version in self.versions(model) if version.run == run_id), None)

    def version(self, model: str, number: int) -> ModelVersion:
        return existing(self._versions.get((model, number)), f"version {number} of {model}")

    def latest_versions(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[ModelVersion]:
        return paged({f"{item.version:09d}": item for item in self.versions(model)}, limit, after)

    def versions(self, model: str) -> Sequence[ModelVersion]:
        return [self._versions[key] for key in sorted(self._versions) if key[0] == model]

    def withdraw(self, withdrawal: Withdrawal) -> bool:
        name = (withdrawal.model, withdrawal.version)
        with self._lock:
            if name in self._withdrawals:
                return False
            self._withdrawals[name] = withdrawal
            self._audit(version_withdrawn(withdrawal))
            return True

    def withdrawal(self, model: str, number: int) -> Withdrawal | None:
        return self._withdrawals.get((model, number))

    def save_measurements(self, measurements: Measurements) -> None:
        self._measurements[measurements.model, measurements.run] = measurements

    def measurements(self, model: str, run_id: str) -> Measurements | None:
        return self._measurements.get((model, run_id))

    def save_approval(self, approval: Approval) -> bool:
        with self._lock:
            known = self._approvals.get((approval.model, approval.id))
            if approval.revision - 1 != (known.revision if known else 0):
                return False
            self._approvals[approval.model, approval.id] = approval
            self._audit(*approval_entries(approval))
            return True

    def approval(self, model: str, approval_id: str) -> Approval:
        return existing(self._approvals.get((model, approval_id)), f"approval {approval_id!r} about {model}")

    def latest_approvals(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Approval]:
        return paged(in_time(self._approvals, model), limit, after)

    def save_waiting(self, waiting: Waiting) -> None:
        self._waiting[waiting.model, waiting.run] = waiting

    def waiting(self, model: str, run_id: str) -> Waiting | None:
        return self._waiting.get((model, run_id))

    def save_published(self, published: Published) -> None:
        self._published[published.model, published.version] = published

    def published(self, model: str, number: int) -> Published | None:
        return self._published.get((model, number))

    def save_release(self, release: Release) -> bool:
        with self._lock:
            known = self._releases.get((release.model, release.id))
            if ended_otherwise(known, release):
                return False
            self._releases[release.model, release.id] = release
            self._audit(*release_entries(release))
            return True

    def release(self, model: str, release_id: str) -> Release:
        return existing(self._releases.get((model, release_id)), f"release {release_id!r} of {model}")

    def latest_releases(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Release]:
        return paged(in_time(self._releases, model), limit, after)

    def releases(self, model: str) -> Sequence[Release]:
        return sorted((item for (name, _), item in self._releases.items() if name == model), key=lambda item: item.at)

    def add_step(self, model: str, step: ReleaseStep) -> None:
        with self._lock:
            self._steps.setdefault((model, step.release), {}).setdefault(step.name, step)
            self._audit(step_taken(model, step))

    def steps(self, model: str, release_id: str) -> Sequence[ReleaseStep]:
        return sorted(self._steps.get((model, release_id), {}).values(), key=lambda step: step.at)

    def save_plan(self, plan: ReleasePlan) -> ReleasePlan:
        return self._plans.setdefault((plan.model, plan.release), plan)

    def plan(self, model: str, release_id: str) -> ReleasePlan | None:
        return self._plans.get((model, release_id))

    def add_shift(self, model: str, shift: Shift) -> None:
        with self._lock:
            self._shifts.setdefault((model, shift.release), {}).setdefault(shift.weight, shift)
            self._audit(calls_moved(model, shift))

    def shifts(self, model: str, release_id: str) -> Sequence[Shift]:
        named = self._shifts.get((model, release_id), {})
        return [named[weight] for weight in sorted(named)]

    def add_judged(self, model: str, judged: Judged) -> bool:
        with self._lock:
            known = self._judged.setdefault((model, judged.release), {})
            if judged.number in known:
                return False
            known[judged.number] = judged
            self._audit(release_judged(model, judged))
            return True

    def last_judged(self, model: str, release_id: str) -> Judged | None:
        judged = self.judged(model, release_id)
        return judged[-1] if judged else None

    def judged(self, model: str, release_id: str) -> Sequence[Judged]:
        kept = self._judged.get((model, release_id), {})
        return [kept[number] for number in sorted(kept)]

    def note_effect(self, entry: Entry) -> None:
        with self._lock:
            self._audit(entry)

    def entry(self, area: Area, owner: str, name: str) -> Entry | None:
        return self._entries.get((area, owner), {}).get(name)

    def latest_entries(self, area: Area, owner: str, limit: int = PAGE, after: str | None = None) -> Page[Entry]:
        entries = self._entries.get((area, owner), {}).values()
        return paged({moment_key(entry.at, entry.id): entry for entry in entries}, limit, after)


def _place(part: Part) -> int:
    return part.sequence
