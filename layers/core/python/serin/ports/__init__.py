"""What a service needs from the world. Adapters provide it on AWS, `serin.adapters.memory` in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from serin.domain.approvals import Approval, Waiting
from serin.domain.auditing.entry import Area, Entry
from serin.domain.batches import Batch
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.events import Event
from serin.domain.experiments import Run, TrainingSet
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.fills import Fill
from serin.domain.measurements import Measurements
from serin.domain.models import ModelVersion, Published, Withdrawal
from serin.domain.paging import PAGE, Page
from serin.domain.profiles import ProfileMade
from serin.domain.release_course import Course
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.domain.releases import Release, ReleaseStep
from serin.domain.segments import Layout
from serin.domain.sources import Acquired, Acquisition, Listing, SourceObject
from serin.domain.truth import TruthState
from serin.domain.watched import WatchedWindow, WatchState
from serin.ports.control import Control as Control
from serin.ports.endpoint import AliasState as AliasState
from serin.ports.endpoint import Answer as Answer
from serin.ports.endpoint import Deployed as Deployed
from serin.ports.endpoint import Endpoint as Endpoint
from serin.ports.erasures import ErasableFeatures as ErasableFeatures
from serin.ports.erasures import ErasureRecords as ErasureRecords
from serin.ports.erasures import Erasures as Erasures
from serin.ports.objects import ErasableStore as ErasableStore
from serin.ports.objects import Files as Files
from serin.ports.objects import ObjectContent as ObjectContent
from serin.ports.objects import ObjectStore as ObjectStore
from serin.ports.objects import ObjectVersion as ObjectVersion
from serin.ports.runs import Runs as Runs
from serin.ports.salts import ErasableSalts as ErasableSalts
from serin.ports.salts import SaltReads as SaltReads
from serin.ports.salts import Salts as Salts


class Clock(Protocol):
    """The only source of moments."""

    def now(self) -> datetime:
        """This moment, in UTC."""


class Sources(Protocol):
    """Other people's buckets, which are only read, and copies of what is there among the uploads."""

    def listing(self, bucket: str, prefix: str, after: str | None) -> Listing:
        """The next objects below `prefix`, from the first or after a key; raises NotFound, Denied or Unavailable."""

    def copy(self, bucket: str, source: SourceObject, raw: str) -> str | None:
        """Copy the object, as it was listed, to the key `raw` of the uploads; the version made there.

        Raises Conflict when another stands there now, and Denied, Rejected or Unavailable when it cannot be read.
        """


class Catalog(Runs, ErasureRecords, Protocol):
    """What happened to data, runs and versions."""

    def upload(self, dataset: str, upload_id: str) -> Upload | None:
        """The upload of that id, or None."""

    def latest_uploads(self, dataset: str, limit: int = PAGE, after: str | None = None) -> Page[Upload]:
        """The uploads of a dataset, newest first, from the beginning or after what a page's `next` says."""

    def head(self, dataset: str) -> DatasetHead:
        """The dataset so far; an empty head when nothing was accepted."""

    def parts(self, dataset: str, since: int = 0) -> Sequence[Part]:
        """The parts of a dataset in sequence, those after the sequence `since`."""

    def part(self, dataset: str, sequence: int) -> Part:
        """One part of a dataset; raises NotFound."""

    def layout(self, dataset: str) -> Layout:
        """Which segments a dataset's parts have been joined into so far; none at first."""

    def save_layout(self, layout: Layout) -> bool:
        """Replace the layout of the revision before; False, with nothing written, when that is no longer there."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        """In one transaction: the upload (the marker), its part, and the head after it (the effect).

        False, with nothing written, when the upload is recorded as accepted already or the head
        is no longer `before`, whose schemas are those it is to have.
        """

    def note_arrival(self, dataset: str, key: str, version_id: str | None, upload_id: str) -> None:
        """Remember which upload an object turned out to be; several objects may be the same one."""

    def arrival(self, dataset: str, object: str) -> str | None:
        """The id of the upload that an object, `<key>@<version id>`, turned out to be; None until it was looked at."""

    def record_rejected(self, upload: Upload) -> bool:
        """Remember why; False, with nothing written, when the same content has been accepted already."""

    def acquisition(self, dataset: str) -> Acquisition | None:
        """The last look at the dataset's source, or None."""

    def save_acquisition(self, acquisition: Acquisition) -> None:
        """Replace what is known of looks at the dataset's source."""

    def note_acquired(self, acquired: Acquired) -> None:
        """Remember the object of a source that was copied last from its key."""

    def acquired(self, dataset: str, bucket: str, first: str, last: str) -> Sequence[Acquired]:
        """What was copied from the keys from `first` to `last`, both included, in the order of their bytes."""

    def save_profile(self, made: ProfileMade) -> bool:
        """Remember where the newest profile lies; False, with nothing written, when one has seen more data."""

    def profile(self, model: str, dataset: str) -> ProfileMade | None:
        """The newest profile of a dataset as that model reads it, or None."""

    def fill(self, model: str, definition: str) -> Fill | None:
        """How far that definition of a view has been built, or None."""

    def fills(self, model: str) -> Sequence[Fill]:
        """All definitions of a model's views, by definition."""

    def save_fill(self, fill: Fill) -> bool:
        """Replace what is known; False, with nothing written, unless the revision before it is the one there is."""

    def truth_state(self, model: str) -> TruthState:
        """How far the truth of a model has been joined; an empty one before the first time."""

    def save_truth_state(self, state: TruthState) -> bool:
        """Replace what is known; False, with nothing written, unless the revision before it is the one there is."""

    def watch_state(self, model: str) -> WatchState:
        """Where watching a model stands; an empty one before the first look."""

    def save_watch(self, state: WatchState, windows: Sequence[WatchedWindow] = ()) -> bool:
        """In one transaction: the state, and windows that were looked at.

        False, with nothing written, unless the state's revision before is the one there is.
        """

    def latest_windows(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[WatchedWindow]:
        """The windows of a model, newest first."""

    def save_training_set(self, training_set: TrainingSet) -> None:
        """Remember a snapshot; the same id twice is one."""

    def training_set(self, model: str, training_set_id: str) -> TrainingSet:
        """The snapshot of that id; raises NotFound."""

    def register(self, version: ModelVersion, run: Run | None = None) -> bool:
        """In one transaction: the version, a marker of the run that made it, and the run as it ends with it.

        False, with nothing written, when that number or that run's version exists or the run has ended otherwise.
        """

    def version_of_run(self, model: str, run_id: str) -> ModelVersion | None:
        """The version a run has registered, or None."""

    def version(self, model: str, number: int) -> ModelVersion:
        """That version; raises NotFound."""

    def latest_versions(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[ModelVersion]:
        """The versions of a model, newest first."""

    def versions(self, model: str) -> Sequence[ModelVersion]:
        """All versions of a model, oldest first."""

    def withdraw(self, withdrawal: Withdrawal) -> bool:
        """Remember that a version is withdrawn; False when it is already: the first reason stays."""

    def withdrawal(self, model: str, number: int) -> Withdrawal | None:
        """Why a version is withdrawn, or None."""

    def save_measurements(self, measurements: Measurements) -> None:
        """Replace what was measured of a run's challenger."""

    def measurements(self, model: str, run_id: str) -> Measurements | None:
        """What was measured of a run's challenger, or None."""

    def save_approval(self, approval: Approval) -> bool:
        """Replace what is known; False, with nothing written, unless the revision before it is the one there is."""

    def approval(self, model: str, approval_id: str) -> Approval:
        """That approval; raises NotFound."""

    def latest_approvals(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Approval]:
        """The approvals about a model, newest first."""

    def save_waiting(self, waiting: Waiting) -> None:
        """Remember by which token a training that waits for people is woken; it has another one each time it waits."""

    def waiting(self, model: str, run_id: str) -> Waiting | None:
        """How that training is woken, or None where it never waited."""

    def save_published(self, published: Published) -> None:
        """Remember which function version holds a model version."""

    def published(self, model: str, number: int) -> Published | None:
        """The function version that holds a model version, or None."""

    def save_release(self, release: Release) -> bool:
        """Replace what is known of a release; False, with nothing written, when it has ended otherwise already."""

    def release(self, model: str, release_id: str) -> Release:
        """That release; raises NotFound."""

    def latest_releases(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Release]:
        """The releases of a model, newest first."""

    def releases(self, model: str) -> Sequence[Release]:
        """All releases of a model, oldest first."""

    def add_step(self, model: str, step: ReleaseStep) -> None:
        """Remember a step; the same step of the same release twice is one."""

    def steps(self, model: str, release_id: str) -> Sequence[ReleaseStep]:
        """The steps of a release in the order they were taken."""

    def save_plan(self, plan: ReleasePlan) -> ReleasePlan:
        """Remember what a release goes by; the plan that holds, which is the first one that was saved."""

    def plan(self, model: str, release_id: str) -> ReleasePlan | None:
        """What a release goes by, or None before it is open."""

    def add_shift(self, model: str, shift: Shift) -> None:
        """Remember a weight the candidate had; the same weight of the same release twice is one."""

    def shifts(self, model: str, release_id: str) -> Sequence[Shift]:
        """The weights a candidate had, rising."""

    def add_judged(self, model: str, judged: Judged) -> bool:
        """Remember a judgement; False, with nothing written, when the release has one of that number."""

    def last_judged(self, model: str, release_id: str) -> Judged | None:
        """The newest judgement, or None."""

    def judged(self, model: str, release_id: str) -> Sequence[Judged]:
        """All judgements of a release, by number."""

    def note_effect(self, entry: Entry) -> None:
        """Remember what has no record of its own: what somebody asks for, before a workflow begins it, and alarms.

        The same entry twice is one.
        Of all other effects this port writes the entries itself, in the transactions of their records.
        """

    def entry(self, area: Area, owner: str, name: str) -> Entry | None:
        """The entry of that id, or None where that effect has not been."""

    def latest_entries(self, area: Area, owner: str, limit: int = PAGE, after: str | None = None) -> Page[Entry]:
        """What the audit has of an owner in an area, newest first. None is ever changed or deleted."""


class OnlineReads(Protocol):
    """The last values of entities, by view, and the buckets of their events, for whoever only reads them."""

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        """Those of the keys that are known."""


class OnlineFeatures(OnlineReads, Protocol):
    """The same, for whoever keeps them."""

    def write(self, values: Sequence[OnlineValues]) -> int:
        """Keep each unless one of a later sequence is there; how many were kept."""

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        """Keep each unless one of a later sequence is there; how many were kept. Raises TooLarge, with the numbers."""


class Events(Protocol):
    """The bus."""

    def publish(self, event: Event) -> None:
        """Send an event; raises Unavailable unless the bus has it."""


class Messages(Protocol):
    """What a queue has handed out, and somebody works on."""

    def hide(self, receipt: str, seconds: int) -> None:
        """Show the message to nobody for so long from now, and then again; raises Unavailable."""


class Notices(Protocol):
    """Whoever wants to hear how releases go."""

    def publish(self, subject: str, text: str) -> None:
        """Tell them; raises Unavailable unless it was taken."""


class Workflows(Protocol):
    """Long-running work with a name of its own; `correlation` goes into every step it takes."""

    def start_training(self, model: str, run_id: str, cause: str, correlation: str, parent: str | None = None) -> bool:
        """Start a training, or a rerun of `parent`; False when one of that id was started already."""

    def start_release(
        self, model: str, version: int, release_id: str, cause: str, correlation: str, attempt: int = 0
    ) -> bool:
        """Start a release, or again after it was parked; False when that attempt of that id was started already."""

    def continue_release(self, release: Release, number: int, course: Course) -> bool:
        """Go on with a release in a new execution; False when the one of that number was started already."""

    def start_batch(self, batch: Batch) -> bool:
        """Begin to score a file; False when that batch was begun already."""

    def batch_failure(self, batch: str) -> str | None:
        """Why the batch of that id ended without a result; None while it is under way, and where it has one."""

    def wake(self, token: str) -> bool:
        """Let what waits by that token go on; False where nothing waits by it any more."""


@dataclass(frozen=True)
class Alarm:
    """An alarm on a model's endpoint; `function_versions` are those in its dimensions, `state` is CloudWatch's word."""

    name: str
    state: str
    function_versions: tuple[str, ...] = ()


class Metrics(Protocol):
    """What CloudWatch counts of the calls that came by the live alias."""

    def sums(self, model: str, metric: str, function_version: str | None, start: datetime, end: datetime) -> int:
        """The sum of one of Lambda's metrics, of the calls one version ran; of the whole alias for None.

        CloudWatch counts whole minutes: those that begin from `start` on and before `end`.
        """

    def alarms(self, model: str) -> Sequence[Alarm]:
        """All alarms on the model's endpoint."""
