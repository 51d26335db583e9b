"""Rows that were set aside, as a page shows them, and one of them sent in again as it should have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from serin.data.contract.shown_rows import shown_rows
from serin.data.files.corrections import in_files, still_set_aside, to_csv
from serin.data.files.parquet import from_parquet
from serin.data.files.table import RESERVED, ROW, RULES, TEXT, UPLOAD
from serin.domain.asking import Asking
from serin.domain.auditing.effects import row_corrected
from serin.domain.contracts import Contract
from serin.domain.datasets import Upload
from serin.domain.errors import Invalid, NotFound
from serin.domain.names import digest
from serin.domain.printable import ON_A_PAGE, visible
from serin.ports import Catalog, ObjectStore

LOOKED_AT = 100
"""Of so many of the newest uploads rows are listed; `quarantine export` has all."""
SHOWN = 100


@dataclass(frozen=True)
class SetAside:
    """A row, the rules it broke, and its values under the names that the file had; `text` is one of a wrong width.

    The values are as a line of a form can hold them: what nobody could see is escaped. `kept` are the columns whose
    values nobody is shown, and those that are too `long` for it; they stay as they are.
    """

    upload: str
    file: str
    number: int
    rules: tuple[str, ...]
    values: Mapping[str, str | None]
    text: str | None = None
    kept: tuple[str, ...] = ()
    long: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it on a page."""
        return f"{self.upload[:12]}-{self.number}"


@dataclass(frozen=True)
class Quarantine:
    """How many rows of the newest uploads are set aside and not corrected, and the first of them, newest first."""

    total: int = 0
    rows: tuple[SetAside, ...] = field(default_factory=tuple)


def show_quarantine(
    dataset: str, contract: Contract, *, catalog: Catalog, lake: ObjectStore, most: int = SHOWN
) -> Quarantine:
    """The rows that nobody has corrected yet."""
    total, rows = 0, list[SetAside]()
    for upload, frame in _frames(dataset, catalog, lake):
        total += frame.height
        rows += _rows(upload, shown_rows(frame.head(most - len(rows)), contract.columns), _kept(contract))
    return Quarantine(total, tuple(rows))


def correct_row(
    dataset: str,
    upload_id: str,
    number: int,
    values: Mapping[str, str | None],
    contract: Contract,
    model: str,
    asking: Asking,
    *,
    catalog: Catalog,
    lake: ObjectStore,
    uploads: ObjectStore,
) -> str:
    """Send one row in again with these values, as a file that corrects it; the file's name. None is no value.

    Who does so, for a `model` that reads the row, is remembered before: AWS sees only that the API has written a file.

    A value that comes back as it was shown is the value that was set aside, escaped signs and all.

    Raises NotFound where that row is not set aside, or not any more, and Invalid for values of other columns.
    """
    frame = next((frame for upload, frame in _frames(dataset, catalog, lake) if upload.id == upload_id), None)
    row = None if frame is None else in_files(frame.filter(pl.col(ROW) == number), contract.columns)
    if row is None or not row.height:
        raise NotFound(
            f"Row {number:,} of the upload {upload_id[:12]} is not set aside any more.", "Look at the list again."
        )
    kept = _kept(contract)
    before = {
        name: row[name][0]
        for name in row.columns
        if name not in RESERVED and name not in kept and not _is_long(row[name][0])
    }
    if row[TEXT][0] is not None or values.keys() != before.keys():
        raise Invalid(
            f"The row {number:,} of the upload {upload_id[:12]} does not have these values.",
            "Give each of its columns that is shown a value; a row of a wrong width is corrected in the file.",
        )
    after = {name: _sent_back(values[name], value) for name, value in before.items()}
    corrected = row.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in after.items())
    types = {column.name_in_files: column.type for column in contract.columns}
    content = to_csv([corrected], types)
    name = f"corrected-{upload_id[:12]}-{number}-{digest(content)[:12]}.csv"
    catalog.note_effect(row_corrected(model, dataset, upload_id, number, name, asking))
    uploads.put(f"raw/{dataset}/{name}", content)
    return name


def _frames(dataset: str, catalog: Catalog, lake: ObjectStore) -> Sequence[tuple[Upload, pl.DataFrame]]:
    """Each of the newest uploads with the rows it has set aside, but for those that were corrected since."""
    newest = catalog.latest_uploads(dataset, LOOKED_AT).items
    corrected = [from_parquet(lake.get(upload.corrects)) for upload in newest if upload.corrects]
    frames = []
    for upload in newest:
        if upload.quarantine:
            rows = from_parquet(lake.get(upload.quarantine)).with_columns(pl.lit(upload.id).alias(UPLOAD))
            frames.append((upload, still_set_aside(rows, corrected)))
    return frames


def _kept(contract: Contract) -> frozenset[str]:
    """Columns that are not shown, by the names they may have in a file."""
    return frozenset(name for one in contract.columns if not one.shown for name in (one.name, one.name_in_files))


def _rows(upload: Upload, rows: pl.DataFrame, kept: frozenset[str]) -> list[SetAside]:
    return [
        SetAside(
            upload.id,
            upload.file,
            row[ROW],
            tuple(row[RULES]),
            {
                name: None if value is None else visible(value, keep="")
                for name, value in row.items()
                if name not in RESERVED and name not in kept and not _is_long(value)
            },
            row[TEXT],
            tuple(name for name in rows.columns if name in kept),
            tuple(name for name, value in row.items() if name not in (*RESERVED, *kept) and _is_long(value)),
        )
        for row in rows.iter_rows(named=True)
    ]


def _is_long(value: str | None) -> bool:
    """Whether a page would cut it off."""
    return value is not None and len(visible(value, keep="")) > ON_A_PAGE


def _sent_back(value: str | None, before: str | None) -> str | None:
    """The value that a form means; it has no other way to say an empty text than to say none."""
    unchanged = value is None if before is None else (value or "") == visible(before, keep="")
    return before if unchanged else value
