"""The command: a year on the local cloud, its table, and the figures for `--json FILE`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from infra.local.processor import Spent
from infra.names import Names
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.adapters.events import EventBridgeEvents
from serin.adapters.s3 import S3ObjectStore
from serin.files.charters import read_charter
from serin.files.replaced import export_file
from serin_cli import story
from serin_cli.checkout import MODELS
from serin_cli.client import Client
from serin_cli.connection import aws_client
from serin_cli.local import Running, running
from serin_cli.sample import write_sample
from serin_cli.walk import STAGE
from serin_cli.watch_page import write
from serin_cli.year.broken import NAME, register_broken
from serin_cli.year.loop import FIRST_ASKED, LAST, MODEL, Episode, Loop
from serin_cli.year.meter import Meter, functions_of
from serin_cli.year.poison import poisoned
from serin_cli.year.scores import Month, Scores, months
from serin_cli.year.weeks import Weeks

SAMPLE = Path("build/flights")
POISONED_FROM, BROKEN_IN = 14, 26
"""From which week on somebody sends in wrong labels and trains, and in which one releases code with a fault."""
TO_JUDGE_BY = timedelta(days=14)
"""So long after the live version has learnt there are days that can tell a worse one: the gate asks for ten."""
BETWEEN_UPLOADS = (timedelta(days=2, hours=4), timedelta(days=2, hours=4), timedelta(days=2, hours=16))
"""A week in all. Quality is judged of weeks with three days of predictions or more, who asks needs features of the day,
and flights of the morning, of noon and of the evening are asked about, as the model has learnt them."""
_BUSIEST = 6
WATERMARK = timedelta(days=2)


def walk_year(file: Path | None, weeks: int | None) -> None:
    """The loop over 2013: uploads, predictions, truth, retrainings, releases; a table at the end."""
    began = time.monotonic()
    story.chapter("1. The platform, on a stage that looks for lost work every six hours")
    with running(FIRST_ASKED, stage=STAGE) as platform:
        client = Client(platform.connection)
        try:
            figures = _walk(client, platform, began, weeks)
        finally:
            client.close()
    if file is not None:
        export_file(file, f"{json.dumps(figures, indent=2)}\n".encode())


def _walk(client: Client, platform: Running, began: float, weeks: int | None) -> dict[str, Any]:
    meter, files = Meter(), {path.name: path for path in write_sample(SAMPLE)}
    loop = Loop(platform, client, Weeks(files, SAMPLE), meter)
    story.chapter("2. January and February: the first version, which is the static model from here on")
    loop.begin(files)
    story.chapter("3. A week after the other: upload, truth of what was asked before, questions about what comes")
    for week, visits in enumerate(_weeks(weeks), start=1):
        for since, until in visits:
            loop.visit(since, until)
        _event(week, loop, platform, files)
    with meter.doing("clock"):
        platform.cloud.advance(WATERMARK)
    scores = _scores(platform)
    table = [scores.month(*span, loop.now) for span in months(FIRST_ASKED, loop.now - WATERMARK)]
    return _told(table, loop, meter, began, _page(client), platform.cloud.spent)


def _page(client: Client) -> str:
    """Where the report of the last window is; a year that ends before one was looked at has none."""
    seen = client.get(f"/models/{MODEL}/watch")
    if seen.get("report") is None:
        return "No window was looked at yet: no page"
    return write(client, MODEL, seen, "")["page"]


def _weeks(count: int | None) -> Iterator[list[tuple[datetime, datetime]]]:
    """The spans between the uploads of each week."""
    since = FIRST_ASKED
    for _ in range((LAST - since) // sum(BETWEEN_UPLOADS, timedelta()) if count is None else count):
        moments: list[datetime] = [since]
        for span in BETWEEN_UPLOADS:
            moments.append(moments[-1] + span)
        yield list(pairwise(moments))
        since = moments[-1]


def _event(week: int, loop: Loop, platform: Running, files: dict[str, Path]) -> None:
    """What people do in this week; all else the platform begins by itself."""
    if week >= POISONED_FROM and not loop.course.poisoned and loop.now - loop.learnt >= TO_JUDGE_BY:
        loop.poison([files["2013-01.csv"], files["2013-02.csv"]], poisoned)
    elif week == BROKEN_IN:
        version = _broken(platform, loop)
        loop.course.seen.add(NAME)
        # Nobody else calls meanwhile: what the log holds of them would show the fault to the shadow.
        loop.release(version, "code with a fault", least=0)


def _broken(platform: Running, loop: Loop) -> int:
    catalog, artifacts = _catalog(platform), _bucket(platform, "artifacts")
    names = Names(platform.connection.stage)
    events = EventBridgeEvents(aws_client(platform.connection, "events"), names.bus)
    # What the log holds must not show the fault to the shadow.
    return register_broken(
        *(MODEL, loop.live, loop.asked_until),
        artifacts=artifacts,
        catalog=catalog,
        events=events,
        clock=platform.cloud.clock,
    )


def _scores(platform: Running) -> Scores:
    charter = read_charter(MODELS / MODEL / "model.yaml")
    lake, artifacts = _bucket(platform, "lake"), _bucket(platform, "artifacts")
    return Scores(charter, lake=lake, artifacts=artifacts, catalog=_catalog(platform))


def _bucket(platform: Running, name: str) -> S3ObjectStore:
    connection = platform.connection
    bucket = connection.uploads_bucket.replace("-uploads-", f"-{name}-")
    return S3ObjectStore(aws_client(connection, "s3"), bucket)


def _catalog(platform: Running) -> DynamoCatalog:
    table = Names(platform.connection.stage).table("catalog")
    return DynamoCatalog(RecordTable(aws_client(platform.connection, "dynamodb"), table))


def _told(
    table: Sequence[Month], loop: Loop, meter: Meter, began: float, page: str, spent: Mapping[str, Spent]
) -> dict[str, Any]:
    course = loop.course
    rows = [{**asdict(month), **_episodes(month.month, course.episodes)} for month in table]
    seconds = round(time.monotonic() - began, 1)
    story.chapter(f"The year in {seconds} s")
    story.show_table([_shown(row) for row in rows], list(_shown(rows[0])))
    functions = functions_of(spent)
    figures = {
        "months": rows,
        "predictions": course.asked,
        "calls": course.calls,
        "failed": course.failed,
        "truth": sum(month.truth for month in table),
        "retrained": course.trained,
        "deployed": course.ended("live"),
        "rejected": course.ended("rejected"),
        "rolled_back": course.ended("rolled_back"),
        "seconds": seconds,
        "cpu_s": dict(meter.figures()),
        "functions": functions,
    }
    story.say(f"\n   {course.asked:,} predictions in {course.calls:,} calls; CPU seconds: {figures['cpu_s']}")
    busiest = [f"{one['function']} {one['cpu_s']:.0f} in {one['executions']:,}" for one in functions[:_BUSIEST]]
    story.say(
        f"   of functions, in so many executions: {', '.join(busiest)}; the rest is the local cloud's and the walk's"
    )
    story.say(f"   {page} shows the last window, and uploads, episodes, trainings and releases on one time line")
    return figures


def _episodes(month: str, episodes: Sequence[Episode]) -> dict[str, str]:
    those = [episode for episode in episodes if f"{episode.at:%Y-%m}" == month]
    return {
        "cause": "; ".join(episode.cause for episode in those),
        "verdict": "; ".join(episode.verdict for episode in those),
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    shown = {"month": row["month"], "late": _percent(row["late_rate"]), "static model": row["auc_static"]}
    return {**shown, "Serin": row["auc"], "cause": row["cause"], "verdict": row["verdict"]}


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.0%}"
