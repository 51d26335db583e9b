"""Whether a model is likely to have become worse, before truth says so: for an alert, and for nothing else.

An estimate reads scores by what they meant on the newest rows with truth, so it follows inputs that move. It cannot see
that the relation between inputs and label has changed: nothing in the inputs shows that.
"""

from __future__ import annotations

from dataclasses import replace

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.performance import FEWEST_DAYS, Performance, judge_performance
from serin.domain.plain_numbers import how_many

BEFORE_TRUTH = "log_loss before truth"
"""The episode of an estimate."""
ASSUMES = (
    "This is an estimate without truth: it takes the relation between inputs and label to be what it was, "
    "and cannot see another."
)


def judge_estimate(window: Sample, reference: Sample, alpha: float, *, rows_with_truth: int) -> Performance:
    """Whether the log loss that a window's scores promise is worse than that of the reference, by the same reading.

    `reference` are rows whose truth is known, read as the window's are; `rows_with_truth` taught what scores mean.
    """
    loss = judge_performance("log_loss", window, reference, alpha, higher_is_better=False)
    if loss.status == "INSUFFICIENT_DATA" or loss.window is None or loss.reference is None:
        days = min(len(window.blocks), len(reference.blocks))
        needed = f"{FEWEST_DAYS} are needed in the window and in the reference"
        return replace(loss, sentence=f"log_loss before truth: scores of {how_many(days, 'day')}, {needed}. {ASSUMES}")
    now, before = loss.window, loss.reference
    sure = f"{now.estimate:.4g} ({now.low:.4g} to {now.high:.4g}, {how_many(now.rows, 'row')})"
    ending = (
        f"worse by at least {loss.bound:.2g}"
        if loss.status == "LOSS"
        else f"a loss of {loss.detectable:.2g} could have been seen"
    )
    said = (
        f"log_loss is likely to be {sure} by what scores meant on {how_many(rows_with_truth, 'row')} with truth, "
        f"where it would be {before.estimate:.4g}: {ending}."
    )
    return replace(loss, sentence=f"{said} {ASSUMES}")
