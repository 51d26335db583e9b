"""The endpoint as an image: what is in its file, run as a process by Lambda's client, answers as the endpoint does."""

from __future__ import annotations

import json
import os
import selectors
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local.services.awslambda.functions.runtime_api import Answered, Failed, Invocation, NextAsked, RuntimeApi
from infra.packaging.oci import read_image
from serin_cli import image as command
from serin_cli.asked import first_flights
from serin_cli.client import Client
from serin_cli.command_line.app import result_of
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked
from tests.waiting import PATIENCE_S

WANTED = ("label", "probability", "positive")
"""Of an answer what the model says; ids and moments are the call's own."""
LONG_HENCE_MS = 4_102_444_800_000
"""No call is late."""


@pytest.fixture
def connected(walked: Walked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load", lambda: walked.platform.connection)
    monkeypatch.setattr(command, "connected", lambda: _Open(walked.client))


class _Open:
    """The walk's own client, which stays open."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __enter__(self) -> Client:
        return self._client

    def __exit__(self, *_: object) -> None: ...


def _image(file: Path) -> Mapping[str, Any]:
    made: Mapping[str, Any] = result_of("image", MODEL, "--to", str(file))
    return made


@pytest.mark.usefixtures("connected")
def test_an_image_of_the_endpoint_answers_as_the_endpoint_does(walked: Walked, tmp_path: Path) -> None:
    written = _image(tmp_path / "image.tar")
    root = tmp_path / "root"
    config = read_image(Path(written["file"]), root)
    flights = first_flights(walked.folder / "2013-07.csv", 5)
    with running(walked, root, config["config"]) as ask:
        answer = ask(flights)
        refused = ask([{"carrier": 7}])
    assert (answer["statusCode"], refused["statusCode"]) == (200, 422), (answer, refused)
    theirs = walked.client.predict(MODEL, flights)["predictions"]
    ours = json.loads(answer["body"])["predictions"]
    assert [_said(one) for one in ours] == [_said(one) for one in theirs]
    assert len({one["probability"] for one in ours}) > 1


@pytest.mark.usefixtures("connected")
def test_the_same_version_is_the_same_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is large is packed like what is small, and takes seconds.
    monkeypatch.setattr(command, "PREDICT_LAYERS", ("kernel",))
    first, second = (_image(tmp_path / name) for name in ("first.tar", "second.tar"))
    assert first["image"] == second["image"]
    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()


def _said(prediction: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: prediction[name] for name in WANTED}


@contextmanager
def running(walked: Walked, root: Path, config: Mapping[str, Any]) -> Iterator[Any]:
    """The image's command, with its variables, on this machine's Python; what it is asked by Lambda's Runtime API."""
    cloud = walked.platform.cloud
    selector = selectors.DefaultSelector()
    api = RuntimeApi(selector)
    given = dict(one.partition("=")[::2] for one in config["Env"])
    # It is as late as on the platform: what is known online is as old.
    clock = root / "clock"
    (root / "tmp").mkdir(exist_ok=True)
    clock.write_bytes(struct.pack("q", int(cloud.clock.now().timestamp() * 1_000_000) << 1 | 1))
    places = ":".join(str(root / place.lstrip("/")) for place in given["PYTHONPATH"].split(":"))
    client = cloud.client
    environment = {
        **given,
        "PATH": os.environ["PATH"],
        # A function clears away what an earlier one left there, as only its own /tmp may be.
        "TMPDIR": str(root / "tmp"),
        "PYTHONPATH": places,
        "LAMBDA_TASK_ROOT": str(root / "var" / "task"),
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "AWS_LAMBDA_FUNCTION_NAME": "predict",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_LOG_STREAM_NAME": "image",
        "AWS_ENDPOINT_URL": str(cloud.endpoint_url),
        "SERIN_CLOCK_FILE": str(clock),
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ACCESS_KEY_ID": str(client["aws_access_key_id"]),
        "AWS_SECRET_ACCESS_KEY": str(client["aws_secret_access_key"]),
    }
    python, *words = config["Entrypoint"]
    assert python == "python3"
    process = subprocess.Popen(
        [sys.executable, "-S", *words, *config["Cmd"]],
        env=environment,
        cwd=root / "var" / "task",
        stdout=subprocess.DEVNULL,
    )
    api.expect(process.pid)
    try:
        yield lambda flights: _answer(api, selector, _event(flights))
    finally:
        process.kill()
        process.wait()
        api.close()
        selector.close()


def _answer(api: RuntimeApi, selector: selectors.BaseSelector, event: Mapping[str, Any]) -> Any:
    """What the process answers once it is ready."""
    _until(api, selector, NextAsked)
    arn = "arn:aws:lambda:eu-central-1:000000000000:function:predict:1"
    assert api.give(Invocation("i1", arn, LONG_HENCE_MS, "Root=1", json.dumps(event).encode()))
    sign = _until(api, selector, Answered)
    return json.loads(sign.payload)


def _until(api: RuntimeApi, selector: selectors.BaseSelector, kind: type) -> Any:
    while ready := selector.select(PATIENCE_S):
        for key, _ in ready:
            sign = api.on_ready(key.fileobj)
            assert not isinstance(sign, Failed), sign
            if isinstance(sign, kind):
                return sign
    raise AssertionError(f"never {kind.__name__}")


def _event(flights: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    route = f"POST /models/{MODEL}/predict"
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": f"/models/{MODEL}/predict",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "routeKey": route,
            "requestId": "image",
            "http": {"method": "POST", "path": f"/models/{MODEL}/predict"},
            "authorizer": {"lambda": {"owner": "image", "token": "t", "scopes": f"predict:{MODEL}"}},
        },
        "body": json.dumps({"instances": flights}),
        "isBase64Encoded": False,
    }
