"""Models with generated code: each is refused before a release with a reason, or answers every row or says why not.

Feature functions and pipelines are drawn by a seed: what they answer, what they raise, and for which rows. Each model
is trained, judged, registered and asked in this process, by the services that the functions call and by the handler of
`predict`; nothing is deployed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import benches.coding
from benches.coding.features import HEADER, feature
from benches.coding.pipelines import own_pipeline
from benches.coding.rows import Seen, ask, odd_rows
from benches.coding.world import Refusal, World, golden_instance

SUBJECT = Path(benches.coding.__file__).parent / "subject"
START, ROWS, ASKED = datetime(2013, 1, 1, tzinfo=UTC), 700, 16
EXAMPLES = 20


def main() -> None:
    """Draw models, take each as far as it comes, and print what became of them."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20130401)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    figures = fuzz(arguments.models, arguments.seed)
    text = json.dumps(figures, indent=2, ensure_ascii=True)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if figures["faults"] or figures["anonymous_5xx"] else 0)


def fuzz(count: int, seed: int) -> Mapping[str, Any]:
    """What became of so many models; `seed` repeats them."""
    warnings.simplefilter("ignore")
    began, seen, steps = time.monotonic(), Seen(), Counter[str]()
    examples: dict[str, str] = {}
    world = World(SUBJECT, table(seed), START + timedelta(days=60))
    for number in range(count):
        # One generator a model, so that each can be had again by itself.
        random = Random(f"{seed}/{number}")
        words, outcome = _taken(world, random, number, seen)
        steps[outcome.step if isinstance(outcome, Refusal) else "live"] += 1
        if isinstance(outcome, Refusal):
            examples.setdefault(f"{outcome.step}: {words}", outcome.said[:300])
            if outcome.anonymous:
                seen.fault(f"model {number} ({words}) at {outcome.step}: {outcome.said}")
    return {
        "seed": seed,
        "models": count,
        "refused": {step: many for step, many in sorted(steps.items()) if step != "live"},
        "live": steps["live"],
        "rows": seen.rows,
        "answered": seen.answered,
        "row_errors": seen.row_errors,
        "anonymous_5xx": seen.anonymous_5xx,
        "faults": len(seen.faults),
        "examples": seen.faults[:EXAMPLES],
        "refusals": dict(list(examples.items())[:EXAMPLES]),
        "seconds": round(time.monotonic() - began, 1),
    }


def _taken(world: World, random: Random, number: int, seen: Seen) -> tuple[str, Refusal | None]:
    words, code, on_demand = [], {}, {}
    if random.random() < 0.7:
        drawn = {f"f{place}": feature(random, f"f{place}") for place in range(random.choice((1, 1, 2)))}
        code["features.py"] = (HEADER + "".join(source for _, source in drawn.values())).encode()
        on_demand = {name: f"features:{name}" for name in drawn}
        words += [said for said, _ in drawn.values()]
    if not words or random.random() < 0.5:
        said, source = own_pipeline(random)
        code["pipeline.py"] = source.encode()
        words.append(said)
    charter = world.charter(f"m{number}", on_demand, "pipeline.py" if "pipeline.py" in code else None)
    before = len(seen.faults)
    with tempfile.TemporaryDirectory() as folder, world.released(charter, code, Path(folder)) as outcome:
        if isinstance(outcome, Refusal):
            return "; ".join(words), outcome
        ask(outcome, list(odd_rows(golden_instance(world), random, ASKED)), seen)
    seen.faults[before:] = [f"model {number} ({'; '.join(words)}): {fault}" for fault in seen.faults[before:]]
    return "; ".join(words), None


def table(seed: int) -> bytes:
    """The table every model learns from: its whole number and its truth value decide the outcome."""
    random, lines = Random(seed), ["at,x,color,size,warm,outcome"]
    for number in range(ROWS):
        at = START + timedelta(minutes=100 * number)
        x = "" if random.random() < 0.05 else f"{random.gauss(0, 1):.4f}"
        color = random.choice(("red", "green", "blue", "blue", ""))
        size, warm = random.randint(1, 9), random.random() < 0.5
        yes = random.random() < (0.98 if size + 2 * warm > 5 else 0.02)
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{x},{color},{size},{str(warm).lower()},{'yes' if yes else 'no'}")
    return "\n".join([*lines, ""]).encode()


if __name__ == "__main__":
    main()
