"""The judge of releases: how often it promotes, takes back and holds, beside others' rules on the same traffic."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benches.measuring import PROGRESS
from benches.releasing.cases import CASES
from benches.releasing.goals import unmet
from benches.releasing.live.measured import measured as measured_alive
from benches.releasing.outcomes import STATUSES, Row
from benches.releasing.peers import Rule
from benches.releasing.rows import best_settings, rows
from benches.releasing.serin_rule import serin

REPETITIONS = 2000
SEED = 20130501
Rows = Mapping[str, Mapping[str, Row]]


def main() -> None:
    """Print the rows and which goals are not met, and write them."""
    parser = ArgumentParser(prog="bench release", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help=f"a row (default: {REPETITIONS:,})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the traffic (default: {SEED})")
    parser.add_argument("--live", action="store_true", help="and on the local cloud, asked over HTTP: 20 minutes")
    arguments = parser.parse_args()
    PROGRESS.print(f"seed {arguments.seed}")
    best = best_settings(arguments.seed)
    figures = measured(
        {"serin": serin, **{name: rule for name, (_, rule) in best.items()}}, arguments.seed, arguments.repetitions
    )
    missed = unmet({case: figures[case]["serin"] for case in figures})
    Console().print(_table(figures), *(missed or ["every goal is met"]), sep="\n")
    live = measured_alive(arguments.seed) if arguments.live else {}
    if arguments.json:
        report = {
            "rows": figures,
            "live": live,
            "silence_promoted": figures["silence"]["serin"]["promoted"],
            "settings": {name: setting for name, (setting, _) in best.items()},
            "seed": arguments.seed,
            "repetitions": arguments.repetitions,
        }
        Path(arguments.json).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measured(rules: Mapping[str, Rule], seed: int, repetitions: int) -> dict[str, dict[str, Row]]:
    """Each case's row of each rule."""
    rows_of: dict[str, dict[str, Row]] = {case: {} for case in CASES}
    for name, rule in rules.items():
        PROGRESS.print(f"{repetitions:,} releases a case by {name}")
        for case, figures in rows(rule, seed, repetitions).items():
            rows_of[case][name] = figures
    return rows_of


def _table(rows: Rows) -> Table:
    table = Table("case", "rule", "promoted", "rolled back", "held", "requests", "failed calls", box=None)
    for case, rules in rows.items():
        for name, figures in rules.items():
            shares = (f"{figures[status]:.4f}" for status in STATUSES)
            medians = (f"{figures[key]:,.0f}" for key in ("median_requests", "median_failed_calls"))
            table.add_row(case, name, *shares, *medians)
    return table


if __name__ == "__main__":
    main()
