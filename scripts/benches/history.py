"""History: what one more upload, a training set and a list page cost after 10, 100, 1,000 and 10,000 uploads.

The services of the functions make the history in one process: hourly orders, which look into shops that change now
and then. Figures are means over some uploads in a row, so that work that is put off and done together counts as well.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from benches.histories.model import HOUR, ROWS, START, orders_of
from benches.histories.world import Figures, World, world_of
from serin.domain.growth import GROWTH, SMALL

SIZES, UPLOADS, SETS = (10, 100, 1_000, 10_000), 20, 3
STEPS = ("accept", "features", "profile")


def history(sizes: Sequence[int], *, derived: bool, latency: float, uploads: int = UPLOADS) -> dict[str, Any]:
    """The figures after so many uploads, and how many times as much CPU time the last takes as the first."""
    world, after, hour = world_of(derived=derived, latency=0.0), dict[str, Any](), 0
    for size in sizes:
        world.grow(range(hour, size))
        world.backfill()
        world.profiler.profile("orders")
        world.lake.latency = latency
        after[str(size)] = _after(world, size, uploads)
        world.lake.latency, hour = 0.0, size + uploads
        print(f"{size:,} uploads: {json.dumps(after[str(size)])}", file=sys.stderr, flush=True)
    first, last = (after[str(size)] for size in (sizes[0], sizes[-1]))
    return {
        "derived": derived,
        "latency_ms": latency * 1000,
        "times": {name: round(last[name]["cpu_s"] / first[name]["cpu_s"], 2) for name in last},
        "after": after,
    }


def _after(world: World, size: int, uploads: int) -> dict[str, Figures]:
    steps = [_upload(world, hour) for hour in range(size, size + uploads)]
    means = {name: _mean([step[name] for step in steps]) for name in STEPS}
    means["put_off"] = _put_off(world, size)
    shares = {**dict.fromkeys(STEPS, 1.0), "put_off": 1 / _uploads_between(world)}
    means["upload"] = {key: sum(means[name][key] * share for name, share in shares.items()) for key in means["accept"]}
    means["training_set"] = _mean([world.measured(partial(world.train, name)) for name in _runs(size)])
    means["list_page"] = _mean([world.measured(lambda: world.catalog.latest_uploads("orders")) for _ in range(SETS)])
    return {name: {key: round(value, 6) for key, value in figures.items()} for name, figures in means.items()}


def _upload(world: World, hour: int) -> dict[str, Figures]:
    """One more hour: what accepting it costs, and what follows from its event."""
    world.clock.moment = START + (hour + 1) * HOUR
    accepted: list[str] = []
    accept = world.measured(lambda: accepted.append(world.accept("orders", orders_of(hour)).id))
    build = world.builder
    features = world.measured(lambda: build.build("orders", accepted[0], "bench", events=world.events))
    world.events.published.clear()
    return {"accept": accept, "features": features, "profile": world.measured(lambda: world.profiler.profile("orders"))}


def _put_off(world: World, size: int) -> Figures:
    """What looks at all rows, which a long history does now and then only: its features' figures and its profile."""
    newest = world.catalog.parts("orders", size)[-1].upload_id
    whole = replace(world.builder, small=10**9)
    again = replace(world.profiler, code=f"after {size}")
    costs = [
        world.measured(lambda: whole.renew("orders", newest)),
        world.measured(lambda: again.profile("orders")),
    ]
    return {key: sum(cost[key] for cost in costs) for key in costs[0]}


def _uploads_between(world: World) -> float:
    """How many uploads come between two looks at all rows; where each looks at them anyway, none is put off."""
    rows = world.catalog.head("orders").rows
    return inf if rows < SMALL else GROWTH * rows / ROWS


def _runs(size: int) -> list[str]:
    return [f"after-{size}-{number}" for number in range(SETS)]


def _mean(figures: Sequence[Figures]) -> Figures:
    return {key: sum(one[key] for one in figures) / len(figures) for key in figures[0]}


def main() -> None:
    """Print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="earlier uploads, growing")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="how long one object of the lake takes to come")
    parser.add_argument("--derived", action="store_true", help="orders' times are derived by the model's code")
    arguments = parser.parse_args()
    figures = history(arguments.sizes, derived=arguments.derived, latency=arguments.latency_ms / 1000)
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
