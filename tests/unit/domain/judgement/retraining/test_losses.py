"""What a live model's windows show together."""

from __future__ import annotations

import random

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.retraining.losses import judge_loss, together, training_alpha
from serin.domain.judgement.watching.policy import WatchPolicy


def days(mean: float, count: int, seed: int) -> Sample:
    draw = random.Random(seed)
    return Sample([draw.gauss(mean, 0.02) for _ in range(count)], 900 * count, ordered=True)


def status(means: list[float]) -> str:
    windows = [days(mean, 7, seed) for seed, mean in enumerate(means)]
    return judge_loss(
        "log_loss", windows, days(0.44, 14, 99), training_alpha(WatchPolicy()), higher_is_better=False
    ).status


def test_what_came_at_once_is_seen_in_the_newest_window_and_what_came_slowly_in_four() -> None:
    assert status([0.44, 0.44, 0.44, 0.44]) == "NO_LOSS_SEEN"
    assert status([0.44, 0.44, 0.44, 0.60]) == "LOSS"
    assert status([0.465]) == "NO_LOSS_SEEN"
    assert status([0.465, 0.465, 0.465, 0.465]) == "LOSS"


def test_older_windows_than_four_are_forgotten() -> None:
    assert status([0.60, 0.60, 0.44, 0.44, 0.44, 0.44]) == "NO_LOSS_SEEN"


def test_without_a_window_nothing_is_said() -> None:
    assert status([]) == "INSUFFICIENT_DATA"
    both = together([days(0.4, 3, 1), days(0.4, 4, 2)])
    assert (len(both.blocks), both.rows, both.ordered) == (7, 6300, True)
