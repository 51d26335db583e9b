"""Entries about data, trainings, the registry, and what people are asked and ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from serin.domain.approvals import Approval
from serin.domain.asking import Asking
from serin.domain.auditing.entry import Entry, What, entry_id
from serin.domain.batches import Batch, file_in
from serin.domain.datasets import State, Upload
from serin.domain.erasures import Erasure
from serin.domain.experiments import Run
from serin.domain.models import ModelVersion, Withdrawal
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.records import record_digest

_BECAME: Mapping[State, What] = {
    "accepted": "upload accepted",
    "set aside": "upload set aside",
    "rejected": "upload rejected",
}


def upload_entry(upload: Upload) -> Entry:
    """What became of a file. The same content that is refused again for another reason is another effect."""
    accepted = upload.status == "accepted"
    because = "" if accepted else digest(upload.reason or "", upload.contract)
    rows = f"{how_many(upload.rows, 'row')}, {upload.accepted:,} accepted, {upload.quarantined:,} set aside"
    corrected = f", {upload.corrected:,} corrected" if upload.corrected else ""
    corrected += f", {upload.still_bad:,} corrected and still bad" if upload.still_bad else ""
    corrected += f", {upload.erased:,} of people who were erased" if upload.erased else ""
    return Entry(
        entry_id("upload", upload.dataset, upload.id, upload.status, because),
        upload.at,
        "data",
        upload.dataset,
        _BECAME[upload.state],
        f"upload {upload.id}",
        f"{upload.file}: {rows}{corrected}" if accepted else upload.file,
        correlation=upload.correlation,
        digest=record_digest(upload),
    )


def erasure_entries(erasure: Erasure) -> tuple[Entry, ...]:
    """The beginning of an erasure, or its end, for each dataset it reaches; none in between.

    Of the person there is the digest, by which nothing is found any more.
    """
    if erasure.status == "begun":
        return tuple(_erasure(erasure, dataset, "erasure began", erasure.at) for dataset in erasure.datasets)
    if erasure.ended is None:
        return ()
    return tuple(_erasure(erasure, dataset, "erasure ended", erasure.ended) for dataset in erasure.datasets)


def _erasure(erasure: Erasure, dataset: str, what: What, at: datetime) -> Entry:
    left = {"files nobody can read, which stay": len(erasure.unread)} if erasure.unread else {}
    counted = ", ".join(f"{count:,} of {place}" for place, count in {**erasure.erased, **left}.items())
    return Entry(
        entry_id(what, dataset, erasure.id),
        at,
        "data",
        dataset,
        what,
        f"erasure {erasure.id}",
        f"somebody known by {erasure.column}{': ' * bool(counted)}{counted}",
        erasure.by,
        correlation=erasure.id,
        digest=erasure.digest,
    )


def asked_for_training(model: str, run_id: str, said: str, asking: Asking) -> Entry:
    """Somebody's call for a training or a rerun; the run says the rest."""
    return _asked_for("training asked for", model, f"run {run_id}", said, asking)


def asked_for_release(model: str, release_id: str, said: str, asking: Asking) -> Entry:
    """Somebody's call for a release or a way back; the release says the rest."""
    return _asked_for("release asked for", model, f"release {release_id}", said, asking)


def asked_for_backfill(model: str, view: str | None, asking: Asking) -> Entry:
    """Somebody's call for views to be filled again."""
    about, said = f"backfill {asking.correlation}", "every view that is behind" if view is None else f"the view {view}"
    return _asked_for("backfill asked for", model, about, said, asking)


def asked_for_batch(batch: Batch) -> Entry:
    """Somebody's call for a file to be scored."""
    name, about = entry_id("batch asked for", batch.model, batch.id), f"batch {batch.id}"
    said = f"{file_in(batch.key)} by version {batch.version}"
    by, began = batch.by or None, batch.correlation
    return Entry(name, batch.at, "people", batch.model, "batch asked for", about, said, by, correlation=began)


def row_corrected(model: str, dataset: str, upload: str, number: int, file: str, asking: Asking) -> Entry:
    """A row that was set aside and that somebody sent in again, for a model that reads it; the file's upload follows.

    What was corrected is in the files.
    """
    name, said = entry_id("row corrected", dataset, file), f"row {number:,} of {dataset}, sent in again as {file}"
    about, by, began = f"upload {upload}", (asking.by, asking.token), asking.correlation
    return Entry(name, asking.at, "people", model, "row corrected", about, said, *by, correlation=began)


def asked_for(what: What, model: str, about: str) -> str:
    """The id of the entry that says who asked for a run or a release."""
    return entry_id(what, model, about)


def _asked_for(what: What, model: str, about: str, said: str, asking: Asking) -> Entry:
    name, by = asked_for(what, model, about), (asking.by, asking.token)
    return Entry(name, asking.at, "people", model, what, about, said, *by, correlation=asking.correlation)


def run_began(run: Run) -> Entry:
    """The beginning of a training."""
    name, about, said = entry_id("training began", run.model, run.id), f"run {run.id}", f"its cause: {run.cause}"
    return Entry(name, run.at, "trainings", run.model, "training began", about, said, correlation=run.correlation)


def run_ended(run: Run) -> tuple[Entry, ...]:
    """Its end; none while it goes on."""
    if run.is_open:
        return ()
    version = "" if run.version is None else f" as version {run.version}"
    ended = Entry(
        entry_id("training ended", run.model, run.id),
        run.ended or run.at,
        "trainings",
        run.model,
        "training ended",
        f"run {run.id}",
        f"{run.status}{version}",
        correlation=run.correlation,
        digest=record_digest(run),
    )
    return (ended,)


def version_registered(version: ModelVersion) -> Entry:
    """A version that the registry has from now on."""
    return Entry(
        entry_id("version registered", version.model, str(version.version)),
        version.at,
        "registry",
        version.model,
        "version registered",
        f"version {version.version}",
        f"by run {version.run}: {version.verdict.sentence}",
        digest=record_digest(version),
    )


def version_withdrawn(withdrawal: Withdrawal) -> Entry:
    """A version that somebody took out of use."""
    return Entry(
        entry_id("version withdrawn", withdrawal.model, str(withdrawal.version)),
        withdrawal.at,
        "registry",
        withdrawal.model,
        "version withdrawn",
        f"version {withdrawal.version}",
        withdrawal.why,
        withdrawal.by,
        digest=record_digest(withdrawal),
    )


def approval_entries(approval: Approval) -> tuple[Entry, ...]:
    """A question as it is put, answered or closed; none for a reminder. Its digest names what was shown."""
    answer = approval.answer
    if approval.ended is not None:
        return (_question(approval, "question closed", approval.ended, f"{approval.status}: {approval.because}"),)
    if answer is not None:
        said = f"{answer.word}: {answer.why}" if answer.why else answer.word
        return (_question(approval, "question answered", answer.at, said, answer.by, answer.token, answer.role),)
    if approval.revision == 1:
        return (_question(approval, "question put", approval.at, approval.question),)
    return ()


def _question(
    approval: Approval,
    what: What,
    at: datetime,
    said: str,
    by: str | None = None,
    token: str | None = None,
    role: str | None = None,
) -> Entry:
    name, about = entry_id(what, approval.model, approval.id), f"approval {approval.id}"
    return Entry(name, at, "people", approval.model, what, about, said, by, token, role, digest=approval.shown)
