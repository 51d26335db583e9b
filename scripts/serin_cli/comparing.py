"""`serin runs --compare`: runs and their trials side by side, as a table or as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serin.domain.metrics import GREATER_IS_BETTER
from serin.domain.records import from_record
from serin.domain.runs import RunSummary
from serin_cli import story
from serin_cli.client import Client
from serin_cli.scorecards import page_file

SHOWN = 200
_MOST_METRICS, _MOST_PARAMS = 4, 6


@dataclass(frozen=True)
class Comparison:
    """Which runs and trials of a model are set side by side, in which order."""

    model: str
    where: Sequence[str] = ()
    order: str | None = None
    limit: int = SHOWN


def compare(client: Client, asked: Comparison, page: str | None = None, *, as_json: bool = False) -> Any:
    """The runs side by side: a page, records for --json, or a table."""
    query: dict[str, Any] = {"where": list(asked.where), "limit": str(asked.limit)}
    query |= {"order": asked.order} if asked.order else {}
    records = client.get("/runs/compare", model=asked.model, **query)["items"]
    if page is not None:
        # Whoever asks for no page waits for no templates.
        from serin.pages.runs import runs_page
        from serin_cli.page_files import written

        runs = [from_record(RunSummary, record) for record in records]
        return written(runs_page(asked.model, runs), page_file(page, "runs", asked.model))
    if as_json or not records:
        return records
    lines = [_line(record, *_columns(records)) for record in records]
    story.show_table(lines, list(lines[0]))
    return None


def progress_of(client: Client, model: str, run: str) -> Callable[[], str]:
    """What to say of a search while it goes on."""

    def said() -> str:
        trials = client.get("/runs/compare", model=model, where=f"parent={run}", limit="300")["items"]
        if not trials:
            return "Training"
        failed = sum(trial["status"] == "failed" for trial in trials)
        over = f"Training: {len(trials)} trial{'s' if len(trials) != 1 else ''} over"
        return over + (f", {failed} failed" if failed else "") + _best_of(trials)

    return said


def _best_of(trials: Sequence[Mapping[str, Any]]) -> str:
    shown = [trial["metrics"] for trial in trials if trial["metrics"]]
    name = next((name for name in shown[0] if name.endswith((".log_loss", ".rmse"))), None) if shown else None
    values = [metrics[name]["value"] for metrics in shown if name in metrics]
    return f", best {name} {min(values):.4g}" if values else ""


def _columns(records: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The hyperparameters and metrics that there is room for."""
    params = dict.fromkeys(name for record in records for name in record["params"])
    metrics = dict.fromkeys(name for record in records for name in record["metrics"])
    return list(params)[:_MOST_PARAMS], sorted(metrics, key=_place)[:_MOST_METRICS]


def _place(name: str) -> tuple[bool, bool, str]:
    """What is a loss and was measured on the holdout first."""
    dataset, _, metric = name.partition(".")
    return GREATER_IS_BETTER.get(metric, True), dataset != "holdout", name


def _line(record: Mapping[str, Any], params: Sequence[str], metrics: Sequence[str]) -> dict[str, Any]:
    measured = {name: record["metrics"].get(name) for name in metrics}
    return {
        "run": record["id"],
        "status": record["status"],
        "algorithm": record.get("algorithm"),
        **{name: record["params"].get(name) for name in params},
        **{name: None if of is None else f"{of['value']:.4g}" for name, of in measured.items()},
        "seconds": f"{record['seconds']:.1f}",
    }
