"""Scale: training sets in pieces: bit for bit the same however they are cut, and what each row costs as rows grow.

Each piece is run in a process of its own, which says what it had in memory at most and the CPU it took.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from benches.measuring import PROGRESS, ours, ratio
from benches.scaling.sizes import generate, opened
from benches.scaling.worlds import BUCKETS, SLABS, RandomWorld, in_pieces
from serin.domain import cut_sizes
from serin.services.steps.cut_making import next_round

GOALS = {"equal": "all", "peak_mb": 2_000, "growth": 1.2}
TOGETHER = 16
"""Pieces that one process runs, one after the other."""
COMPARED = 2_000_000
"""Up to so many rows the set is made in one go as well."""


def main() -> None:
    """Print the figures and write them."""
    parser = ArgumentParser(prog="bench scale", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--worlds", type=int, default=10, help="random worlds, each cut in every way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=200_000, help="of the smallest set")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--room", type=int, default=4_000_000, help="bytes of rows that a piece may hold at once")
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"worlds": _worlds(arguments.worlds, arguments.seed)}
    cut_sizes.ROOM = arguments.room
    sizes = [_size(arguments.rows * times, arguments.room) for times in arguments.times]
    figures |= {"sizes": sizes, "growth": _growth(sizes), "goals": GOALS}
    print(json.dumps(figures, indent=2))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


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


def _size(rows: int, room: int) -> dict[str, Any]:
    """A set of so many rows in all its tables, made in pieces."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        task, plan = generate(rows, folder)
        rounds, pieces, peak = dict[str, float](), 0, 0.0
        while unfinished := next_round(opened(folder)):
            PROGRESS.print(f"{rows:,} rows, {unfinished.round}: {len(unfinished.pieces)} pieces")
            for first in range(0, len(unfinished.pieces), TOGETHER):
                ran = ours("cut_piece", folder, room, unfinished.round, *unfinished.pieces[first : first + TOGETHER])
                rounds[unfinished.round] = rounds.get(unfinished.round, 0.0) + sum(ran["pieces"])
                peak, pieces = max(peak, ran["peak_mb"]), pieces + len(ran["pieces"])
        end = ours("cut_piece", folder, room, "end")
        cpu_s = sum(rounds.values()) + end["cpu_s"]
        size = sum(file.memory for files in task.segments.values() for file in files)
        figures: dict[str, Any] = {"rows": rows, "bytes": size, "made": end["rows"], "pieces": pieces}
        figures |= {"planned_pieces": len(plan.pieces), "planned_s": round(plan.seconds, 1)}
        figures |= {"cpu_s": round(cpu_s, 2), "cpu_us_a_row": round(1e6 * cpu_s / rows, 2)}
        figures["rounds_us_a_row"] = {each: round(1e6 * took / rows, 2) for each, took in rounds.items()}
        figures |= {"peak_mb": round(peak), "end_peak_mb": round(end["peak_mb"])}
        if rows <= COMPARED:
            whole = ours("cut_piece", folder, room, "whole")
            figures["digest_equal"] = whole["digest"] == end["digest"]
            figures["times_whole"] = ratio(cpu_s, whole["cpu_s"])
        return figures


def _growth(sizes: list[dict[str, Any]]) -> Mapping[str, float]:
    """CPU a row, as many times as that of the smallest."""
    least = sizes[0]
    return {f"{one['rows'] / least['rows']:g}": ratio(one["cpu_us_a_row"], least["cpu_us_a_row"]) for one in sizes}


if __name__ == "__main__":
    main()
