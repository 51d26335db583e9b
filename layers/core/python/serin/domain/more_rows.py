"""What more rows would bring: the gain that the last training's curve expects, and what a training on them costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from serin.domain.charter import Charter, View
from serin.domain.cut_plan import plan_training_set
from serin.domain.cut_sizes import TableSize
from serin.domain.measurements import LearningCurve
from serin.domain.plan_costs import LastFits, MoreRows
from serin.domain.training_size import CURVE_FROM, TIMES


def times_the_rows(
    charter: Charter,
    tables: Mapping[str, TableSize],
    views: Sequence[View],
    last: LastFits | None,
    curve: LearningCurve | None,
) -> MoreRows:
    """What `TIMES` the rows would bring, by the curve of the last training, and what a training on them would cost."""
    plan = plan_training_set(
        charter, {name: replace(table, files=table.files * TIMES) for name, table in tables.items()}, views, last=last
    )
    usd = plan.usd + (plan.fits.usd if plan.fits else 0.0)
    more = MoreRows(TIMES, usd, refused=plan.refused)
    if last is None:
        return replace(more, unknown="no training has been judged yet")
    if curve is None or curve.onward is None:
        few = f"its curve takes {CURVE_FROM:,} learnable rows and days that judge"
        return replace(more, run=last.run, unknown=f"run {last.run} had too few: {few}")
    # What is asked is ten times the rows of the curve's last point; the datasets have about these.
    return replace(more, run=last.run, metric=curve.metric, gain=curve.onward)
