"""What a role looks at first of a model: the key metric that the charter names, as the newest records have it."""

from __future__ import annotations

from datetime import timedelta

from serin.domain.charter import Charter
from serin.domain.datasets import judged_last
from serin.domain.health import VersionHealth
from serin.domain.judgement.watching.performance import Performance
from serin.domain.key_figures import KeyFigure
from serin.domain.metrics import GREATER_IS_BETTER
from serin.domain.people import KeyMetric
from serin.domain.plain_numbers import how_many
from serin.domain.watched import WatchedWindow
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.show_health import show_health
from serin.services.show_watch import report_of

_WINDOWS, _UPLOADS = 12, 20
_DAY = timedelta(days=1)


def show_key_figure(
    charter: Charter, metric: KeyMetric, *, catalog: Catalog, lake: ObjectStore, clock: Clock
) -> KeyFigure:
    """The metric's newest value; nothing is read of the others."""
    match metric:
        case "value_per_1000":
            return _value(charter, catalog, lake)
        case "satisfaction":
            # It reads tables, and whoever looks at something else waits for none of what does.
            from serin.services.show_satisfaction import show_satisfaction

            return show_satisfaction(charter, lake=lake, clock=clock)
        case "quality_score":
            return _quality(charter, catalog)
        case "latency_p95_ms" | "error_rate":
            health = show_health(charter.model, _DAY, lake=lake, catalog=catalog, clock=clock)
            return _of_calls(charter, metric, next(iter(health.versions), None))
    return _of_task(charter, metric, catalog)


def _value(charter: Charter, catalog: Catalog, lake: ObjectStore) -> KeyFigure:
    for window in catalog.latest_windows(charter.model, _WINDOWS).items:
        of = report_of(window, lake=lake).value
        if of is not None and of.window is not None:
            unit = f"in {charter.value.unit}, " if charter.value else ""
            return _judged("value_per_1000", of, window, unit, of.status == "LOSS")
    return KeyFigure("value_per_1000", None, "no window has had enough truth to say what decisions brought")


def _of_task(charter: Charter, metric: KeyMetric, catalog: Catalog) -> KeyFigure:
    for window in catalog.latest_windows(charter.model, _WINDOWS).items:
        of = next((of for of in window.performance if of.metric == metric and of.window is not None), None)
        if of is not None and of.window is not None:
            floor, better = charter.floors.get(metric), GREATER_IS_BETTER[metric]
            below = floor is not None and (of.window.estimate < floor if better else of.window.estimate > floor)
            asked = f"{floor:g} is asked, " if floor is not None else ""
            return _judged(metric, of, window, asked, below or of.status == "LOSS")
    return KeyFigure(metric, None, "no window has had enough truth to say how good the model is")


def _judged(metric: KeyMetric, of: Performance, window: WatchedWindow, also: str, bad: bool) -> KeyFigure:
    assert of.window is not None
    told = f"{also}of {of.window.rows:,} rows with truth in the window until {window.end:%Y-%m-%d}"
    return KeyFigure(metric, of.window.estimate, told, of.window.low, of.window.high, bad)


def _quality(charter: Charter, catalog: Catalog) -> KeyFigure:
    """The lowest score of the newest upload of each dataset."""
    scores = []
    for dataset in charter.datasets:
        upload = judged_last(catalog.latest_uploads(dataset.name, _UPLOADS).items)
        if upload is not None:
            scores += [(score.value, name, upload) for name, score in upload.scorecard.items()]
    if not scores:
        return KeyFigure("quality_score", None, "no upload was judged yet")
    value, name, upload = min(scores, key=lambda score: score[0])
    return KeyFigure("quality_score", value, f"{name} of {upload.dataset}, {upload.file}: the lowest of its data")


def _of_calls(charter: Charter, metric: KeyMetric, most: VersionHealth | None) -> KeyFigure:
    if most is None or not most.calls or (metric == "latency_p95_ms" and most.p95_ms is None):
        return KeyFigure(metric, None, "nobody called it in the last 24 hours")
    of = f"{how_many(most.calls, 'call')} of version {most.version or 'none'} in 24 hours"
    if metric == "error_rate":
        share, asked = most.failed / most.calls, charter.objectives.error_rate
        return KeyFigure(metric, 100 * share, f"{100 * asked:g} at most is asked; of {of}", bad=share > asked)
    asked = charter.objectives.latency_p95_ms
    return KeyFigure(metric, most.p95_ms, f"{asked:g} at most is asked; of {of}", bad=(most.p95_ms or 0) > asked)
