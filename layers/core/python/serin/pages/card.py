"""The page of a model card."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from serin.domain.card import Card
from serin.domain.judgement.value import TWO_VALUES, values_of
from serin.domain.measurements import Estimate
from serin.domain.metrics import GREATER_IS_BETTER, VALUE
from serin.domain.plain_numbers import how_many
from serin.pages.measures import Row, intervals, said_and_so
from serin.pages.rendering import rendered

_NAMES = {
    "binary": ("probability that was given", "share that was so"),
    "multiclass": ("probability of the likeliest class", "share where it was right"),
    "regression": ("what was said", "mean of what was so"),
}


def card_page(card: Card) -> str:
    """The page; a part that is not known says so in its place."""
    measured = card.measured
    return rendered(
        "card.html",
        card=card,
        design=card.design,
        data=card.data,
        measured=measured,
        at=card.at.isoformat(timespec="minutes").replace("+00:00", "Z"),
        metrics=[(metric, _way(metric.name)) for metric in card.metrics if metric.name != VALUE],
        missing={one.part: one for one in card.missing},
        gate_values=values_of(card.verdict),
        two_values=TWO_VALUES,
        slices=list(_slices(card)),
        calibration=said_and_so("What was said, and what was so", measured.calibration, _NAMES[card.design.task])
        if measured and measured.calibration
        else None,
        features=_features(card),
        views=_views(card),
    )


def _way(metric: str) -> str:
    if metric not in GREATER_IS_BETTER:
        return ""
    return "more is better" if GREATER_IS_BETTER[metric] else "less is better"


def _slices(card: Card) -> Iterator[tuple[str, Markup]]:
    measured = card.slices
    for column, metric in dict.fromkeys((one.column, one.metric) for one in measured):
        its = [one for one in measured if (one.column, one.metric) == (column, metric)]
        rows = [Row(one.value, one.estimate, _told(f"{column} {one.value}", metric, one.estimate)) for one in its]
        yield f"{metric} by {column}", intervals(f"{metric} by {column}", rows)


def _features(card: Card) -> Markup | None:
    gains = card.measured.features if card.measured else ()
    ordered = sorted(gains, key=lambda gain: -gain.loss.value)[:40]
    rows = [Row(one.feature, one.loss, _told(one.feature, "worse by", one.loss)) for one in ordered]
    return intervals("What the model relies on", rows, "relies on nothing of it") if rows else None


def _views(card: Card) -> Markup | None:
    views = card.measured.views if card.measured else ()
    ordered = sorted(views, key=lambda view: -view.loss.value)
    rows = [Row(one.view, one.loss, _told(f"without {one.view}", "worse by", one.loss)) for one in ordered]
    return intervals("Loss without each view", rows, "no loss") if rows else None


def _told(about: str, metric: str, estimate: Estimate) -> str:
    interval = "" if estimate.low is None else f" ({estimate.low:.4g} to {estimate.high:.4g})"
    return f"{about}: {metric} {estimate.value:.4g}{interval}, {how_many(estimate.rows, 'row')}"
