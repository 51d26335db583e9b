"""The demo: one walk through the whole house, on real flights and the synthesised template."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from infra.local.cloud import LocalCloud
from serin.domain.errors import Unavailable
from serin.domain.plain_numbers import how_many
from serin.files.replaced import export_file
from serin_cli import story
from serin_cli.asked import first_flights, some_flights
from serin_cli.client import Client
from serin_cli.command_line.words import option
from serin_cli.listed import served
from serin_cli.local import Running, running
from serin_cli.profile import profile_file
from serin_cli.sample import write_sample
from serin_cli.scorecards import copies, quality_file, told
from serin_cli.traffic import Tally as Callers
from serin_cli.walk_release import release_by_evidence
from serin_cli.walk_watch import begun_by_rows, pass_time, tell_drift
from serin_cli.watch_page import write

MODEL, STAGE = "flight-delay", "demo"
CLOCK, WEEK = datetime(2013, 6, 15, 5, tzinfo=UTC), timedelta(days=7)
UPLOADED, LOOKED = datetime(2013, 7, 1, 4, tzinfo=UTC), datetime(2013, 7, 1, 5, 2, tzinfo=UTC)
"""When June is over; and just after the day's look at the model, counted from when the platform was deployed."""
BATCHES, BATCH, SINGLE = 3, 100, 100
"""Requests of the first version in each of two weeks, of so many flights each; and of the second one, of one each."""
SAMPLE = Path("build/flights")
FIRST, SECOND, THIRD = ("2013-01", "2013-02"), ("2013-03",), ("2013-04", "2013-05", "2013-06")
"""The months of each training: enough to begin with, too few to show a gain, and enough for that."""
_ANSWERED = {"compiled": "the compiled model", "scikit-learn": "scikit-learn"}
ASKED, ASKED_FLIGHTS = "2013-07", 1000


def demo(
    *,
    file: Annotated[Path | None, option("FILE", "write the figures to this file", name="--json")] = None,
    year: Annotated[bool, Parameter(help="a year of flights instead, watched and retrained")] = False,
    weeks: Annotated[int | None, option("N", "with --year: end after so many weeks")] = None,
    setup_seconds: Annotated[float, option("S", "for the report")] = 0.0,
) -> None:
    """From uploads to predictions on the local cloud."""
    if not year:
        _demonstrate(file, setup_seconds)
        return
    # What judges a year of scores takes a second to load, which no other command should pay for.
    from serin_cli.year.command import walk_year

    walk_year(file, weeks)


def _demonstrate(file: Path | None, setup_seconds: float) -> None:
    """Upload, train, predict, release by evidence, take back; the figures go to the file."""
    began = time.monotonic()
    story.chapter("1. The platform: CloudFormation templates, deployed on this machine")
    with running(CLOCK, stage=STAGE) as platform:
        ready = _since(began)
        story.say(f"   {how_many(len(platform.stacks), 'stack')} in {ready} s: {', '.join(platform.stacks)}")
        client = Client(platform.connection)
        try:
            figures = walk(client, platform, SAMPLE)
            pages = write_pages(client)
        finally:
            client.close()
    figures = {"setup_seconds": setup_seconds, "seconds": _since(began), "ready_seconds": ready, **figures}
    if file is not None:
        export_file(file, f"{json.dumps(figures, indent=2)}\n".encode())
    _end(figures, pages)


def walk(client: Client, platform: Running, folder: Path) -> dict[str, Any]:
    """The whole walk on a platform that is up and empty; its figures. The sample's files are left in `folder`."""
    files = {path.name: path for path in write_sample(folder)}
    story.chapter("2. Data: uploads are checked against their contracts, bad rows set aside")
    uploads = [_upload(client, dataset, files[f"{dataset}.csv"]) for dataset in ("airports", "planes")]
    uploads += _months(client, files, FIRST)
    story.chapter("3. The first training began by itself: January and February are enough")
    _trained(client, None)
    _released(client)
    story.chapter("4. March is in: a second training, by a call, against the live model")
    uploads += _months(client, files, SECOND)
    rejected = _trained(client, client.post(f"/models/{MODEL}/train")["run"], "rejected")
    tally = Tally()
    story.chapter(f"5. Two weeks with {BATCHES * BATCH} predictions over HTTP each, while nobody brings new weather")
    for week in (CLOCK, CLOCK + WEEK):
        _ask(client, _batches(some_flights(files["2013-06.csv"], BATCHES * BATCH, week, week + WEEK)), tally)
        pass_time(platform, week + WEEK)
    pass_time(platform, UPLOADED)
    drifted = tell_drift(client, MODEL)
    story.chapter("6. April, May and June are in: at the next look so many new rows begin a training")
    uploads += _months(client, files, THIRD)
    pass_time(platform, LOOKED)
    training = _trained(client, begun_by_rows(client, MODEL))
    flights = first_flights(files[f"{ASKED}.csv"], ASKED_FLIGHTS)
    story.chapter("7. Its release by evidence: on requests of the log, then on a share of the callers; taken back once")
    compared = release_by_evidence(client, platform.connection, MODEL, training["version"], cycle(flights))
    tally.add(compared.tally)
    story.chapter(f"8. {SINGLE} predictions of the new version")
    _ask(client, [[flight] for flight in flights[:SINGLE]], tally)
    logged = _logged(platform.cloud, platform.connection.lake_bucket)
    return {
        "stacks": list(platform.stacks),
        "functions": _functions(platform.cloud),
        "uploads": uploads,
        "rejected": rejected,
        "drifted": drifted,
        "training": training,
        "predictions": {**tally.figures(), "logged": logged.total(), "by_runtime": dict(logged)},
        "release": {"requests": compared.tally.requests, "failed": compared.tally.failed, "looks": compared.judgements},
        "rollback": {"ok": compared.ok, "seconds": compared.seconds},
    }


def _months(client: Client, files: Mapping[str, Path], months: Sequence[str]) -> list[dict[str, Any]]:
    """The weather of these months, then their flights: the first training begins with the last flights it needs."""
    wanted = [("weather", f"weather-{month}.csv") for month in months]
    wanted += [("flights", f"{month}.csv") for month in months]
    return [_upload(client, dataset, files[name]) for dataset, name in wanted]


def _upload(client: Client, dataset: str, file: Path) -> dict[str, Any]:
    with story.bar(f"   {file.name} → {dataset}"):
        outcome = client.upload(dataset, file)
    counts = f"{outcome['rows']:>7,} rows: {outcome['accepted']:,} accepted, {outcome['quarantined']} set aside"
    line = f"   {file.name:19} {counts}"
    rules = ", ".join(f"{name} {count}" for name, count in outcome["rules"].items())
    story.say(f"{line} ({rules})" if rules else line)
    story.say(f"   {'':19} {told(outcome)}")
    for name, what in outcome["promises"].items():
        # Nobody has to wonder whether the demo is broken.
        expected = "as expected: the demo brings its months late"
        story.say(f"   {'':19} {name}: {what} ({expected})")
    if outcome.get("copies"):
        story.say(f"   {'':19} {copies(outcome)}")
    return {
        "file": file.name,
        "rows": outcome["rows"],
        "accepted": outcome["accepted"],
        "quarantined": outcome["quarantined"],
        "rules": dict(outcome["rules"]),
        "scores": {name: score["value"] for name, score in outcome["scorecard"].items()},
    }


def _trained(client: Client, run_id: str | None, ends: str = "registered") -> dict[str, Any]:
    with story.bar("   training set, trials, contest, gate, refit"):
        run = client.run_ended(MODEL, run_id)
    if run["status"] != ends:
        raise Unavailable(
            f"The training ended as {run['status']}, not as {ends}: {run.get('reason')}.", "Read ./scripts/serin runs."
        )
    auc = run["contest"]["challenger"]["roc_auc"]
    story.say(f"   {len(run['trials'])} trials; on {run['contest']['rows']:,} withheld flights AUC {auc:.3f}")
    for check in run["verdict"]["checks"]:
        story.say(f"   gate: {check['reason']}")
    story.say(f"   {run['verdict']['sentence']}")
    figures = {"trials": len(run["trials"]), "auc": auc, "rows": run["contest"]["rows"]}
    return {**figures, "gate": run["verdict"]["outcome"], "version": run.get("version")}


def _released(client: Client) -> None:
    with story.bar("   publish, golden rows, alias"):
        ended = client.release_ended(MODEL)
    if ended["status"] != "live":
        raise Unavailable(f"The release ended as {ended['status']}: {ended.get('reason')}.", "Read its steps.")
    story.say(f"   version {ended['version']} is live ({', '.join(step['name'] for step in ended['steps'])})")
    for version in client.all(f"/models/{MODEL}/versions"):
        if version["version"] == ended["version"]:
            story.say(f"   {served(version)}")


def _batches(flights: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [flights[first : first + BATCH] for first in range(0, BATCHES * BATCH, BATCH)]


class Tally:
    """What came of the predictions so far."""

    def __init__(self) -> None:
        self.sent = self.ok = self.fresh = 0
        self.ms: list[float] = []
        self.versions: Counter[str] = Counter()

    def add(self, callers: Callers) -> None:
        """What callers asked meanwhile, one flight a request."""
        self.sent += callers.requests
        self.ok += callers.statuses[200]
        self.versions += Counter({str(version): count for version, count in callers.versions.items()})

    def figures(self) -> dict[str, Any]:
        """The counts, the median time of one flight as its caller saw it, and rows whose every view was fresh."""
        p50 = round(statistics.median(self.ms), 2) if self.ms else None
        by_version = dict(sorted(self.versions.items()))
        return {"sent": self.sent, "ok": self.ok, "p50_ms": p50, "by_version": by_version, "fresh": self.fresh}


def _ask(client: Client, requests: Sequence[Sequence[Mapping[str, Any]]], tally: Tally) -> None:
    with story.bar("   asking", total=len(requests)) as doing:
        for asked, flights in enumerate(requests, 1):
            tally.sent += len(flights)
            began = time.perf_counter()
            answer = client.predict(MODEL, flights)
            if len(flights) == 1:
                tally.ms.append((time.perf_counter() - began) * 1000)
            rows = answer["predictions"]
            tally.ok += len(rows)
            tally.versions[str(answer["version"])] += len(rows)
            tally.fresh += sum("missing" not in row and "stale" not in row for row in rows)
            doing.at(done=asked, total=len(requests))
    late, count = answer["predictions"][-1], sum(map(len, requests))
    story.say(f"   {count} answers of version {answer['version']}; the last: {late['probability']:.0%} late")


def _logged(cloud: LocalCloud, lake: str) -> Counter[str]:
    """How many distinct predictions of the log have arrived in the lake, by what they were answered by."""
    import gzip

    import boto3

    cloud.settle()
    s3: Any = boto3.client("s3", **cloud.client)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=lake, Prefix=f"predictions/{MODEL}/")
    logged: dict[str, str] = {}
    for key in [item["Key"] for page in pages for item in page.get("Contents", ())]:
        text = gzip.decompress(s3.get_object(Bucket=lake, Key=key)["Body"].read()).decode()
        logged |= {line["prediction_id"]: line["runtime"] for line in map(json.loads, text.splitlines())}
    runtimes = Counter(logged.values())
    by = ", ".join(
        f"{count} answered by {_ANSWERED.get(runtime, runtime)}" for runtime, count in runtimes.most_common()
    )
    story.say(f"   {how_many(len(logged), 'line')} of the prediction log are in the lake: {by}")
    return runtimes


def _functions(cloud: LocalCloud) -> int:
    import boto3

    pages = boto3.client("lambda", **cloud.client).get_paginator("list_functions").paginate()
    return sum(len(page["Functions"]) for page in pages)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)


def write_pages(client: Client) -> list[str]:
    """The pages a data scientist, an expert and a stakeholder would look at first."""
    rows = client.get("/datasets/flights")["rows"]
    quality = quality_file("flights", client.all("/uploads", dataset="flights"), "")
    watched = write(client, MODEL, client.get(f"/models/{MODEL}/watch"), "")
    return [quality["page"], profile_file(client.profile("flights", rows), "")["page"], watched["page"]]


def _end(figures: Mapping[str, Any], pages: Sequence[str]) -> None:
    predictions = figures["predictions"]
    story.chapter(f"Done in {figures['seconds']} s")
    story.say(f"   {predictions['ok']} of {predictions['sent']} predictions, {predictions['p50_ms']} ms at the median")
    story.say("\nTo look at in a browser:")
    story.say(f"   {pages[0]}                                  how well each upload kept its contract")
    story.say(f"   {pages[1]}                                  every column, and what goes with the label")
    story.say(f"   {pages[2]}                                  what has moved, and what followed, on a time line")
    story.say("\nNext, each explained in README.md:")
    story.say("   ./scripts/serin up --clock 2013-04-01T04:00Z                   a platform of your own to type at")
    story.say("   ./scripts/serin init NAME --from FILE.csv --label COLUMN       a model of your own, in ten minutes")
    story.say("   ./scripts/deploy                                               the same stacks in your AWS account")
    story.say("   models/flight-delay/model.yaml is everything this model is.")
