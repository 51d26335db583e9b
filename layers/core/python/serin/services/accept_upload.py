"""A file arrives: good rows join the dataset, bad rows are set aside with the reason, exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from serin.data.contract.advice import broken_most
from serin.data.contract.checked_files import CheckedFile, check_file
from serin.data.contract.protected import ProtectedBlocks
from serin.data.contract.rules import Surroundings
from serin.data.contract.trial import check_contract
from serin.data.files.parquet import first_rows
from serin.data.files.reading import opened
from serin.data.files.table import CAPS, Blocks
from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Contract, RuleKind
from serin.domain.datasets import RawFile, Upload, arrival_correlation, raw_file, upload_id
from serin.domain.erasures import Erasure
from serin.domain.errors import Conflict, Invalid, NotFound, Rejected, SerinError, TooLarge
from serin.domain.events import Event
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable
from serin.domain.schemas import refuse_incompatible, schema_of
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, Clock, Events, ObjectStore, Salts
from serin.services.steps.accepted_before import accepted_before
from serin.services.steps.copies import Comparison
from serin.services.steps.corrections import correctable
from serin.services.steps.dataset_claims import DatasetClaims
from serin.services.steps.erased_people import covering, theirs
from serin.services.steps.pseudonyms import made_pseudonyms, no_salts
from serin.services.steps.stored_files import pieces_of, put_by_content
from serin.services.steps.surroundings import surroundings
from serin.services.steps.widened_rows import refuse_inexact

ATTEMPTS = 10
UNKNOWN = "unknown"
_OF_OTHERS: frozenset[RuleKind] = frozenset(("foreign_key", "latency", "future"))
_SHOWN = 10_000
"""Rows in which a value is looked for that breaks a rule."""


@dataclass(frozen=True)
class Arrival:
    """An object that was written to the uploads bucket, and when, as far as that was told."""

    key: str
    version_id: str | None
    size: int
    at: datetime | None = None

    @property
    def correlation(self) -> str:
        """The id of all that this object causes."""
        return arrival_correlation(self.key, self.version_id)


def accept_upload(
    arrival: Arrival,
    contracts: Mapping[str, Contract],
    *,
    uploads: ObjectStore,
    lake: ObjectStore,
    catalog: Catalog,
    events: Events,
    clock: Clock,
    salts: Callable[[], Salts] = no_salts,
) -> Upload:
    """Take in one object and say what became of it; the same content again changes nothing, and is told so.

    Personal data is taken out while the file is read; `salts` are asked for only where there is any.

    The event is sent again for content that was recorded before, since the first sender may have
    died between recording and sending. Raises what the ports raise; every fault of the file
    itself ends as a rejected upload, and the file stays where it is.
    """
    try:
        raw = raw_file(arrival.key, arrival.version_id, arrival.size)
        contract = _contract(raw, contracts)
    except SerinError as error:
        return _reject_name(arrival, error, catalog, events, clock)
    with TemporaryDirectory(prefix=SCRATCH) as name:
        folder = Path(name)
        erased = covering(contract, arrival.at, catalog=catalog)
        try:
            content = _fetched(raw, uploads, folder)
        except NotFound:
            if not erased:
                raise
            return _erased(arrival, raw, contract, catalog, events, clock)
        blank = _begun(arrival, raw, contract, _id(raw, content), catalog, clock)
        known = catalog.upload(raw.dataset, blank.id)
        if known and (known.status == "accepted" or known.contract == blank.contract):
            again = accepted_before(known, arrival.correlation, catalog=catalog)
            return replace(_finish(arrival, known, catalog, events), again=again)
        checked, before = None, catalog.head(raw.dataset)
        claims = DatasetClaims(contract, before, lake=lake, catalog=catalog)
        try:
            refuse_incompatible(before.schemas, contract)
            refuse_inexact(before, contract, lake=lake, catalog=catalog)
            checked = _checked(
                *(raw, content, contract),
                lambda: surroundings(before, contracts, claims.held(), lake=lake, catalog=catalog, clock=clock),
                *(folder, salts, erased),
            )
            _refuse_broken_promises(raw, checked)
            _refuse_without_good_rows(raw, checked, contract)
            came_back = correctable(raw, checked.corrects, lake=lake, catalog=catalog)
        except (Rejected, TooLarge, Invalid) as error:
            refused = replace(blank, reason=error.message, remedy=error.remedy, **_judged(checked))
            catalog.record_rejected(refused)
            return _finish(arrival, catalog.upload(raw.dataset, blank.id) or refused, catalog, events)
        taken = replace(blank, status="accepted", corrected=came_back - checked.still_bad)
        accepted = _store(taken, checked, lake)
        compared = Comparison(accepted, checked, contract, folder, lake=lake, catalog=catalog)
        recorded = _record(compared, claims, catalog)
    return _finish(arrival, recorded, catalog, events)


def _begun(arrival: Arrival, raw: RawFile, contract: Contract, own: str, catalog: Catalog, clock: Clock) -> Upload:
    """The upload before anything is known of its rows; `own` is the id that its content gives it."""
    return Upload(
        (catalog.rewritten(raw.dataset, own) if contract.hashed else None) or own,
        raw.dataset,
        raw.name,
        raw.key,
        contract.digest(),
        "rejected",
        clock.now(),
        correlation=arrival.correlation,
    )


def _fetched(raw: RawFile, uploads: ObjectStore, folder: Path) -> Path | None:
    """The object as a file; None when it is larger than any may be."""
    if raw.size > CAPS.stored:
        return None
    content = folder / "content"
    uploads.fetch(raw.key, content, raw.version_id)
    return content


def _id(raw: RawFile, content: Path | None) -> str:
    if content is None:
        return digest(raw.dataset, raw.key, raw.version_id or "")[:32]
    with pieces_of(content) as pieces:
        return upload_id(raw.dataset, pieces)


def _contract(raw: RawFile, contracts: Mapping[str, Contract]) -> Contract:
    if raw.dataset not in contracts:
        known = ", ".join(sorted(contracts)) or "none"
        raise Invalid(
            f"No model reads a dataset {raw.dataset!r}; known: {known}.",
            "Upload to raw/<dataset>/<file>, or name the dataset in a charter and deploy.",
            "dataset",
        )
    return contracts[raw.dataset]


def _checked(
    raw: RawFile,
    content: Path | None,
    contract: Contract,
    around: Callable[[], Surroundings],
    folder: Path,
    salts: Callable[[], Salts],
    erased: Sequence[Erasure],
) -> CheckedFile:
    if content is None:
        raise TooLarge(
            f"{raw.name}: {how_many(raw.size, 'byte')}; one upload may have {CAPS.stored:,}.",
            f"Upload it in pieces: ./scripts/serin upload {raw.dataset} {raw.name} --split cuts a CSV file where rows "
            "end and repeats its header; write Parquet as several files.",
        )
    # A fault of the contract never passes by itself; once it is mended, the same file is looked at again.
    check_contract(contract)
    with opened(raw.name, content, contract.in_files) as blocks:
        if not contract.personal:
            return check_file(blocks, contract, around(), folder)
        kept = _kept_of(blocks, contract, salts, erased)
        return replace(check_file(kept, contract, around(), folder), erased=kept.left_out)


def _kept_of(
    blocks: Blocks, contract: Contract, salts: Callable[[], Salts], erased: Sequence[Erasure]
) -> ProtectedBlocks:
    """The blocks as they may be kept, without the rows of people who were erased after the file had come."""
    gone = [(one.column, partial(theirs, one, salts=salts())) for one in erased]
    return ProtectedBlocks(blocks, contract, lambda *asked: made_pseudonyms(*asked, salts=salts()), gone)


def _refuse_broken_promises(raw: RawFile, checked: CheckedFile) -> None:
    """Raise Rejected for a file that breaks a rule about the whole of it; its rows do not matter then."""
    broken = [one for one in checked.measured if not one.holds and one.rule.severity == "error"]
    if broken:
        found = "; ".join(f"{one.found} ({one.rule.id})" for one in broken)
        raise Rejected(
            f"{raw.name}: {found}.",
            "Correct the file and upload it again; if it is right, change the contract or make the rule a warning.",
        )


def _refuse_without_good_rows(raw: RawFile, checked: CheckedFile, contract: Contract) -> None:
    """Raise Rejected for a file of which nothing can be taken by what it holds.

    Rows that correct others, and those that others' rows or the clock have set aside, may be right another time.
    """
    if checked.tally.accepted or checked.quarantine is None or checked.corrects is not None:
        return
    if any(rule.id in checked.rules for rule in rules_of(contract) if rule.kind in _OF_OTHERS or rule.scope):
        return
    broken = "; ".join(broken_most(first_rows(checked.quarantine, _SHOWN), checked.rules, contract))
    raise Rejected(
        f"{raw.name}: none of its {how_many(checked.tally.rows, 'row')} is good. {broken}.",
        "Correct the file, or the contract where the file is right, and upload it again.",
    )


def _judged(checked: CheckedFile | None) -> Mapping[str, Any]:
    """What an upload's record says of the file's quality; nothing when the file could not be read.

    A share of kept rules says nothing good of a file of which no row came in, so it has no scores.
    """
    if checked is None:
        return {}
    promises = {one.rule.id: one.found for one in checked.measured if not one.holds}
    came_in = bool(checked.tally.accepted) or checked.corrects is not None
    return {"scorecard": checked.scorecard if came_in else {}, "promises": promises}


def _store(upload: Upload, checked: CheckedFile, lake: ObjectStore) -> Upload:
    """Write what is beside the accepted rows under names made of content, so that writing it again changes nothing."""
    return replace(
        upload,
        rows=checked.tally.rows + checked.erased,
        accepted=checked.tally.accepted,
        quarantined=checked.tally.rows - checked.tally.accepted,
        erased=checked.erased,
        still_bad=checked.still_bad,
        rules=checked.rules,
        warnings=checked.warnings,
        quarantine=put_by_content(lake, f"quarantine/{upload.dataset}", checked.quarantine),
        corrects=put_by_content(lake, f"quarantine/{upload.dataset}", checked.corrects),
        **_judged(checked),
    )


def _record(comparison: Comparison, claims: DatasetClaims, catalog: Catalog) -> Upload:
    upload, before, schema = comparison.upload, claims.before, schema_of(comparison.contract)
    # What others have corrected or claimed meanwhile has to be looked at again, from the beginning.
    attempts = 1 if upload.corrects or claims.rules else ATTEMPTS
    schemas = before.schemas
    for _ in range(attempts):
        # Which rows are copies follows from what was there before, so it is looked for again with every head.
        sequenced, part = comparison.after(before)
        part = replace(part, claims=claims.after(comparison.checked.claims))
        # The table decides who was first; checking here would race.
        if catalog.record_accepted(sequenced, part, before.under(schema)):
            return sequenced
        known = catalog.upload(upload.dataset, upload.id)
        if known and known.status == "accepted":
            return known
        before = catalog.head(upload.dataset)
        if before.schemas not in (schemas, (*schemas, schema)):
            # The digests of its rows depend on the schemas that there were.
            break
    found = f"{upload.file}: {attempts} other uploads of {upload.dataset} came first."
    raise Conflict(found, "Nothing is lost: it is tried again by itself.")


def _finish(arrival: Arrival, upload: Upload, catalog: Catalog, events: Events) -> Upload:
    catalog.note_arrival(upload.dataset, arrival.key, arrival.version_id, upload.id)
    events.publish(_event(upload, arrival.correlation))
    return upload


def _event(upload: Upload, correlation: str) -> Event:
    detail: dict[str, str | int] = {"dataset": upload.dataset, "upload_id": upload.id}
    if upload.status == "rejected":
        return Event("Upload Rejected", detail, correlation)
    return Event("Upload Accepted", {**detail, "sequence": upload.sequence or 0}, correlation)


def _erased(
    arrival: Arrival, raw: RawFile, contract: Contract, catalog: Catalog, events: Events, clock: Clock
) -> Upload:
    """What is said of a version that an erasure has put another one in place of, which comes by itself."""
    noted = catalog.arrival(raw.dataset, f"{arrival.key}@{arrival.version_id or ''}")
    known = catalog.upload(raw.dataset, noted) if noted else None
    if known is not None:
        return _finish(arrival, known, catalog, events)
    name = digest(raw.dataset, raw.key, raw.version_id or "")[:32]
    blank = Upload(name, raw.dataset, raw.name, raw.key, contract.digest(), "rejected", clock.now())
    reason = f"{raw.name}: somebody in it was erased before it was looked at."
    remedy = "What is left of it comes as another version by itself."
    refused = replace(blank, reason=reason, remedy=remedy, correlation=arrival.correlation)
    catalog.record_rejected(refused)
    return _finish(arrival, refused, catalog, events)


def _reject_name(arrival: Arrival, error: SerinError, catalog: Catalog, events: Events, clock: Clock) -> Upload:
    """An object nobody can attribute to a dataset is remembered under `unknown`."""
    name = digest(arrival.key, arrival.version_id or "")[:32]
    file, key = printable(arrival.key.rsplit("/", 1)[-1], 200), printable(arrival.key, 1024)
    blank = Upload(name, UNKNOWN, file, key, "", "rejected", clock.now(), correlation=arrival.correlation)
    found = replace(blank, reason=error.message, remedy=error.remedy)
    catalog.record_rejected(found)
    events.publish(_event(found, arrival.correlation))
    return found
