"""Uploads and the datasets they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from serin.domain.claims import ClaimSet
from serin.domain.copies import Copies, DigestSet
from serin.domain.errors import Invalid
from serin.domain.names import Pieces, checked_file, checked_name, digest
from serin.domain.schemas import Schema
from serin.domain.scorecard import Score

_ROW = 256
State = Literal["accepted", "set aside", "rejected"]
"""What people are told of an upload: a file of which every row was set aside was taken in, and no row with it."""

ONCE = (
    "Each row comes back once, good or not: one that is still bad is set aside again, in the upload that brought it, "
    "and is corrected there."
)
"""Said before somebody corrects rows: the same export is not taken twice."""


@dataclass(frozen=True)
class RawFile:
    """A file somebody put under `raw/<dataset>/<name>` in the uploads bucket."""

    dataset: str
    name: str
    key: str
    version_id: str | None
    size: int


def raw_file(key: str, version_id: str | None, size: int) -> RawFile:
    """The raw file at `key`; raises Invalid for a key that is not `raw/<dataset>/<file>`."""
    parts = key.split("/")
    if len(parts) != 3 or parts[0] != "raw":
        raise Invalid(f"{key[:200]!r} is not an upload's key.", "Upload to raw/<dataset>/<file>.", "key")
    return RawFile(checked_name(parts[1], "dataset"), checked_file(parts[2]), key, version_id, size)


def arrival_correlation(key: str, version_id: str | None) -> str:
    """The id of all that an object of the uploads bucket causes; a second delivery has the same."""
    return digest("arrival", key, version_id or "")[:32]


@dataclass(frozen=True)
class Upload:
    """What became of one file's content: rows = accepted + quarantined + repeated + erased, or `rejected` with why.

    `id` is made of dataset and content, so that the same content is the same upload whatever it
    is called and however often it arrives. `rules` counts broken rules by id (a row may break
    several); `warnings` counts rows that were accepted all the same. `correlation` is of the arrival
    that was recorded. `promises` are the rules about the whole file that it breaks, with what was found;
    `scorecard` is the file's quality by dimension, and empty where the file could not be read, or was
    taken in before there were scorecards. `corrected` of its rows are good now and take the place of rows that earlier
    uploads set aside; `still_bad` came back too and are set aside again, here and no longer there. `corrects` names the
    places of both; uploads that were taken in before the two were told apart count both as `corrected`. `repeated` are
    the rows left out because they are equal to earlier ones, where the contract says so; `copies` are told in any
    case. `form` is the file's: what a copy may differ in and be one.
    `erased` are rows of people who were erased (`serin.domain.erasures`).
    `uncompared` counts digests of the dataset's oldest rows, too many to look for copies among them. `again` is never
    recorded: it is told of an object whose content had been accepted as another one.
    """

    id: str
    dataset: str
    file: str
    key: str
    contract: str
    status: Literal["accepted", "rejected"]
    at: datetime
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    part: str | None = None
    quarantine: str | None = None
    reason: str | None = None
    remedy: str | None = None
    sequence: int | None = None
    correlation: str | None = None
    promises: Mapping[str, str] = field(default_factory=dict)
    scorecard: Mapping[str, Score] = field(default_factory=dict)
    corrected: int = 0
    corrects: str | None = None
    repeated: int = 0
    copies: Copies | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    uncompared: int = 0
    again: str | None = None
    erased: int = 0
    still_bad: int = 0

    def __post_init__(self) -> None:
        out = (self.accepted, self.quarantined, self.repeated, self.erased)
        if self.rows != sum(out):
            raise ValueError(f"{self.rows} rows in, {' + '.join(map(str, out))} out")

    @property
    def state(self) -> State:
        """What became of it in one word."""
        return state_of(self.status, self.rows - self.erased, self.accepted, self.repeated)

    @property
    def is_correction(self) -> bool:
        """Whether rows come back in it that were set aside: it says how those are, not how the dataset's files are."""
        return self.corrects is not None


def head_of(dataset: DatasetHead, parts: Iterable[Part]) -> DatasetHead:
    """The head of a dataset that has these parts, all of them, with the schemas it had."""
    head = DatasetHead(dataset.dataset, schemas=dataset.schemas)
    for part in parts:
        head = head.after(part)
    return head


def upload_id(dataset: str, content: bytes | Pieces) -> str:
    """The id of this content as an upload of this dataset."""
    return digest(dataset, content)[:32]


@dataclass(frozen=True)
class Part:
    """One immutable Parquet file of a dataset: the accepted rows of one upload, which take `size` bytes in memory.

    What was taken in before sizes were recorded has none: its rows are taken to be as large as most; and before
    digests were kept, it has none of these. `copies` is the file that says which rows are copies, if any are. `schema`
    names the one that its rows were accepted under, which its dataset's head has; None before schemas were recorded.
    `ranges` are the least and greatest values of columns of times and whole numbers, and how many nulls each has.
    `claims` are the values that are held once it is added, by what names them (`serin.domain.claims.claims_name`).
    `erasures` name those that have taken rows out of it, each of which gave it another `digest`.
    """

    dataset: str
    sequence: int
    upload_id: str
    key: str
    rows: int
    digest: str
    size: int | None = None
    digests: DigestSet | None = None
    copies: str | None = None
    schema: str | None = None
    ranges: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    claims: Mapping[str, tuple[ClaimSet, ...]] = field(default_factory=dict)
    erasures: tuple[str, ...] = ()

    def erased(self, erasure: str, rows: int, size: int, ranges: Mapping[str, tuple[int, ...]]) -> Part:
        """The part once an erasure has left it these rows: whatever was made of it before is not made of it again.

        What its rows claimed is looked for anew.
        """
        known = erasure in self.erasures
        name = self.digest if known else digest(self.digest, erasure)
        ids = self.erasures if known else (*self.erasures, erasure)
        return replace(self, rows=rows, size=size, ranges=ranges, digest=name, erasures=ids, claims={})

    @property
    def memory(self) -> int:
        """The bytes that its rows take in memory, as far as is known."""
        return self.rows * _ROW if self.size is None else self.size


@dataclass(frozen=True)
class DatasetHead:
    """A dataset so far: the last sequence, rows in all, and the running digest over its parts.

    `schemas` are those that its rows were accepted under, each once, from the first on that was recorded.
    """

    dataset: str
    sequence: int = 0
    rows: int = 0
    digest: str = ""
    schemas: tuple[Schema, ...] = ()

    def under(self, schema: Schema) -> DatasetHead:
        """The same head, as it stands before a part of that schema."""
        known = schema.name in {other.name for other in self.schemas}
        return self if known else replace(self, schemas=(*self.schemas, schema))

    def after(self, part: Part) -> DatasetHead:
        """The head once `part` is added; ValueError when it is not the next one."""
        if part.dataset != self.dataset or part.sequence != self.sequence + 1:
            raise ValueError(f"part {part.sequence} does not follow {self.sequence}")
        rows, name = self.rows + part.rows, digest(self.digest, part.digest)
        return replace(self, sequence=part.sequence, rows=rows, digest=name)


def gave_nothing(rows: int, accepted: int, repeated: int) -> bool:
    """Whether no row of a file came in: a share of kept rules says nothing good of one whose rows were all set aside.

    Rows that were in the dataset before, and so were left out as `repeated`, are in it.
    """
    return rows > 0 and not accepted and not repeated


def state_of(status: str, rows: int, accepted: int, repeated: int) -> State:
    """What became of an upload in one word; `rows` are those that were looked at."""
    if status == "rejected":
        return "rejected"
    return "set aside" if gave_nothing(rows, accepted, repeated) else "accepted"


def judged_last(newest: Iterable[Upload]) -> Upload | None:
    """The newest upload with scores, of some from the newest on; one that corrects rows only where there is no other.

    Whoever corrects one row must not make the quality of a dataset that of this row.
    """
    correction = None
    for upload in newest:
        if upload.scorecard and not upload.is_correction:
            return upload
        correction = correction or (upload if upload.scorecard else None)
    return correction
