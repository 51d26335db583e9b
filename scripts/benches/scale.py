"""Scale: training sets in pieces: bit for bit the same however they are cut, and what each row costs as rows grow.

Pieces are run in processes of their own, which say what they had in memory at most and the CPU they took. Tables are
made file by file on the disk, and what a round has read is removed once it is over: 10 GB of rows take some 20 GB.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benches.measuring import PROGRESS, ours, ratio
from benches.scaling.costs import COSTED, cost_of
from benches.scaling.fitted import fitted
from benches.scaling.flights import carried
from benches.scaling.peers import PEERS, beside
from benches.scaling.sizes import generate, opened, recut
from benches.scaling.worlds import BUCKETS, SLABS, RandomWorld, in_pieces
from serin.domain import cut_sizes
from serin.services.steps.cut_making import RoundToRun, next_round

GOALS = {"equal": "all", "peak_mb": 2_000, "growth": 1.2, "online_equal": "all but too many"}
TOGETHER = 8
"""Pieces that one process runs, one after the other."""
COMPARED = 2_000_000
"""Up to so many rows the set is made in one go as well."""
RECUT = 20_000_000
"""Up to so many it is made of other pieces as well."""
OTHER_ROOM = 3
"""Those have so many times less room."""
ROOM = 16_000_000
_READ_BY = {"derive": "rows", "look_up": "facts asks", "gather": "labelled values"}
"""What files a round reads that no later one does."""


def main() -> None:
    """Print the figures and write them."""
    parser = ArgumentParser(prog="bench scale", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--peers", action="store_true", help="the same features by DuckDB and PySpark, as far as they know them"
    )
    parser.add_argument("--peer-rows", type=int, help="peers make the largest set that has no more rows than that")
    parser.add_argument("--worlds", type=int, default=10, help="random worlds, each cut in every way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=400_000, help="of the smallest set")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--room", type=int, default=ROOM, help="bytes of rows that a piece may hold at once")
    parser.add_argument("--at-once", type=int, default=1, help="processes that run pieces at once")
    parser.add_argument("--sampled", type=int, default=1_000, help="rows of the largest set that are asked online")
    parser.add_argument("--folder", type=Path, help="where the tables are made, and removed again (default: /tmp)")
    parser.add_argument("--fit", type=int, metavar="ROWS", help="nothing but a model of so many rows, fitted by jobs")
    parser.add_argument("--flights", type=int, metavar="MONTHS", help="nothing but flights, by each carrier, disturbed")
    arguments = parser.parse_args()
    with TemporaryDirectory(dir=arguments.folder) as name:
        if arguments.flights:
            figures = carried(Path(name), arguments.seed, arguments.flights)
        else:
            figures = fitted(arguments.fit, Path(name)) if arguments.fit else _made(arguments)
    print(json.dumps(figures, indent=2, default=str))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2, default=str) + "\n", encoding="utf-8")


def _made(arguments: Namespace) -> dict[str, Any]:
    """Training sets in pieces, of random tables and of growing ones."""
    figures: dict[str, Any] = {"worlds": _worlds(arguments.worlds, arguments.seed), "room": arguments.room}
    figures["cost"] = {name: cost_of(size) for name, size in COSTED.items()}
    cut_sizes.ROOM = arguments.room
    sizes, beside = list[dict[str, Any]](), _peers_at(arguments)
    for times in arguments.times:
        last = times == arguments.times[-1]
        with TemporaryDirectory(dir=arguments.folder) as name:
            scaled = Scaled(Path(name), arguments.rows * times, arguments.room, arguments.at_once)
            sizes.append(scaled.figures(arguments.sampled if last else 0, peers=times == beside))
        PROGRESS.print(json.dumps(sizes[-1], default=str))
    return {
        **figures,
        "sizes": sizes,
        "growth": _growth(sizes),
        "goals": GOALS,
        **_largest(sizes[-1]),
        **_beside(sizes),
    }


def _peers_at(arguments: Namespace) -> int | None:
    """How many times the smallest set peers make; None for none at all."""
    most = arguments.peer_rows or arguments.rows * max(arguments.times)
    few = [times for times in arguments.times if arguments.rows * times <= most]
    return max(few, default=None) if arguments.peers else None


def _worlds(worlds: int, seed: int) -> dict[str, Any]:
    """Random tables, cut in every way: those that were not the same, by seed, key, buckets and slabs."""
    ways, different = 0, list[str]()
    for number in range(seed, seed + worlds):
        for keyed in (True, False):
            world, chance = RandomWorld(number, keyed), Random(number)
            whole = world.whole()
            for buckets, slab in product(BUCKETS, SLABS):
                ways += 1
                if in_pieces(world.cut(world.cuts(buckets, slab, chance)), chance) != whole:
                    different.append(f"seed {number}, keyed {keyed}, {buckets} buckets, slabs of {slab}")
        PROGRESS.print(f"world {number}: {len(different)} of {ways} ways differ")
    return {"ways": ways, "different": different}


@dataclass
class Scaled:
    """A set of so many rows in all its tables, made in pieces in a folder; a piece has room for so many bytes.

    So many processes run pieces `at_once`, each one after the other.
    """

    folder: Path
    rows: int
    room: int
    at_once: int = 1
    rounds: dict[str, float] = field(default_factory=dict)
    pieces: int = 0
    peak: float = 0.0

    def figures(self, sampled: int, *, peers: bool) -> dict[str, Any]:
        """What it took; of the largest set also what is known online, and what a peer takes."""
        PROGRESS.print(f"{self.rows:,} rows: making the tables")
        task, plan = generate(self.rows, self.folder)
        self.make()
        cpu_s = sum(self.rounds.values())
        size = sum(file.memory for files in task.segments.values() for file in files)
        figures: dict[str, Any] = {"rows": self.rows, "bytes": size, "pieces": self.pieces}
        figures |= {"planned_pieces": len(plan.pieces), "planned_s": round(plan.seconds, 1)}
        figures |= {"cpu_s": round(cpu_s, 2), "cpu_us_a_row": round(1e6 * cpu_s / self.rows, 2)}
        figures["rounds_us_a_row"] = {each: round(1e6 * took / self.rows, 2) for each, took in self.rounds.items()}
        figures["peak_mb"] = round(self.peak)
        figures |= self._compared(cpu_s)
        if sampled:
            PROGRESS.print(f"{self.rows:,} rows: {sampled:,} of them are asked online")
            figures["online"] = ours("cut_online", self.folder, self.room, sampled)
        if peers:
            figures |= beside(self.folder, cpu_s, sampled)
        return figures

    def make(self) -> None:
        """All rounds of what has been generated in the folder."""
        while unfinished := next_round(opened(self.folder)):
            self._run(unfinished)
            self._forget(unfinished.round)

    def _run(self, unfinished: RoundToRun) -> None:
        each, names, began = unfinished.round, unfinished.pieces, self.rounds.get(unfinished.round, 0.0)

        def run(first: int) -> Mapping[str, Any]:
            return ours("cut_piece", self.folder, self.room, each, *names[first : first + TOGETHER])

        with ThreadPoolExecutor(self.at_once) as pool:
            for number, ran in enumerate(pool.map(run, range(0, len(names), TOGETHER))):
                began += sum(ran["pieces"])
                self.peak, self.pieces = max(self.peak, ran["peak_mb"]), self.pieces + len(ran["pieces"])
                over, took = min((number + 1) * TOGETHER, len(names)), began * 1e6 / self.rows
                PROGRESS.print(f"{self.rows:,} rows, {each}: {over} of {len(names)} pieces, {took:.2f} us of CPU a row")
        self.rounds[each] = began

    def _forget(self, each: str) -> None:
        """Remove what the round has read."""
        for content in _READ_BY.get(each, "").split():
            for file in self.folder.rglob(f"files/*/{content}-*"):
                file.unlink()

    def _compared(self, cpu_s: float) -> dict[str, Any]:
        """Whether it is the same set made in one go, or of other pieces, or of which size that is not looked at."""
        if self.rows > RECUT:
            return {"digest_equal": None, "digest_of": f"not compared: of more than {RECUT:,} rows it is made once"}
        end = ours("cut_piece", self.folder, self.room, "end")
        if self.rows > COMPARED:
            return {"made": end["rows"], **self._recut(end["digest"])}
        whole = ours("cut_piece", self.folder, self.room, "whole")
        return {
            "made": end["rows"],
            "digest_equal": whole["digest"] == end["digest"],
            "digest_of": f"{self.pieces} pieces and one go",
            "times_whole": ratio(cpu_s + end["cpu_s"], whole["cpu_s"]),
        }

    def _recut(self, digest: str) -> dict[str, Any]:
        room = self.room // OTHER_ROOM
        with TemporaryDirectory(dir=self.folder) as name:
            recut(self.folder, Path(name), room)
            other = Scaled(Path(name), self.rows, room, self.at_once)
            other.make()
            end = ours("cut_piece", other.folder, room, "end")
        return {"digest_equal": end["digest"] == digest, "digest_of": f"{self.pieces} and {other.pieces} pieces"}


def _growth(sizes: list[dict[str, Any]]) -> Mapping[str, float]:
    """CPU a row, as many times as that of the smallest."""
    least = sizes[0]
    return {f"{one['rows'] / least['rows']:g}": ratio(one["cpu_us_a_row"], least["cpu_us_a_row"]) for one in sizes}


def _largest(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The largest set's own figures, where readers of the file look for them."""
    names = ("rows", "bytes", "pieces", "cpu_s", "peak_mb", "digest_equal", "digest_of")
    return {name: figures[name] for name in names}


def _beside(sizes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many times our CPU peers took, and of how many rows."""
    named = [f"vs_{name}" for name in PEERS]
    for figures in sizes:
        if named[0] in figures:
            return {**{name: figures[name] for name in named}, "peers_of_rows": figures["rows"]}
    return {}


if __name__ == "__main__":
    main()
