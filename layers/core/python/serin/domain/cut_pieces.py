"""A training set that is made in pieces: what each of them reads and writes, and where all of it lies.

Below `cut/<model>/<folder>/`, in the bucket *lake* where it expires, or on a function's own disk:

`task.json`                      what is made, by conditional put: what is cut alike is made once
`rounds/<round>.json`            the names of a round's pieces, as a JSON list
`pieces/<piece>.json`            what one piece reads
`files/<piece>/…parquet`         what it has written for pieces of a later round
`done/<piece>.json`              what that is, by conditional put: the marker that the piece need not run again
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.copies import nearly_unique
from serin.domain.cut_sizes import Lookup, Round
from serin.domain.cuts import Cuts
from serin.domain.datasets import DatasetHead
from serin.domain.experiments import ChampionColumns
from serin.domain.models import Artifact
from serin.domain.segments import Segment

FOLDER, TASK = "cut", "task.json"
EVERYWHERE = -1
"""The bucket of a file that belongs to every one."""
Content = Literal["rows", "facts", "asks", "labelled", "values", "shard"]
"""A dataset's rows; what they say to a view; which entities are asked about and when; the rows that ask, labelled; the
values that were looked up for them; rows of the training set."""


@dataclass(frozen=True)
class CutFile:
    """What a piece has written: `rows` of that content, about the dataset, view or entity `of`.

    `bucket` and `slab` are its cell: a hash's number, and a time's. A shard's is in `slab`.
    """

    content: Content
    of: str
    bucket: int
    slab: int
    rows: int
    key: str


@dataclass(frozen=True)
class CutPiece:
    """A piece: it deals `segments`, whose first row has the number `first`, or reads `files`.

    `newest` is the newest moment that is asked about, once all are known, and `nearly_unique` what is known of the
    truth by then (`serin.data.features.standing`).
    """

    name: str
    round: Round
    of: str
    bucket: int = 0
    slab: int = 0
    files: tuple[CutFile, ...] = ()
    segments: tuple[Segment, ...] = ()
    first: int = 0
    newest: datetime | None = None
    nearly_unique: bool = False


@dataclass(frozen=True)
class PieceDone:
    """What a piece has written. Of labelled rows: the newest moment, and how many differ and are there once."""

    piece: str
    files: tuple[CutFile, ...]
    newest: datetime | None = None
    distinct: int = 0
    once: int = 0


@dataclass(frozen=True)
class CutTask:
    """A training set, by its id, that is made in pieces: of which files up to which heads, and how cut.

    `until` is when the newest of the truth's rows came. `folder` names where it is made: cut otherwise, or by other
    code, it is made elsewhere. `charter` and `code` are digests of the `source`, which is kept where others run pieces;
    `champion` is what the live version used as well. So many training jobs share its pieces; none: functions do.
    """

    id: str
    model: str
    heads: Mapping[str, DatasetHead]
    cuts: Cuts
    until: datetime
    segments: Mapping[str, tuple[Segment, ...]]
    folder: str = "here"
    charter: str = ""
    code: str = ""
    source: Artifact | None = None
    champion: ChampionColumns | None = None
    jobs: int = 0

    def at(self, *parts: str) -> str:
        """A key below the task's folder."""
        return "/".join((FOLDER, self.model, self.folder, *parts))

    def pieces_at(self, round: Round) -> str:
        """Where the list of a round's pieces lies."""
        return self.at("rounds", f"{round}.json")

    def piece_at(self, piece: str) -> str:
        """Where a piece lies."""
        return self.at("pieces", f"{piece}.json")

    def done_at(self, piece: str) -> str:
        """Where the marker of a piece lies."""
        return self.at("done", f"{piece}.json")


def dealing(task: CutTask) -> list[CutPiece]:
    """The pieces of the first round: the files of each dataset, some of them a piece."""
    pieces = list[CutPiece]()
    for dataset, segments in task.segments.items():
        first = place = 0
        for number, count in enumerate(task.cuts.files[dataset]):
            members = segments[place : place + count]
            pieces.append(CutPiece(f"deal-{dataset}-{number}", "deal", dataset, segments=members, first=first))
            place, first = place + count, first + sum(segment.rows for segment in members)
    return pieces


Done = Mapping[Round, Sequence[PieceDone]]
"""What the pieces of each round that is over have written."""


def following(round: Round, task: CutTask, done: Done, lookups: Sequence[Lookup], most: int) -> list[CutPiece]:
    """The pieces of a round after the first, by what those before it have written; shards have `most` rows, about."""
    if round == "derive":
        cells = _by_cell(_files(done["deal"], "rows"))
        return [
            CutPiece(f"derive-{of}-{bucket}", "derive", of, bucket, files=tuple(members))
            for (of, bucket, _), members in sorted(cells.items())
        ]
    newest = max((piece.newest for piece in done["derive"] if piece.newest), default=None)
    if newest is None:
        return []
    if round == "look_up":
        return [piece for lookup in lookups for piece in _looking_up(task, lookup, done["derive"], newest)]
    return list(_gathering(done, newest, most))


def _looking_up(task: CutTask, lookup: Lookup, derived: Sequence[PieceDone], newest: datetime) -> Iterator[CutPiece]:
    back = slabs_before(lookup, task.cuts.lookups[lookup.name].span)
    views = {view.name for view in lookup.views}
    facts = [file for file in _files(derived, "facts") if file.of in views]
    # Of each view one file without rows: where nobody has said anything its columns have types all the same.
    empty = {file.of: file for file in facts if file.bucket == EVERYWHERE}
    near = _by_cell(file for file in facts if file.bucket != EVERYWHERE)
    asks = _by_cell(file for file in _files(derived, "asks") if file.of == lookup.name)
    for (_, bucket, at), asked in sorted(asks.items()):
        slabs = range(at - back, at + 1)
        known = [one for view in views for before in slabs for one in near.get((view, bucket, before), ())]
        yield CutPiece(
            f"look_up-{lookup.name}-{bucket}-{at}",
            "look_up",
            lookup.name,
            bucket,
            at,
            files=(*asked, *empty.values(), *sorted(known, key=lambda one: one.key)),
            newest=newest,
        )


def slabs_before(lookup: Lookup, slab: timedelta | None) -> int:
    """How many slabs of that length before its own an event may still matter in."""
    return 0 if slab is None or lookup.reach is None else -(-lookup.reach // slab)


def _gathering(done: Done, newest: datetime, most: int) -> Iterator[CutPiece]:
    distinct, once = (sum(getattr(piece, name) for piece in done["derive"]) for name in ("distinct", "once"))
    labelled, values = (
        _by_slab(_files(done["derive"], "labelled")),
        _by_slab(_files(done["look_up"], "values")),
    )
    for slabs in packed({slab: sum(file.rows for file in files) for slab, files in labelled.items()}, most):
        yield CutPiece(
            f"gather-{slabs[0]}",
            "gather",
            "shard",
            slab=slabs[0],
            files=tuple(file for slab in slabs for file in (*labelled[slab], *values.get(slab, ()))),
            newest=newest,
            nearly_unique=nearly_unique(distinct, once),
        )


def packed(rows: Mapping[int, int], most: int) -> Iterator[list[int]]:
    """Slabs that follow each other, as long as they have no more rows together; one at least."""
    packed, together = list[int](), 0
    for slab in sorted(rows):
        if packed and together + rows[slab] > most:
            yield packed
            packed, together = [], 0
        packed.append(slab)
        together += rows[slab]
    if packed:
        yield packed


def _files(pieces: Iterable[PieceDone], content: Content) -> list[CutFile]:
    return [file for piece in pieces for file in piece.files if file.content == content]


def _by_cell(files: Iterable[CutFile]) -> dict[tuple[str, int, int], list[CutFile]]:
    cells: dict[tuple[str, int, int], list[CutFile]] = {}
    for file in files:
        cells.setdefault((file.of, file.bucket, file.slab), []).append(file)
    return cells


def _by_slab(files: Iterable[CutFile]) -> dict[int, list[CutFile]]:
    slabs: dict[int, list[CutFile]] = {}
    for file in files:
        slabs.setdefault(file.slab, []).append(file)
    return slabs
