"""Looking for copies: a new upload's rows against those that its dataset has, and what is kept for the next upload.

Digest sets are immutable and named by content; which of them count follows from the parts up to a head, so the one
transaction that adds a part adds its set too. A set is read only where its ranges meet the upload's: tables that grow
in time have few of these. Where many are to be read, or there, an upload merges the newest with its own, so that there
are some plus the logarithm of the rows; and of the oldest, no more are read than `MOST` digests in all.

An upload that is overtaken leaves a set that no part names. It stays: it has twelve bytes a row, and whoever deleted it
could not know that no transaction is about to name it, since equal content has an equal name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path

import polars as pl

from serin.data.contract.checked_files import CheckedFile
from serin.data.contract.equal_rows import EqualRows
from serin.data.files.form import form_of
from serin.data.files.parquet import keep_rows, telling_ranges, value_ranges
from serin.domain.contracts import Contract
from serin.domain.copies import (
    ORDER_OF_COLUMNS,
    ORDER_OF_ROWS,
    Copies,
    DigestSet,
    are_copies,
    differences,
    earlier_rate,
    is_doubled,
    repeat_rate,
    told,
)
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.names import digest
from serin.domain.schemas import schema_of
from serin.ports import Catalog, ObjectStore
from serin.services.steps.stored_files import put_by_content

MOST = 32_000_000
_SETS = 8
_CHAIN = 32
_MERGED = 4_000_000
COPY = "__copy"


@dataclass(frozen=True)
class Comparison:
    """An upload that is to be accepted, its checked rows, and where the digests of earlier ones lie."""

    upload: Upload
    checked: CheckedFile
    contract: Contract
    folder: Path
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def after(self, before: DatasetHead) -> tuple[Upload, Part]:
        """The upload and its part as they follow that head, their files written under names made of their content."""
        number, rows = before.sequence + 1, EqualRows(self.checked.digests)
        parts = _Parts(self.upload.dataset, number, self.catalog)
        sets = list(_sets(parts, before.sequence))
        values = value_ranges(pl.scan_parquet(self.checked.accepted, glob=False)) if self.checked.accepted else {}
        ranges = telling_ranges(values, self.contract)
        near, left_out = _near(sets, ranges)
        copies = sum((rows.compare(self._fetched(one)) for one in near), Counter[int]())
        own, earlier = rows.within_upload(), [one.repeats for one in sets]
        copied = are_copies(own.rows, rows.equal, repeat_rate(own, earlier)) or (
            is_doubled(*rows.distinct(), earlier_rate(earlier))
        )
        merged = _merged(sets, near, own.rows)
        upload = replace(
            self.upload,
            sequence=number,
            form=self._form(rows),
            uncompared=left_out,
        )
        if copied:
            upload = replace(upload, copies=self._copies(upload, rows.equal, copies, parts))
        upload, size = self._stored(upload, rows)
        part = Part(upload.dataset, number, upload.id, upload.part or "", upload.accepted, upload.id, size)
        digests, marks = self._kept(rows, copied, number, merged, ranges), self._marks(rows) if copied else None
        kept = replace(part, digests=digests, copies=marks, ranges=values)
        return upload, replace(kept, schema=schema_of(self.contract).name)

    def _fetched(self, one: DigestSet) -> Path:
        file = self.folder / one.key.rsplit("/", 1)[-1]
        if not file.exists():
            self.lake.fetch(one.key, file)
        return file

    def _form(self, rows: EqualRows) -> Mapping[str, str]:
        names = {column.name for column in self.contract.columns}
        columns = digest(*(name for name in self.checked.columns if name in names))[:16]
        return {**form_of(self.folder / "content"), ORDER_OF_COLUMNS: columns, ORDER_OF_ROWS: rows.order()}

    def _copies(self, upload: Upload, equal: int, copies: Counter[int], parts: _Parts) -> Copies:
        number, most = max(copies.items(), key=lambda item: (item[1], item[0]))
        name = parts[number].upload_id
        other = self.catalog.upload(upload.dataset, name)
        assert other is not None, f"{name} has a part"
        rows, other_rows = upload.accepted, other.accepted + other.repeated
        sentence = told(equal, most, rows, other.file, differences(upload.form, other.form, rows, other_rows))
        return Copies(equal, name, other.file, most, sentence)

    def _stored(self, upload: Upload, rows: EqualRows) -> tuple[Upload, int]:
        """The upload with its part, without the rows that its contract ignores, and how large this is in memory."""
        folder, accepted, size = f"datasets/{upload.dataset}", self.checked.accepted, self.checked.size
        if self.contract.repeated_rows == "counted" or accepted is None:
            return replace(upload, part=put_by_content(self.lake, folder, accepted)), size
        kept = rows.first_in_order()
        count = int(kept.sum())
        file = keep_rows(accepted, kept, self.folder) if count else None
        part = put_by_content(self.lake, folder, file)
        upload = replace(upload, accepted=count, repeated=upload.accepted - count, part=part)
        return upload, size * count // kept.len()

    def _marks(self, rows: EqualRows) -> str | None:
        """Where it lies which rows are copies; a row with a primary key is one row with its copy and needs no mark."""
        if self.contract.primary_key or self.contract.repeated_rows == "ignored":
            return None
        file = self.folder / "copies.parquet"
        rows.equal_in_order().to_frame(COPY).write_parquet(file)
        return put_by_content(self.lake, f"datasets/{self.upload.dataset}/copies", file)

    def _kept(
        self,
        rows: EqualRows,
        copied: bool,
        number: int,
        merged: Sequence[DigestSet],
        ranges: Mapping[str, tuple[int, ...]],
    ) -> DigestSet | None:
        if self.checked.accepted is None:
            return None
        file = self.folder / "digest-set"
        count = rows.write_set(number, [self._fetched(one) for one in merged], file)
        for one in merged:
            ranges = one.around(ranges)
        key = put_by_content(self.lake, f"datasets/{self.upload.dataset}/digests", file, "digests")
        since = merged[-1].since if merged else number - 1
        return DigestSet(key or "", count, since, rows.repeats(copied=copied), ranges)


class _Parts:
    """The parts before an upload: the newest are read together, and older ones as they are asked for."""

    def __init__(self, dataset: str, number: int, catalog: Catalog) -> None:
        self._dataset, self._catalog = dataset, catalog
        newest = catalog.parts(dataset, max(0, number - 1 - _CHAIN))
        self._parts = {part.sequence: part for part in newest if part.sequence < number}

    def __getitem__(self, number: int) -> Part:
        if number not in self._parts:
            self._parts[number] = self._catalog.part(self._dataset, number)
        return self._parts[number]


def _sets(parts: _Parts, last: int) -> Iterator[DigestSet]:
    """The digest sets that have every upload up to the last, newest first."""
    while last > 0:
        digests = parts[last].digests
        if digests is None:
            last -= 1
        else:
            yield digests
            last = digests.since


def _near(sets: Sequence[DigestSet], ranges: Mapping[str, tuple[int, ...]]) -> tuple[Sequence[DigestSet], int]:
    """The sets that may have a row of these ranges, newest first, as many as are read; the digests of the others."""
    near, room, left_out = list[DigestSet](), MOST, 0
    for one in sets:
        if one.may_have(ranges) and one.digests <= room:
            near.append(one)
            room -= one.digests
        elif one.may_have(ranges):
            left_out += one.digests
    return near, left_out


def _merged(sets: Sequence[DigestSet], near: Sequence[DigestSet], own: int) -> Sequence[DigestSet]:
    """The newest sets that an upload of so many rows is merged with: none while few are to be read.

    Where many are there, though few are read, the newest are merged all the same, or every upload would have to look
    through all that came before it.
    """
    merged, size = list[DigestSet](), own
    if len(near) <= _SETS and len(sets) <= _CHAIN:
        return merged
    for one in sets:
        if (len(sets) <= _CHAIN and one not in near) or one.digests > 2 * size or size + one.digests > _MERGED:
            break
        merged.append(one)
        size += one.digests
    return merged
