"""The flights of a year cut and gathered by each carrier on a local cloud: here, by functions, by jobs; one digest.

Meanwhile processes that run pieces are killed, pieces are run a second time beside the carrier, and in any order. An
execution that ends by that is begun again, and has to take up what the one before has left.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import boto3
import polars as pl

from benches.flights import MODELS, NOW
from benches.measuring import PROGRESS
from benches.own_cloud import Place, own_cloud
from benches.processes import running
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.clock import SystemClock
from serin.adapters.dynamodb import RecordTable
from serin.adapters.s3 import S3ObjectStore
from serin.domain import cut_sizes
from serin.domain.experiments import TrainingSet
from serin.domain.training_jobs import jobs_of
from serin.files.bundle import source_of
from serin.files.models import read_model
from serin.services.steps.frozen_rows import FrozenRows, freeze_rows
from serin_cli.client import wait
from serin_cli.here.code import code_in_place
from serin_cli.sample import write_sample

MODEL = "flight-delay"
CARRIERS: Mapping[str, Any] = {"map": True, "jobs": "jobs"}
"""Each carrier, and what a rerun says to have its pieces carried by it."""
ROOM = 6_000_000
"""Bytes of rows that a piece has room for in this process."""
KILLS, DOUBLED = 2, 0.4
"""So many processes of a carrier are killed, and such a share of its pieces is run twice."""
ATTEMPTS = 6
_PAUSE_S = 0.2
_KILLED_NOW = 0.1
"""The chance that one is killed at a look, if any runs."""
_KNOWN = 0.97
"""Of the flights about so many have a label: the first training begins with the last month, and not before."""


@dataclass
class Disturbed:
    """What was done to the pieces of a carrier while it ran them, and how it went on."""

    executions: int = 0
    killed: int = 0
    doubled: int = 0
    pieces: set[str] = field(default_factory=set)
    taken_up: int = 0

    def shown(self) -> dict[str, Any]:
        """As the figures have it."""
        numbers = {name: value for name, value in vars(self).items() if name != "pieces"}
        return {**numbers, "pieces": len(self.pieces)}


def carried(folder: Path, seed: int, months: int = 12) -> dict[str, Any]:
    """The digest by each carrier of the first months of flights, and what was done meanwhile, drawn by the seed."""
    PROGRESS.print(f"seed {seed}")
    sample, chance = folder / "sample", Random(seed)
    files = [file for file in write_sample(sample) if _month(file) <= months]
    with own_cloud(MODELS / MODEL, folder, _begins_by_the_last(files), NOW) as here:
        for file in files:
            dataset = "flights" if file.stem.startswith("2013") else file.stem.partition("-")[0]
            upload = here.client.upload(dataset, file)
            if upload["status"] != "accepted":
                raise SystemExit(f"{file.name} is {upload['status']}: {upload}")
            PROGRESS.print(f"{file.name} is accepted")
        cloud = _Cloud(here, folder / "copy" / "models" / MODEL)
        first = cloud.first()
        digests, disturbed = {"function": first.columns_digest}, dict[str, Any]()
        digests["here"] = cloud.made_here(first)
        for name, said in CARRIERS.items():
            by = Disturbed()
            cloud.forget_pieces()
            digests[name] = cloud.rerun(name, said, chance, by)
            disturbed[name] = by.shown()
            PROGRESS.print(f"{name}: {digests[name][:16]}, {disturbed[name]}")
    return {
        "seed": seed,
        "rows": first.rows,
        "digests": digests,
        "digest_equal": len(set(digests.values())) == 1,
        "disturbed": disturbed,
    }


def _month(file: Path) -> int:
    return int(file.stem.rpartition("-")[2]) if "-" in file.stem else 0


def _begins_by_the_last(files: list[Path]) -> Any:
    flights = [file for file in files if file.stem.startswith("2013")]
    rows = [pl.scan_csv(file, infer_schema=False).select(pl.len()).collect().item() for file in flights]

    def edit(charter: dict[str, Any]) -> None:
        least = round(_KNOWN * (sum(rows) - 0.7 * rows[-1]))
        charter["training"]["minimum_rows"] = least
        charter["training"]["job"] = {"largest": "ml.m5.large", "max_runtime": "1h"}

    return edit


def _function(call: str) -> Any:
    """A function of the model's code."""
    module, _, name = call.partition(":")
    return getattr(import_module(f"model_code.{module}"), name)


class _Cloud:
    """The local cloud's training workflow and what it keeps, as the owner of the account sees them."""

    def __init__(self, here: Place, model: Path) -> None:
        self._model = read_model(model)
        self._here, client = here, here.cloud.client
        self._states, self._lambda = boto3.client("stepfunctions", **client), boto3.client("lambda", **client)
        names, self._jobs = here.settings.names, jobs_of(here.connection.stage, MODEL)
        self._catalog = DynamoCatalog(RecordTable(boto3.client("dynamodb", **client), names.table("catalog")))
        self._s3 = boto3.client("s3", **client)
        self._lake = S3ObjectStore(self._s3, here.connection.lake_bucket)
        machines = self._states.list_state_machines()["stateMachines"]
        (self._machine,) = [one["stateMachineArn"] for one in machines if one["name"].endswith(f"training-{MODEL}")]
        functions = self._lambda.list_functions()["Functions"]
        builds = [one["FunctionName"] for one in functions if "build-training-set" in one["FunctionName"]]
        (self._build,) = [name for name in builds if name.endswith(MODEL)]

    def first(self) -> TrainingSet:
        """The training set of the training that began by itself, which is not fitted on."""

        def look() -> str | None:
            return next((run.id for run in self._catalog.runs(MODEL) if run.provenance is not None), None)

        self._run = wait(look, "the training set")
        for one in self._states.list_executions(stateMachineArn=self._machine, statusFilter="RUNNING")["executions"]:
            self._stop(one["executionArn"])
        return self._catalog.training_set(MODEL, str(self._catalog.run(MODEL, self._run).training_set))

    def _stop(self, execution: str) -> None:
        self._states.stop_execution(executionArn=execution, cause="its rows are all that is asked")

    def made_here(self, kept: TrainingSet) -> str:
        """The digest by pieces that run in this process one after the other."""
        model, before = self._model, cut_sizes.ROOM
        heads = {name: self._catalog.head(name) for name in model.contracts}
        ports: dict[str, Any] = {"lake": self._lake, "catalog": self._catalog, "clock": SystemClock()}
        cut_sizes.ROOM = ROOM
        try:
            with code_in_place(model.folder):
                made = freeze_rows(kept.id, source_of(model), _function, heads, None, **ports)
        finally:
            cut_sizes.ROOM = before
        if not isinstance(made, FrozenRows):
            raise SystemExit(f"Nothing was made here: {made}")
        return made.training_set.columns_digest

    def forget_pieces(self) -> None:
        """What pieces have written is gone, as it is after some days: a carrier finds nothing of another's."""
        for key in self._lake.keys(f"cut/{MODEL}/"):
            self._s3.delete_object(Bucket=self._here.connection.lake_bucket, Key=key)

    def rerun(self, name: str, said: Any, chance: Random, by: Disturbed) -> str:
        """The digest by a carrier that is disturbed, begun again for as long as that ends its execution."""
        for number in range(ATTEMPTS):
            run, before = f"{name}-{number}", self._done()
            by.executions, by.taken_up = by.executions + 1, by.taken_up + (len(before) if number else 0)
            given = {"model": MODEL, "run": run, "cause": "rerun", "correlation": run, "parent": self._run}
            started = self._states.start_execution(
                stateMachineArn=self._machine, name=run, input=json.dumps({**given, "in_pieces": said})
            )["executionArn"]
            with self._disturbing(chance, by, before):
                ended = self._ended(run, started)
            by.pieces |= self._done() - before
            if ended:
                return ended
        raise SystemExit(f"{name}: {ATTEMPTS} executions have ended without a training set")

    def _ended(self, run: str, execution: str) -> str | None:
        """The digest of the rows once they are there; None for an execution that has failed."""

        def look() -> str | None:
            if self._states.describe_execution(executionArn=execution)["status"] in ("FAILED", "TIMED_OUT", "ABORTED"):
                return ""
            return next(
                (one.provenance.rows for one in self._catalog.runs(MODEL) if one.id == run and one.provenance), None
            )

        digest = wait(look, f"the pieces of {run}")
        if digest:
            self._stop(execution)
        return digest or None

    def _done(self) -> set[str]:
        return {key for key in self._lake.keys(f"cut/{MODEL}/") if "/done/" in key}

    @contextmanager
    def _disturbing(self, chance: Random, by: Disturbed, before: set[str]) -> Iterator[None]:
        over = Event()

        def disturb() -> None:
            asked = set[str]()
            while not over.wait(_PAUSE_S):
                self._double(chance, by, asked, before)
                self._kill(chance, by)

        thread = Thread(target=disturb, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _double(self, chance: Random, by: Disturbed, asked: set[str], before: set[str]) -> None:
        """Have some pieces run by a function as well, in any order."""
        keys = self._lake.keys(f"cut/{MODEL}/")
        planned = [key for key in keys if "/pieces/" in key and key not in asked]
        asked.update(planned)
        chosen = [key for key in planned if key.replace("/pieces/", "/done/") not in before]
        for key in chance.sample(chosen, round(DOUBLED * len(chosen))):
            folder, _, piece = key.partition("/pieces/")
            event = {"step": "piece", "task": f"{folder}/task.json", "piece": piece.removesuffix(".json")}
            event |= {"model": MODEL, "run": "twice", "correlation": "twice"}
            self._lambda.invoke(FunctionName=self._build, InvocationType="Event", Payload=json.dumps(event).encode())
            by.doubled += 1

    def _kill(self, chance: Random, by: Disturbed) -> None:
        """Kill a process that runs pieces, if there is one and chance has it."""
        if by.killed >= KILLS or chance.random() >= _KILLED_NOW:
            return
        names = running(self._here.cloud.endpoint_url)
        of_pieces = sorted(one for one, name in names.items() if name == self._build or name.startswith(self._jobs))
        if of_pieces:
            os.kill(chance.choice(of_pieces), signal.SIGKILL)
            by.killed += 1
