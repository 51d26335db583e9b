"""A patient who is erased while files go on to arrive and functions die, and where they were before and afterwards."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import polars as pl

from infra.local.cloud import LocalCloud
from infra.local.iam.errors import AccessDenied
from infra.local.iam.evaluation import Asked, Caller
from infra.local.iam.guard import Guard
from infra.local.services.awslambda.functions.process import RuntimeProcess
from infra.local.services.awslambda.functions.runtime_api import Invocation
from serin.domain.errors import SerinError
from serin_cli.batch import begin, ended
from serin_cli.client import Client
from serin_cli.command_line.app import result_of
from serin_cli.connection import load
from tests.e2e.grants import Used, denied, grants_for_people
from tests.e2e.searched import Places, places_of, pseudonym_of

COLUMN, WHO, OTHER = "patient", "Q0005-walk", "Q0006-walk"
NOBODY = "Q9999-walk"
STAYS = f"{COLUMN},ward\n{WHO},north\n{OTHER},south\n"
"""Where they lie."""
NO_TIME = 180
"""Seconds of a function's time-out that leave the sweep one file a call (`functions/erase_person`)."""


@dataclass(frozen=True)
class Erased:
    """Where the patient was before and afterwards; what was said of it, what is answered, and how grants were used."""

    before: Places
    after: Places
    said: Mapping[str, str]
    record: Mapping[str, Any]
    uploads: Mapping[str, Mapping[str, Any]]
    killed: int
    calls: int
    answers: Mapping[str, Any]
    features: Mapping[str, Any]
    audit: tuple[Mapping[str, Any], ...]
    grants: Mapping[str, Used]
    denied: Sequence[str]


class Clinic:
    """The running platform of a model about patients, as the people of the clinic use it."""

    def __init__(self, cloud: LocalCloud, folder: Path, model: str, dataset: str) -> None:
        self._cloud, self._folder, self._model, self._dataset = cloud, folder, model, dataset
        self._connection = load()
        self._client = Client(self._connection)

    def erase_one(self, run: str) -> Erased:
        """All of it; `run` has learnt from the patient."""
        self._leave_traces()
        words = (WHO, pseudonym_of(WHO, COLUMN, self._connection))
        before = places_of(words, self._connection)
        said = {"unknown": self._erase(NOBODY), "first": self._erase(WHO), "again": self._erase(WHO)}
        uploads = {"begun": self._upload("begun.csv")}
        with self._dying() as killed, self._hurried():
            self._pass(minutes=17)
            self._pass(minutes=2)
        uploads["forgotten"] = self._upload("forgotten.csv")
        self._pass(hours=6, minutes=5)
        (record,) = self._run("erase")
        after = places_of(words, self._connection)
        said |= {"erased": self._erase(WHO), "rerun": self._command_fails("rerun", run)}
        answers = {who: self._asked(who) for who in (WHO, NOBODY)}
        features = {who: self._features(who) for who in (WHO, NOBODY, OTHER)}
        audit = tuple(one for one in self._client.all("/audit", model=self._model) if "erasure" in one["what"])
        self._client.close()
        told = (answers, features, audit, grants_for_people(), denied())
        return Erased(before, after, said, record, uploads, len(killed), self._calls(), *told)

    def _leave_traces(self) -> None:
        """In the prediction log, in a scored file, in old versions of files and under a delete marker."""
        self._asked(WHO)
        asked = self._request()
        pl.DataFrame([{**asked, COLUMN: WHO}, {**asked, COLUMN: OTHER}]).write_csv(self._folder / "ward.csv")
        scored = ended(self._client, self._model, begin(self._client, self._model, str(self._folder / "ward.csv")))
        assert scored["result"]["scored"] == 2, scored
        rows = self._rows()
        for shift in (2, 3):
            # The second is another version of one key; the first is there still.
            rows.with_columns(pl.col("bp") + shift).write_parquet(self._folder / "seen.parquet")
            self._client.upload(self._dataset, self._folder / "seen.parquet")
        somebody_new = rows.head(1).with_columns(pl.lit("Q7777-walk").alias(COLUMN))
        set_aside = rows.filter(pl.col(COLUMN) == WHO).with_columns(bp=pl.lit(None, pl.Float64))
        moved = rows.with_columns(pl.col("bp") + 4)
        pl.concat([moved, somebody_new, set_aside]).write_csv(self._folder / "gone.csv")
        assert self._client.upload(self._dataset, self._folder / "gone.csv")["quarantined"] == 1
        self._aws("s3").delete_object(Bucket=self._connection.uploads_bucket, Key=f"raw/{self._dataset}/gone.csv")
        self._keep_what_takes_days()
        self._cloud.settle()

    def _keep_what_takes_days(self) -> None:
        """As releases, looks and trainings in pieces leave it, none of which this clinic has had."""
        pseudonym = pseudonym_of(WHO, COLUMN, self._connection)
        line = json.dumps({"prediction_id": "p", "inputs": {COLUMN: pseudonym}}).encode() + b"\n"
        packed, plain = dict.fromkeys(("shadow", "truth"), gzip.compress(line)), ("watching", "reports", "cut")
        for folder, content in {**packed, **dict.fromkeys(plain, line)}.items():
            key = f"{folder}/{self._model}/kept.json{'l.gz' if folder in packed else ''}"
            self._aws("s3").put_object(Bucket=self._connection.lake_bucket, Key=key, Body=content)

    def _rows(self) -> pl.DataFrame:
        return pl.read_csv(self._folder / "again.csv").filter(pl.col(COLUMN).is_in([WHO, OTHER]))

    def _upload(self, name: str) -> Mapping[str, Any]:
        self._rows().with_columns(pl.col("bp") + len(name)).write_csv(self._folder / name)
        outcome = self._run("upload", self._dataset, str(self._folder / name))
        self._cloud.settle()
        return dict(outcome.result[0])

    def _erase(self, who: str) -> str:
        words = ("erase", self._dataset, "--entity", f"{COLUMN}={who}", "--yes")
        try:
            return " ".join(self._run(*words).said)
        except SerinError as error:
            return f"{error.message} {error.remedy}"

    def _command_fails(self, *words: str) -> str:
        try:
            return f"not refused: {self._run(*words)}"
        except SerinError as error:
            return error.message

    @staticmethod
    def _run(*words: str) -> Any:
        return result_of(*words, "--json")

    def _pass(self, **span: int) -> None:
        self._cloud.settle()
        self._cloud.advance(timedelta(**span))
        self._cloud.settle()

    @contextmanager
    def _hurried(self) -> Iterator[None]:
        """The function has time for one file a call, and goes on in the next."""
        functions, name = self._aws("lambda"), f"serin-{self._connection.stage}-erase-person"
        usual = functions.get_function_configuration(FunctionName=name)["Timeout"]
        functions.update_function_configuration(FunctionName=name, Timeout=NO_TIME)
        yield
        functions.update_function_configuration(FunctionName=name, Timeout=usual)

    @contextmanager
    def _dying(self) -> Iterator[list[str]]:
        """The function's process dies as its first request to delete something is done."""
        processes: list[RuntimeProcess] = []
        killed: list[str] = []
        give, refusal = RuntimeProcess.give, Guard.refusal

        def given(process: RuntimeProcess, invocation: Invocation) -> bool:
            if b'"erasure"' in invocation.payload:
                processes.append(process)
            return give(process, invocation)

        def asked_for(guard: Guard, caller: Caller, asked: Asked) -> AccessDenied | None:
            if asked.action == "s3:DeleteObjectVersion" and not killed:
                killed.append(asked.resource)
                processes[-1].kill()
            return refusal(guard, caller, asked)

        with mock.patch.object(RuntimeProcess, "give", given), mock.patch.object(Guard, "refusal", asked_for):
            yield killed

    def _calls(self) -> int:
        group = f"/aws/lambda/serin-{self._connection.stage}-erase-person"
        pages = self._aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        events = [event["message"] for page in pages for event in page["events"]]
        return sum(event.startswith("START") for event in events)

    def _asked(self, who: str) -> Any:
        (prediction,) = self._client.predict(self._model, [{**self._request(), COLUMN: who}])["predictions"]
        return {name: value for name, value in prediction.items() if name != "prediction_id"}

    def _features(self, who: str) -> Any:
        asked = {"entities": {COLUMN: [who]}, "features": ["stay:ward"]}
        # The first answer of each is the entity that was asked about.
        return self._client.post("/get-online-features", asked)["results"][1:]

    def _request(self) -> Mapping[str, Any]:
        request = json.loads((self._folder / "models" / self._model / "request.json").read_text())
        instance: Mapping[str, Any] = request["instances"][0]
        return instance

    def _aws(self, service: str) -> Any:
        return boto3.client(service, **self._cloud.client)  # type: ignore[call-overload]
