"""Files as people sent them, to be taken in or to be scored, and a person who is to be in none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from serin.data.contract.person_removed import Left, speaks_of, without_person
from serin.data.contract.protected import Theirs
from serin.data.contract.said_values import values_said
from serin.data.files.table import CAPS, TEXT
from serin.data.scoring.asked_files import pieces
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import upload_id
from serin.domain.erasures import Erasure
from serin.domain.errors import Rejected, TooLarge
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, ErasableStore, ObjectVersion, SaltReads
from serin.services.steps.erased_people import theirs
from serin.services.steps.stored_files import pieces_of


@dataclass(frozen=True)
class SentFiles:
    """The files of one erasure. One of which nobody can say whether it has the person stays, and is noted as unread."""

    erasure: Erasure
    charters: Mapping[str, Charter]
    contracts: Mapping[str, Contract]
    _: KW_ONLY
    uploads: ErasableStore
    catalog: Catalog
    salts: SaltReads

    def without(self, dataset: str, after: str) -> Iterator[tuple[str, int]]:
        """Uploads of a dataset: every version that has the person goes, and of the newest the rest stays."""
        for versions in self.uploads.versions(f"raw/{dataset}/", after):
            count = sum(self._upload(dataset, version) for version in self._old(versions))
            yield versions[0].key, count

    def _old(self, versions: Sequence[ObjectVersion]) -> list[ObjectVersion]:
        """Those that were written while what files hold was still to be erased."""
        return [one for one in versions if not one.marker and self.erasure.reaches(one.at)]

    def _upload(self, dataset: str, version: ObjectVersion) -> int:
        contract = self.contracts[dataset]
        column = next(column for column in contract.hashed if column.name == self.erasure.column)
        is_theirs = partial(theirs, self.erasure, salts=self.salts)
        if version.size > CAPS.stored:
            self._note_unread(version.key)
            return 0
        with TemporaryDirectory(prefix=SCRATCH) as name:
            folder = Path(name)
            file = folder / "content"
            self.uploads.fetch(version.key, file, version.id)
            try:
                left = without_person(version.key, file, contract, column, is_theirs, folder)
            except (Rejected, TooLarge):
                # Nobody can say where its rows end, so that nothing of it can stay.
                left = Left(None, 1) if self._speaks(version.key, file, is_theirs) else None
            if left is None:
                return 0
            if version.latest and left.file is not None:
                self._note_rewritten(dataset, file, left.file)
                self.uploads.put_file(version.key, left.file)
        self.uploads.delete_version(version)
        return left.rows

    def _speaks(self, key: str, file: Path, is_theirs: Theirs) -> bool:
        """Whether a file that cannot be read by a contract says the person; one of which nobody can say it is noted."""
        speaks = speaks_of(file.name, file, is_theirs)
        if speaks is None:
            self._note_unread(key)
        return bool(speaks)

    def _note_unread(self, key: str) -> None:
        current = self.catalog.erasure(self.erasure.id)
        noted = current.with_unread(key)
        if noted != current:
            self.catalog.save_erasure(noted)

    def _note_rewritten(self, dataset: str, before: Path, after: Path) -> None:
        """What is left of a file is the same upload: nothing of it comes in a second time."""
        with pieces_of(before) as old, pieces_of(after) as new:
            known, left = upload_id(dataset, old), upload_id(dataset, new)
        self.catalog.note_rewritten(dataset, left, self.catalog.rewritten(dataset, known) or known)

    def asked(self, model: str, after: str) -> Iterator[tuple[str, int]]:
        """A file that was scored has served: where it asks about the person it goes as a whole."""
        is_theirs = partial(theirs, self.erasure, salts=self.salts)
        for versions in self.uploads.versions(f"batch/{model}/", after):
            gone = 0
            for version in self._old(versions):
                if self._asks(model, version, is_theirs):
                    self.uploads.delete_version(version)
                    gone += 1
            yield versions[0].key, gone

    def _asks(self, model: str, version: ObjectVersion, is_theirs: Theirs) -> bool:
        charter, column = self.charters[model], self.erasure.column
        truth = self.contracts.get(charter.truth.dataset)
        if version.size > CAPS.stored:
            self._note_unread(version.key)
            return False
        with TemporaryDirectory(prefix=SCRATCH) as name:
            file = Path(name) / "content"
            self.uploads.fetch(version.key, file, version.id)
            try:
                return any(is_theirs(_texts(piece, column)) for piece in pieces(file.name, file, charter, truth))
            except (Rejected, TooLarge):
                return self._speaks(version.key, file, is_theirs)


def _texts(piece: pl.DataFrame, column: str) -> Collection[str]:
    """What a piece of a file to be scored says in that column, and in rows of a wrong width."""
    ragged = [values_said(text) for text in piece[TEXT].drop_nulls()]
    named = piece[column].drop_nulls().unique().to_list() if column in piece.columns else ()
    return set(named).union(*ragged)
