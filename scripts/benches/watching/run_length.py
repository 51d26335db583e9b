"""How often a model that nothing happened to raises an alarm: whole years, the platform's own functions from the counts
of a window to the notice of an episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from scipy import stats

from benches.watching.changes import thinned
from benches.watching.world import WEEK, World, split
from serin.data.watching.counts import Counts
from serin.data.watching.references import WatchReference, reference_of
from serin.data.watching.windows import compared
from serin.domain.judgement.watching.drift import judge
from serin.domain.judgement.watching.episodes import Episode, advance
from serin.domain.judgement.watching.evidence import Window
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.domain.judgement.watching.verdicts import WindowVerdict

WINDOWS_A_YEAR = 52
POLICY = WatchPolicy()
Length = Mapping[str, float]


def run_length(lag_1: float, years: int, reference: int, seed: int, rows_a_day: int = 300, later: int = 0) -> Length:
    """Notices a year and model, with a 95 % interval; each year is of another model with a reference of its own.

    `later` is how many rows a day there are after the reference, if not the same.
    """
    random = np.random.default_rng(seed)
    notices = [_notices(random, World(lag_1, rows_a_day), reference, later) for _ in range(years)]
    return interval(notices)


def interval(notices: Sequence[int]) -> Length:
    """A rate with its interval (Garwood 1936), widened where years differ more than a Poisson's would."""
    years, total, mean = len(notices), sum(notices), float(np.mean(notices))
    spread = float(np.sqrt(max(1.0, float(np.var(notices, ddof=1)) / mean))) if total else 1.0
    low = float(stats.chi2.ppf(0.025, 2 * total)) / 2 / years if total else 0.0
    high = float(stats.chi2.ppf(0.975, 2 * total + 2)) / 2 / years
    ends = {"low": mean - (mean - low) * spread, "high": mean + (high - mean) * spread}
    return {"alarms_per_year": round(mean, 4), **{name: round(end, 4) for name, end in ends.items()}, "years": years}


def _notices(random: np.random.Generator, world: World, reference: int, later: int) -> int:
    known, windows = split(world.model(random, reference + WINDOWS_A_YEAR), reference)
    if later:
        share = later / world.rows_a_day
        windows = [{name: thinned(random, counts, share) for name, counts in window.items()} for window in windows]
    return len(notices_of(reference_of(known, POLICY), windows, known.end))


def notices_of(reference: WatchReference, windows: Sequence[Mapping[str, Counts]], begin: datetime) -> list[str]:
    """What is told while these windows pass."""
    notices: list[str] = []
    episodes: tuple[Episode, ...] = ()
    verdict: WindowVerdict | None = None
    for place, counts in enumerate(windows):
        verdict = judged(reference, counts, begin + place * WEEK, verdict)
        step = advance(episodes, verdict)
        episodes = step.episodes
        notices += [step.notice] if step.notice else []
    return notices


def judged(
    reference: WatchReference, counts: Mapping[str, Counts], begin: datetime, previous: WindowVerdict | None
) -> WindowVerdict:
    """The verdict on a window of these counts."""
    rows = max(of.rows for of in counts.values())
    window = Window(begin, begin + WEEK, rows, compared(reference, counts))
    return judge(window, reference.baseline, POLICY, previous)
