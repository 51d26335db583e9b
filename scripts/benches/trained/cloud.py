"""A training of flights on the local cloud: its functions' CPU, how many trials go on at once, and its rerun."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from benches.measuring import PROGRESS
from benches.processes import watched
from infra.local.wiring import ACCOUNT
from serin_cli.client import Client
from serin_cli.local import Running, running
from serin_cli.sample import write_sample
from serin_cli.walk import CLOCK, FIRST, MODEL, STAGE

OWN, SHARED = ("build-training-set", "train-model"), "evaluate-model"
"""The functions of a training: the model's, and the judge of all."""


@dataclass(frozen=True)
class OnCloud:
    """The first training's CPU seconds, its trials, how many at once, and how far its rerun lies from it."""

    cpu_s: float
    trials: int
    in_parallel: int
    rerun: dict[str, Any]

    @property
    def difference(self) -> float:
        """0 where the rerun is the same to the bit: the greatest difference of a prediction, and files that differ."""
        same = self.rerun["repeat"]["artifacts"]
        predictions = self.rerun["repeat"].get("predictions")
        return (1.0 if predictions is None else predictions) + sum(not equal for equal in same.values())


def on_cloud() -> OnCloud:
    """Two months of flights are uploaded, the first training begins by itself, and is repeated once March is in."""
    with tempfile.TemporaryDirectory() as folder, running(CLOCK, stage=STAGE) as platform:
        files = {path.name: path for path in write_sample(Path(folder))}
        client = Client(platform.connection)
        own = [f"serin-{platform.connection.stage}-{name}-{MODEL}" for name in OWN]
        own.append(f"serin-{platform.connection.stage}-{SHARED}")
        with watched(platform.cloud.endpoint_url, own) as processes:
            for dataset in ("airports", "planes"):
                client.upload(dataset, files[f"{dataset}.csv"])
            for month in FIRST:
                client.upload("weather", files[f"weather-{month}.csv"])
            for month in FIRST:
                client.upload("flights", files[f"{month}.csv"])
            run = client.run_ended(MODEL, None)
        PROGRESS.print(f"{len(run['trials'])} trials on the local cloud: {processes.seconds:.1f} CPU s")
        client.upload("flights", files["2013-03.csv"])
        rerun = client.post(f"/models/{MODEL}/train", {"repeat": run["id"]})["run"]
        ended = dict(client.run_ended(MODEL, rerun))
        PROGRESS.print(ended["reason"])
        client.close()
        return OnCloud(processes.seconds, len(run["trials"]), _at_once(platform), ended)


def _at_once(platform: Running) -> int:
    """The most trials of one execution that had begun and not ended, by the order of its history."""
    here = platform.connection
    machine = f"arn:aws:states:{here.region}:{ACCOUNT}:stateMachine:serin-{here.stage}-training-{MODEL}"
    states = boto3.client("stepfunctions", **platform.cloud.client)
    history = states.get_paginator("get_execution_history")
    most = 0
    for execution in states.list_executions(stateMachineArn=machine)["executions"]:
        going = 0
        for page in history.paginate(executionArn=execution["executionArn"]):
            for event in page["events"]:
                going += event.get("stateEnteredEventDetails", {}).get("name") == "Trial"
                going -= event.get("stateExitedEventDetails", {}).get("name") == "Trial"
                most = max(most, going)
    return most
