"""`serin watch --page`: what the platform knows of a watched model, asked for and written as one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from serin.domain.auditing.alarms import rang
from serin.domain.auditing.entry import Entry
from serin.domain.datasets import Upload
from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.records import from_record
from serin.domain.releases import Release
from serin.domain.watched import WatchedWindow, WatchState, WindowReport
from serin.files.models import read_models
from serin.pages.watch import Happened, Watched, watch_page
from serin_cli.checkout import MODELS
from serin_cli.client import Client
from serin_cli.page_files import written
from serin_cli.scorecards import page_file

Record = Mapping[str, Any]
_ENTRIES = "1000"
"""So many of the newest entries of the audit are looked through for alarms, in one call."""


def write(client: Client, model: str, seen: Record, file: str) -> Mapping[str, str]:
    """Write the page of an answer of `GET /models/M/watch` and say where it is.

    Raises NotFound before there is a window to show.
    """
    if seen.get("report") is None:
        raise NotFound(
            f"No window of {model} was looked at yet.", "The first is judged a day after it is over: ask again then."
        )
    report = from_record(WindowReport, seen["report"])
    windows = [from_record(WatchedWindow, window) for window in seen["windows"]][::-1]
    state: WatchState = from_record(WatchState, seen["state"])
    since = min(window.begin for window in [*windows, report.window])
    watched = Watched(report, windows, state.episodes, state.decision, _happened(client, model, since))
    return written(watch_page(watched, state.looked or report.window.at), page_file(file, "watch", model))


def _happened(client: Client, model: str, since: datetime) -> Happened:
    """Uploads are those of the datasets that the model has in this checkout."""
    datasets = {name for folder in read_models(MODELS) if folder.charter.model == model for name in folder.contracts}
    uploads = [upload for name in sorted(datasets) for upload in _after(client, "/uploads", since, dataset=name)]
    return Happened(
        [from_record(Upload, upload) for upload in uploads],
        [from_record(Run, run) for run in _after(client, "/runs", since, model=model)],
        [from_record(Release, release) for release in _after(client, f"/models/{model}/releases", since)],
        rang([from_record(Entry, entry) for entry in client.get("/audit", model=model, limit=_ENTRIES)["items"]]),
    )


def _after(client: Client, path: str, since: datetime, **query: str) -> Iterator[Record]:
    """The items of a list from then on, the newest first, and no page more than they need."""
    after: dict[str, str] = {}
    while True:
        page = client.get(path, **query, **after)
        for item in page["items"]:
            if datetime.fromisoformat(item["at"]) < since:
                return
            yield item
        if "next" not in page:
            return
        after = {"after": page["next"]}
