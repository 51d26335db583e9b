"""Columns that say too much of the label to be known beforehand: told as warnings, never refused.

Evidence is skill on rows that were not fitted on (`serin.learning.lone_columns`). A column, or two combined, is suspect
when it gives the label away exactly, or when it says much and all other columns together say little: honest strong
columns have company. The thresholds are held to scikit-learn's tables and to flights by tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Task
from serin.learning.columns import TrainingColumns
from serin.learning.lone_columns import Candidate, Halves, combined_columns, single_columns
from serin.learning.pipelines import default_pipeline
from serin.learning.splits import Splits
from serin.measures.arrays import Floats, Labels, Mask
from serin.serving.scoring import scores_of

ROWS = 3_000
"""Rows that are looked at on each side, spread evenly."""
SCREENED = 800
FEWEST = 50
FEWEST_TO_COMPARE = 150
"""With fewer rows that teach, what the other columns say together is not learnt, and nothing is said of it."""
EXACT = 0.999
MUCH = 0.3
PAIR = 0.9
RENAMED = 0.75
"""Classes under other names in all but some 4 rows of 100."""
TIMES = 3.0
COMPANY = 5
"""Beside fewer other columns an honest one may well be the only one that says much."""
GAP = 5.0
"""Classes are apart when the gaps between them are so many times as wide as the widest of them."""
MOST = 3
_PARAMS = {
    **{"max_iter": 40, "max_leaf_nodes": 8, "min_samples_leaf": 5},
    **{"learning_rate": 0.1, "l2_regularization": 0.0, "max_features": 1.0},
}


@dataclass(frozen=True, eq=False)
class Suspect:
    """What says too much, its skill, and that of the columns beside it; None where it gives the label away."""

    candidate: Candidate
    skill: float
    others: float | None = None

    @property
    def sentence(self) -> str:
        """What was found and what to ask oneself."""
        what = (
            f"{self.candidate.said} {'gives the label away' if self.others is None else 'says too much of the label'}"
        )
        beside = "" if self.others is None else f", all other columns together {max(self.others, 0.0):.0%}"
        return (
            f"{what}: alone it tells {self.skill:.1%} of what can be told{beside}. Is it known when the model is asked?"
        )


def suspicions(columns: TrainingColumns, task: Task, splits: Splits) -> tuple[str, ...]:
    """A sentence for each suspect, the worst first; none where there are too few rows to tell."""
    return tuple(suspect.sentence for suspect in suspects(columns, task, splits.older, splits.newer))


def suspects(columns: TrainingColumns, task: Task, older: Mask, newer: Mask) -> tuple[Suspect, ...]:
    """Those that older rows teach and newer rows confirm."""
    learnt, held = _sample(older), _sample(newer)
    if min(len(learnt), len(held)) < FEWEST or len(np.unique(columns.label[learnt])) < 2:
        return ()
    label = columns.label if task == "regression" else np.unique(columns.label, return_inverse=True)[1]
    halves = Halves(task, label.astype(np.float64), learnt, held)
    singles = [Suspect(one, halves.skill_of(one.values)) for one in single_columns(columns.table)]
    singles.sort(key=lambda one: -one.skill)
    if exact := tuple(one for one in singles if _gives_away(halves, one)):
        return exact
    pair = _best_pair(columns, halves, singles)
    if pair and _pair_gives_away(halves, pair):
        return (pair,)
    renamed = [one for one in singles if one.skill >= RENAMED and _is_renamed(halves, one)]
    return (
        tuple(_strong(columns, halves, singles))
        or tuple(_beside_others(columns, halves, renamed))
        or tuple(_strong_pair(columns, halves, pair))
    )


def _sample(rows: Mask) -> Labels:
    places = np.flatnonzero(rows)
    return places[np.linspace(0, len(places) - 1, min(ROWS, len(places))).astype(np.intp)]


def _strong(columns: TrainingColumns, halves: Halves, singles: Sequence[Suspect]) -> Iterator[Suspect]:
    """The strong few without which little is left."""
    strong = [one for one in singles if one.skill >= max(MUCH, singles[0].skill / 3)]
    names = {name for one in strong for name in one.candidate.names}
    if len(columns.columns) - len(names) < COMPANY:
        strong = [one for one in strong if one.skill >= PAIR]
        names = {name for one in strong for name in one.candidate.names}
    if 0 < len(names) <= MOST and len(names) < len(columns.columns) and len(halves.learnt) >= FEWEST_TO_COMPARE:
        weak = max(one.skill for one in singles if one.candidate.names[0] not in names)
        others = max(weak, _skill_without(columns, halves, names))
        if strong[0].skill >= TIMES * others:
            yield from (Suspect(one.candidate, one.skill, others) for one in strong)


def _gives_away(halves: Halves, one: Suspect) -> bool:
    """A number that is the label on another scale, or classes under other names: one value for each class."""
    if halves.task == "regression":
        return one.skill >= EXACT
    return one.skill >= 0.98 and _is_renamed(halves, one)


def _is_renamed(halves: Halves, one: Suspect) -> bool:
    """Whether a column has one value for each class."""
    values = one.candidate.values[np.isfinite(one.candidate.values)]
    return halves.task != "regression" and len(np.unique(values)) == len(np.unique(halves.label))


def _beside_others(columns: TrainingColumns, halves: Halves, doubtful: Sequence[Suspect]) -> Iterator[Suspect]:
    """Those, with what the columns beside each say: honest ones are no copy with some errors in it."""
    if len(halves.learnt) >= FEWEST_TO_COMPARE:
        for one in doubtful[:MOST]:
            yield Suspect(one.candidate, one.skill, _skill_without(columns, halves, set(one.candidate.names)))


def _far_apart(halves: Halves, values: Floats) -> bool:
    """Whether each class has a range of its own, and the gaps are wide beside it: what is measured lies closer."""
    known = [values[(halves.label == number) & np.isfinite(values)] for number in np.unique(halves.label)]
    if not all(len(of_one) for of_one in known):
        return False
    ranges = sorted((float(of_one.min()), float(of_one.max())) for of_one in known)
    gaps = [after[0] - before[1] for before, after in pairwise(ranges)]
    return min(gaps) > GAP * max(high - low for low, high in ranges)


def _best_pair(columns: TrainingColumns, halves: Halves, singles: Sequence[Suspect]) -> Suspect | None:
    """The two columns that say most together, if that is much and far more than each alone."""
    alone = {one.candidate.names[0]: one.skill for one in reversed(singles)}
    best: Suspect | None = None
    thin = halves.thinner(SCREENED)
    for candidate in combined_columns(columns.table, list(dict.fromkeys(one.candidate.names[0] for one in singles))):
        pair = Suspect(candidate, thin.skill_of(candidate.values))
        if best is None or pair.skill > best.skill:
            best = pair
    if best is None:
        return None
    best = Suspect(best.candidate, halves.skill_of(best.candidate.values))
    enough = best.skill >= PAIR and 1 - best.skill <= (1 - max(alone[name] for name in best.candidate.names)) / 4
    return best if enough else None


def _pair_gives_away(halves: Halves, pair: Suspect) -> bool:
    return pair.skill >= EXACT if halves.task == "regression" else _far_apart(halves, pair.candidate.values)


def _strong_pair(columns: TrainingColumns, halves: Halves, pair: Suspect | None) -> Iterator[Suspect]:
    """The pair, if little is left without it."""
    if pair is not None and len(halves.learnt) >= FEWEST_TO_COMPARE:
        others = _skill_without(columns, halves, set(pair.candidate.names))
        if pair.skill >= TIMES * others:
            yield Suspect(pair.candidate, pair.skill, others)


def _skill_without(columns: TrainingColumns, halves: Halves, names: set[str]) -> float:
    """What all other columns say together, by the default pipeline."""
    table = columns.table.iloc[halves.learnt]
    used = tuple(item for item in columns.columns if item.name not in names and table[item.name].notna().any())
    if not used:
        return 0.0
    chosen = [column.name for column in used]
    model = default_pipeline(halves.task, used, _PARAMS)
    held = columns.table.iloc[halves.held][chosen]
    classes = () if halves.task == "regression" else np.unique(columns.label).tolist()
    with threadpool_limits(limits=1):
        model.fit(table[chosen], columns.label[halves.learnt])
        scores = scores_of(model, "regression" if halves.task == "regression" else "multiclass", classes, held)
    return halves.skill_of_numbers(scores) if halves.task == "regression" else halves.skill_of_shares(scores)
