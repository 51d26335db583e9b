"""Faults: thousands of seeded schedules of uploads, or of releases, whose functions die, are throttled and overtake.

Files are put while accept_upload and build_features work, and every call they make may go wrong. Once all is at rest
no row may be lost or doubled, every record must be true, and what is served online must follow from the rows.
The same schedules with effects that are wrong on purpose show what they are able to find. With `--releases`, releases
meet each other, people, faults and the sweepers: alias, pointer, records, lease and verdicts must agree in the end.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from benches.schedules.functions import SERIN
from benches.schedules.releases.tally import run as run_releases
from benches.schedules.tally import Tally, run
from benches.schedules.variants import VARIANTS

WRONG_SHARE, WRONG_LEAST, PROGRESS = 0.02, 200, 250
SUBJECTS = {subject.name: subject for subject in (SERIN, *VARIANTS)}


def main() -> None:
    """Run the schedules, and print the figures; 1 when a fact did not hold, or a wrong effect was not found."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="the first; each schedule has the next")
    parser.add_argument("--features-every", type=int, default=1, metavar="N", help="build features in every n-th")
    parser.add_argument("--only", type=int, metavar="SEED", help="run one schedule, and tell its steps")
    parser.add_argument("--subject", choices=sorted(SUBJECTS), default=SERIN.name, help="whose schedule --only runs")
    parser.add_argument("--releases", action="store_true", help="schedules of releases, not of uploads")
    parser.add_argument("--json", metavar="FILE")
    given = parser.parse_args()
    if given.only is not None:
        sys.exit(_one(given.only, given.subject, given.features_every, releases=given.releases))
    if given.releases:
        figures, found = _releases(given.seed, given.schedules)
    else:
        figures, found = _all(given.seed, given.schedules, given.features_every)
    text = json.dumps(figures, indent=2)
    print(text)
    if given.json:
        Path(given.json).write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if found else 1)


def _one(seed: int, subject: str, every: int, *, releases: bool) -> int:
    tally: Tally = (
        run_releases([seed], keep_all=True) if releases else run([seed], SUBJECTS[subject], every, keep_all=True)
    )
    print(tally.told())
    return 1 if tally.broken else 0


def _all(first: int, count: int, every: int) -> tuple[dict[str, Any], bool]:
    """The figures, and whether they are as they must be."""
    began = time.monotonic()
    print(f"seeds {first} to {first + count - 1}", file=sys.stderr)
    tally = run(_progress(first, count, began), SERIN, every)
    print(tally.told(), file=sys.stderr, end="")
    wrong = [run(range(first, first + max(WRONG_LEAST, int(count * WRONG_SHARE))), subject) for subject in VARIANTS]
    figures = {
        "seed": first,
        "seconds": round(time.monotonic() - began, 1),
        **tally.figures(),
        "wrong_on_purpose": {one.subject: _caught(one) for one in wrong},
    }
    return figures, not tally.broken and all(one.broken for one in wrong)


def _releases(first: int, count: int) -> tuple[dict[str, Any], bool]:
    began, cpu = time.monotonic(), time.process_time()
    print(f"seeds {first} to {first + count - 1}", file=sys.stderr)
    tally = run_releases(_progress(first, count, began))
    print(tally.told(), file=sys.stderr, end="")
    each = round((time.process_time() - cpu) / count * 1000, 1)
    figures = {"seed": first, "seconds": round(time.monotonic() - began, 1), "cpu_ms_each": each, **tally.figures()}
    return figures, not tally.broken


def _caught(tally: Tally) -> dict[str, Any]:
    return {name: value for name, value in tally.figures().items() if name in ("schedules", "broken", "share")}


def _progress(first: int, count: int, began: float) -> Any:
    for done, seed in enumerate(range(first, first + count), 1):
        yield seed
        if done % PROGRESS == 0:
            print(f"{done:,} of {count:,} after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
