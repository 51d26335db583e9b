"""The gate: how often it lets in what is no better and keeps out what is, on days of flights and on simulated ones."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benches.flights import model
from benches.gating.days import families
from benches.gating.fitted import fit
from benches.gating.rates import Draw, Rate, answers, spread_of
from benches.gating.recipes import equal_recipes

CONTESTS = 4000
SEED = 20130401
Answers = Mapping[str, Mapping[str, Rate]]
GOALS = {"rejected": {"flights": 0.95, "independent": 0.95, "correlated": 0.9, "skewed": 0.9}}


def main() -> None:
    """Print the rates, with their 95 % intervals, and write them."""
    parser = ArgumentParser(prog="bench gate", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--contests", type=int, default=CONTESTS, help=f"how many of each kind (default: {CONTESTS:,})")
    arguments = parser.parse_args()
    results = measured(arguments.contests)
    recipes = equal_recipes(arguments.contests, model().charter.training.gate, SEED)
    Console().print(_table(results))
    for name, rate in recipes.items():
        Console().print(f"equal recipes, {name.replace('_', ' ')}: let in {_shown(rate)}")
    if arguments.json:
        simulated = {name: rates for name, rates in results.items() if name != "flights"}
        figures = {**results["flights"], "simulated": simulated, "equal_recipes": recipes}
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measured(contests: int) -> dict[str, Answers]:
    """The gate's answers, by kind of day; simulated days have the spread and the effects of those of flights."""
    gate = model().charter.training.gate
    fitted = fit()
    gains = fitted.gains
    spread = spread_of(gains["near_twin"])
    effects = {name: float(days.mean()) / spread_of(days) for name, days in gains.items() if name != "near_twin"}
    own = dict(fitted.draws(SEED))
    twin = own.pop("near_twin")
    answers_by_case: dict[str, Answers] = {"flights": answers(twin, spread, own, gate, contests)}
    for kind, days in families(SEED).items():
        bad = {name: _moved(days, effect, spread) for name, effect in effects.items()}
        answers_by_case[kind] = answers(_moved(days, 0.0, spread), spread, bad, gate, contests)
    return answers_by_case


def _moved(days: Draw, effect: float, spread: float) -> Draw:
    return lambda count: spread * (days(count) + effect)


def _table(answers: Mapping[str, Answers]) -> Table:
    table = Table("the gate says", "of", *answers, box=None)
    kinds = next(iter(answers.values()))
    for answer, challengers in kinds.items():
        for name in challengers:
            said = "pass" if answer == "beside" else answer
            table.add_row(said, name, *(_shown(rates[answer][name]) for rates in answers.values()))
    return table


def _shown(rate: Rate) -> str:
    return f"{rate['rate']:.3f} ({rate['low']:.3f} to {rate['high']:.3f})"


if __name__ == "__main__":
    main()
