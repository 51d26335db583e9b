"""How a training set is made: in one go where a function has room, else in pieces, told before any of them is run.

A plan follows from manifests alone. Each piece is within what one function holds and takes minutes; a piece of the
second kind and on reads several times what it has room for and cuts it once more on its own disk, so that a cut of n
pieces into n is no n times n objects for each of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from serin.domain import cut_sizes
from serin.domain.charter import Charter, View
from serin.domain.cut_carriers import Carrier, PlannedPiece, carried, usd_of
from serin.domain.cut_sizes import (
    CPU_S,
    PIECE_S,
    START_S,
    FileSize,
    Lookup,
    Round,
    TableSize,
    asked_size,
    event_size,
    fit_together,
    gathered_size,
    looked_up_by,
    lookups_of,
    together,
)
from serin.domain.cuts import Cut, Cuts
from serin.domain.errors import TooLarge
from serin.domain.features import feature_columns
from serin.domain.plan_costs import Fits, LastFits, MoreRows, fits_on, over_ceiling
from serin.domain.training_jobs import fitted_where

PIECES_AT_ONCE = 5
"""An account that is new runs ten functions at once, and predictions come first."""
_UNEVEN = 1.25
"""The fullest of some buckets has so many times its share, the most frequent key aside."""
_SLABS = 8
"""A slab of time is at least so many times what is read before it again, if nothing asks for shorter ones."""
_ENLARGED = 30
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CutPlan:
    """What making the training set will take. `rows` are those it may have at most, before any label is looked at.

    `refused` says why nothing of it is begun; `doubt` what may refuse it once its rows are counted. `charter` is the
    digest of the charter that it is made by. `fits` are what fitting on these rows would take, as the last training
    took; None where none was judged yet. `more` is what more rows would bring, where that was asked. `at_once` is how
    many functions it runs at once at most, and `machines` how many training jobs, each on a `machine`; none where
    functions fit. Where one machine has no room for a fit, its rows are fitted in several `shards`. `piece_jobs` are
    how many training jobs share the pieces.
    """

    model: str
    carrier: Carrier
    rows: int
    columns: int
    tables: Mapping[str, int]
    cuts: Cuts
    pieces: tuple[PlannedPiece, ...]
    seconds: float
    usd: float
    refused: str | None = None
    doubt: str | None = None
    charter: str = ""
    fits: Fits | None = None
    more: MoreRows | None = None
    at_once: int = 1
    machine: str | None = None
    machines: int = 0
    shards: int = 1
    piece_jobs: int = 0


def plan_training_set(
    charter: Charter,
    tables: Mapping[str, TableSize],
    views: Sequence[View],
    *,
    recent: Mapping[str, TableSize] | None = None,
    last: LastFits | None = None,
) -> CutPlan:
    """The plan of a training set of these datasets; what cannot be made has `refused` with the numbers.

    `recent` are the datasets without what the training's window and the views do not reach back to: where a function
    has room for these, it reads no others. `last` is what the last training's fits took.
    """
    made = _made_of(charter, tables, views, list((recent or tables).values()))
    search, pieces = charter.training.search, PIECES_AT_ONCE if made.carrier == "map" else 1
    trials = min(search.concurrency, search.trials)
    place, doubt = fitted_where(charter.training.job, made.rows, made.columns)
    machine, shards = (place.machine.name, place.shards) if place else (None, 1)
    made = replace(
        made,
        charter=charter.digest(),
        fits=None if last is None else fits_on(last, made.rows, machine, shards),
        at_once=max(min(pieces, len(made.pieces)), trials),
        machine=machine,
        machines=trials if machine else 0,
        shards=shards,
        doubt=doubt,
    )
    return replace(made, refused=made.refused or over_ceiling(charter.budget, made.usd, made.fits))


def _made_of(
    charter: Charter, tables: Mapping[str, TableSize], views: Sequence[View], needed: Sequence[TableSize]
) -> CutPlan:
    lookups = lookups_of(charter, views)
    rows, columns = _rows_at_most(charter, tables[charter.truth.dataset]), len(feature_columns(charter))
    memory = {name: table.memory for name, table in tables.items()}
    if fit_together(needed):
        whole = _plan_whole(needed)
        return CutPlan(charter.model, "whole", rows, columns, memory, Cuts(), (whole,), whole.seconds, whole.usd)
    try:
        cuts = _cuts(charter, tables, lookups, rows)
    except TooLarge as error:
        return CutPlan(charter.model, "map", rows, columns, memory, Cuts(), (), 0.0, 0.0, refused=str(error))
    mapped = list(_pieces(charter, tables, lookups, cuts, rows))
    carrier, pieces, jobs = carried(mapped, charter.training.job)
    seconds, usd = sum(piece.seconds for piece in pieces), sum(piece.usd for piece in pieces)
    return CutPlan(charter.model, carrier, rows, columns, memory, cuts, pieces, seconds, usd, piece_jobs=jobs)


def enlarged(tables: Mapping[str, TableSize]) -> Mapping[str, TableSize]:
    """The tables as if one function had no room for them: what is cut by these shows that cutting changes nothing."""
    times = math.ceil(_ENLARGED * cut_sizes.ROOM / max(sum(table.memory for table in tables.values()), 1))
    return {
        name: replace(table, files=tuple(FileSize(file.rows * times, file.memory * times) for file in table.files))
        for name, table in tables.items()
    }


def _plan_whole(tables: Sequence[TableSize]) -> PlannedPiece:
    rows, memory = sum(table.rows for table in tables), sum(table.memory for table in tables)
    seconds = START_S + rows * sum(CPU_S.values())
    return PlannedPiece("gather", together(tables), "all", rows, memory, seconds, usd_of(seconds, 0, 0))


def _rows_at_most(charter: Charter, truth: TableSize) -> int:
    """The truth's rows within the window, if they are spread evenly over its times."""
    span = truth.span_of(charter.features.moment.column)
    return truth.rows if span is None else math.ceil(truth.rows * min(charter.training.window / span, 1.0))


def _cuts(charter: Charter, tables: Mapping[str, TableSize], lookups: Sequence[Lookup], rows: int) -> Cuts:
    views = [view for lookup in lookups for view in lookup.views]
    of_lookups = {lookup.name: _cut_by_entity(lookup, charter, tables) for lookup in lookups}
    return Cuts(
        rows={name: _cut_by_row(charter, name, tables, views) for name in tables},
        lookups=of_lookups,
        shard=_shard(charter, tables[charter.truth.dataset], rows),
        shards=cut_sizes.STREAMED,
        files={name: tuple(_streams(table)) for name, table in tables.items()},
    )


def _cut_by_row(charter: Charter, name: str, tables: Mapping[str, TableSize], views: Sequence[View]) -> Cut:
    """What a derivation looks up is whole beside every piece; and a piece takes no longer than it may."""
    beside = [tables[other] for other in looked_up_by(charter, name)]
    room = cut_sizes.ROOM - sum(table.memory for table in beside)
    if room < cut_sizes.ROOM // 4:
        raise TooLarge(
            f"What is derived of {name} looks things up in {together(beside)}, which are whole beside every piece of "
            f"it; there is room for {(cut_sizes.ROOM - cut_sizes.ROOM // 4) / 1e6:,.0f} MB.",
            "Leave columns that it does not look at out of their contracts.",
            f"datasets.{name}.derive",
        )
    seconds = tables[name].rows * CPU_S["derive"] * _derived(name, views)
    return _cut(tables[name].memory, room, math.ceil(seconds / PIECE_S))


def _derived(dataset: str, views: Sequence[View]) -> int:
    """What is made of each row of a dataset: what is derived, and what it says to each view."""
    return 1 + sum(view.source == dataset for view in views)


def _cut(memory: float, room: float, least: int = 1) -> Cut:
    """So many pieces that each reads what it may, and cuts that to what it has room for."""
    coarse = max(math.ceil(memory / _streamed()), least, 1)
    return Cut(coarse, max(math.ceil(_UNEVEN * memory / coarse / room), 1))


def _streamed() -> int:
    return cut_sizes.STREAMED * cut_sizes.ROOM


def _cut_by_entity(lookup: Lookup, charter: Charter, tables: Mapping[str, TableSize]) -> Cut:
    truth = tables[charter.truth.dataset]
    sizes = [(tables[view.source], event_size(view, lookup.key)) for view in lookup.views]
    memory = sum(table.rows * size for table, size in sizes) + truth.rows * asked_size(lookup.key)
    spans = [found for table, _ in sizes if (found := table.span_of(_time(lookup)))]
    share = _heaviest(lookup, [truth, *(table for table, _ in sizes)])
    if lookup.reach is None:
        if share is not None and share * memory > cut_sizes.ROOM:
            raise _too_heavy(lookup, share, memory, None)
        return _cut(memory, cut_sizes.ROOM)
    span = max(spans, default=charter.training.window)
    slab = _slab(lookup, lookup.reach, span, share, memory)
    if slab is None:
        return _cut(memory, cut_sizes.ROOM)
    # Of each slab what lies before it is read as well.
    each, before = memory / max(1.0, span / slab), lookup.reach / slab
    cut = _cut(each * (1 + before), cut_sizes.ROOM)
    return replace(cut, slab=slab, slabs=max(1, math.floor(_streamed() / each - before)))


def _time(lookup: Lookup) -> str | None:
    return lookup.views[0].event_time


def _heaviest(lookup: Lookup, tables: Sequence[TableSize]) -> float | None:
    """The share of the rows that one entity has at most; None where no profile says it."""
    known = [[table.largest[name] for name in lookup.key if name in table.largest] for table in tables]
    shares = [min(of_columns) for of_columns in known if of_columns]
    return max(shares) if shares else None


def _slab(lookup: Lookup, reach: timedelta, span: timedelta, share: float | None, memory: float) -> timedelta | None:
    """As long as it may be; None where time need not be cut."""
    if share is None:
        # Nobody has counted how much one entity has: time bounds it at little cost.
        return None if span <= 2 * _SLABS * reach or memory <= cut_sizes.ROOM else _SLABS * reach
    if share * memory <= cut_sizes.ROOM / _UNEVEN:
        return None
    slab = span * (cut_sizes.ROOM / _UNEVEN / (share * memory)) - reach
    if slab < reach / _SLABS or slab <= timedelta(0):
        raise _too_heavy(lookup, share, memory, reach)
    return slab if slab < _DAY else timedelta(days=slab // _DAY)


def _too_heavy(lookup: Lookup, share: float, memory: float, reach: timedelta | None) -> TooLarge:
    names = ", ".join(view.name for view in lookup.views)
    whole = f"One {lookup.entity} has {share:.0%} of the rows that {names} look into ({share * memory / 1e6:,.0f} MB)"
    cut = "no ttl ends, so that time cannot cut them" if reach is None else f"each moment needs {reach} of them"
    return TooLarge(
        f"{whole}; {cut}, and there is room for {cut_sizes.ROOM / 1e6:,.0f} MB.",
        "Give the views a ttl." if reach is None else "Shorten the windows and the ttl of the views.",
        f"features.views.{lookup.views[0].name}",
    )


def _shard(charter: Charter, truth: TableSize, rows: int) -> timedelta | None:
    """The least that a shard lasts; where no file says when its rows are, a day."""
    shards = math.ceil(_UNEVEN * rows * gathered_size(charter) / cut_sizes.ROOM)
    if shards <= 1:
        return None
    if truth.span_of(charter.features.moment.column) is None:
        return _DAY
    return timedelta(seconds=max(_asked_over(charter, truth) / shards // timedelta(seconds=1), 1))


def _asked_over(charter: Charter, truth: TableSize) -> timedelta:
    """How long the moments of the training set last."""
    span = truth.span_of(charter.features.moment.column)
    return charter.training.window if span is None else min(span, charter.training.window)


def _streams(table: TableSize) -> Iterator[int]:
    """How many files one piece after the other deals, each as many as it may read; one at least."""
    count, memory = 0, 0
    for file in table.files:
        if count and memory + file.memory > _streamed():
            yield count
            count, memory = 0, 0
        count, memory = count + 1, memory + file.memory
    if count:
        yield count


def _pieces(
    charter: Charter, tables: Mapping[str, TableSize], lookups: Sequence[Lookup], cuts: Cuts, rows: int
) -> Iterator[PlannedPiece]:
    yield from _dealing(tables, cuts)
    yield from _deriving(charter, tables, lookups, cuts)
    for lookup in lookups:
        yield from _looking_up(charter, lookup, tables, cuts)
    yield from _gathering(charter, tables[charter.truth.dataset], cuts, rows)


def _dealing(tables: Mapping[str, TableSize], cuts: Cuts) -> Iterator[PlannedPiece]:
    for name, table in tables.items():
        first = 0
        for count in cuts.files[name]:
            files = table.files[first : first + count]
            rows = sum(file.rows for file in files)
            most = max(file.memory for file in files)
            part = f"files {first + 1} to {first + count}"
            yield _piece("deal", name, part, rows, most, reads=count, writes=cuts.rows[name].coarse)
            first += count


def _deriving(
    charter: Charter, tables: Mapping[str, TableSize], lookups: Sequence[Lookup], cuts: Cuts
) -> Iterator[PlannedPiece]:
    for name, table in tables.items():
        cut = cuts.rows[name]
        beside = sum(tables[other].memory for other in looked_up_by(charter, name))
        writes = sum(cuts.lookups[lookup.name].coarse for lookup in lookups)
        memory = beside + math.ceil(table.memory / cut.coarse / cut.fine)
        rows, times = -(-table.rows // cut.coarse), _derived(name, [view for each in lookups for view in each.views])
        for number in range(cut.coarse):
            part = f"hash {number} of {cut.coarse}"
            yield _piece("derive", name, part, rows, memory, len(cuts.files[name]), writes, times)


def _looking_up(
    charter: Charter, lookup: Lookup, tables: Mapping[str, TableSize], cuts: Cuts
) -> Iterator[PlannedPiece]:
    cut, truth = cuts.lookups[lookup.name], tables[charter.truth.dataset]
    spans = [span for view in lookup.views if (span := tables[view.source].span_of(view.event_time))]
    slabs = 1 if cut.span is None or not spans else math.ceil(max(spans) / cut.span)
    again = 1.0 if cut.span is None or lookup.reach is None else 1 + lookup.reach / cut.span
    events = sum(tables[view.source].rows for view in lookup.views) * again / slabs / cut.coarse
    size = max(event_size(view, lookup.key) for view in lookup.views)
    asked = truth.rows / slabs / cut.coarse
    one_slab = 1.0
    if cut.slab is not None and cut.span is not None and lookup.reach is not None:
        one_slab = (cut.slab + lookup.reach) / (cut.span + lookup.reach)
    memory = math.ceil((events * size + asked * asked_size(lookup.key)) / cut.fine * one_slab)
    reads = 2 * max(cuts.rows[view.source].coarse for view in lookup.views)
    for slab in range(slabs):
        for number in range(cut.coarse):
            part = f"hash {number} of {cut.coarse}" + (f", slab {slab + 1} of {slabs}" if slabs > 1 else "")
            yield _piece("look_up", lookup.name, part, math.ceil(events + asked * len(lookup.views)), memory, reads, 1)


def _gathering(charter: Charter, truth: TableSize, cuts: Cuts, rows: int) -> Iterator[PlannedPiece]:
    over = _asked_over(charter, truth)
    pieces = 1 if cuts.stretch is None else math.ceil(over / cuts.stretch)
    each = -(-rows // pieces)
    most = each if cuts.shard is None else math.ceil(rows * min(cuts.shard / over, 1.0))
    reads = cuts.rows[charter.truth.dataset].coarse + sum(cut.coarse for cut in cuts.lookups.values())
    for number in range(pieces):
        part = f"{number + 1} of {pieces}"
        yield _piece("gather", "shards", part, each, most * gathered_size(charter), reads, -(-each // max(most, 1)))


def _piece(
    round: Round, of: str, part: str, rows: int, memory: int, reads: int, writes: int, views: int = 1
) -> PlannedPiece:
    seconds = START_S + rows * CPU_S[round] * views
    asked = reads, writes + 2
    return PlannedPiece(round, of, part, rows, memory, seconds, usd_of(seconds, *asked), *asked)
