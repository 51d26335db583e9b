"""Hostile requests by the ten thousand: none may end in a server's error, and every refusal has the one shape.

Most go through the handlers of `predict` and `api` in this process, as the events API Gateway sends, with the model
that the platform has released; the rest over HTTP against the platform, past its throttle and its authorizer.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
import zipfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
import httpx

from benches.flights import model
from benches.hostile.bodies import api_requests, predict_requests
from benches.hostile.handlers import ROOT, Handlers
from benches.hostile.runtimes import compared
from benches.hostile.sending import api_routes, document_of, fuzz_handlers, send_http
from benches.hostile.tally import Tally
from benches.hostile.world import world_of
from infra.packaging.built import BuiltPackages
from infra.settings import Target, this_architecture, this_python
from serin.domain.compilation import RUNTIMES
from serin.services.predict import Predictor
from serin.serving.package import find_package
from serin_cli.client import Client
from serin_cli.local import EVERYTHING, Running, running
from serin_cli.walk import CLOCK, MODEL, STAGE, walk

DATASET = "flights"
HTTP_SHARE = 0.05


def main() -> None:
    """Walk through the demo, so that there is a model; then send, and print what came of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--runtimes", type=int, default=20_000, help="requests sent to the model compiled and not")
    parser.add_argument("--seed", type=int, default=20130401)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(CLOCK, stage=STAGE) as platform:
        client = Client(platform.connection)
        try:
            walk(client, platform, Path(folder))
        finally:
            client.close()
        figures = fuzz(platform, Path(folder), arguments)
    text = json.dumps(figures, indent=2, ensure_ascii=True)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")
    both = figures["runtimes"]
    sys.exit(1 if figures["server_errors"] or both["server_errors"] or both["different"] else 0)


def fuzz(platform: Running, folder: Path, asked: Namespace) -> Mapping[str, Any]:
    """The figures of `--requests` requests, and of `--runtimes` to two of the model's; `--seed` repeats them."""
    count, seed = asked.requests, asked.seed
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    over_http = int(count * HTTP_SHARE)
    sys.path[:0] = [str(_layer(platform, folder)), str(_kernel())]
    package = find_package()
    world = world_of(package.charter, model().contracts)
    ports: Any = {"online": world.online, "clock": world.clock, "function_version": "8"}
    predictors = [Predictor(package, 1, package.manifest.sha256, **ports, runtime=runtime) for runtime in RUNTIMES]
    good = json.loads((ROOT / "models" / MODEL / "golden.json").read_text(encoding="utf-8"))[0]["instance"]
    compiled, fitted = (Handlers(world, predictor, EVERYTHING) for predictor in predictors)
    both = compared(compiled, fitted, package.charter, good, asked.runtimes, seed)
    tally = fuzz_handlers(compiled, MODEL, DATASET, good, count - over_http, seed)
    _fuzz_http(platform, tally, api_routes(document_of(compiled)), good, over_http, seed + 1)
    return {"seed": seed, "seconds": round(time.monotonic() - began, 1), **tally.figures(), "runtimes": both}


def _fuzz_http(
    platform: Running, tally: Tally, routes: Sequence[str], good: Mapping[str, object], count: int, seed: int
) -> None:
    headers = {"authorization": f"Bearer {platform.connection.token}"}
    with httpx.Client(base_url=platform.connection.api_url, headers=headers, timeout=35) as client:
        for sent in islice(predict_requests(MODEL, good, seed), count // 2):
            tally.add("http", sent, send_http(client, sent))
        # What starts work is tried in the handlers: here every one would train a model.
        reading = [route for route in routes if route.startswith("GET ")]
        for sent in islice(api_requests(reading, MODEL, DATASET, seed), count - count // 2):
            tally.add("http", sent, send_http(client, sent))


def _layer(platform: Running, folder: Path) -> Path:
    """The newest model's layer, unpacked as beside `predict`."""
    s3: Any = boto3.client("s3", **platform.cloud.client)
    bucket = platform.connection.uploads_bucket.replace("-uploads-", "-artifacts-")
    layers = s3.list_objects_v2(Bucket=bucket, Prefix=f"models/{MODEL}/")["Contents"]
    key = sorted(item["Key"] for item in layers if item["Key"].endswith(".zip"))[-1]
    zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())).extractall(folder / "layer")
    return folder / "layer" / "python"


def _kernel() -> Path:
    """What the kernel's layer puts on the path: without it everything would be answered by scikit-learn."""
    target = Target("local", this_python(), this_architecture())
    return BuiltPackages(ROOT, target, ()).layer("kernel").folder / "python"


if __name__ == "__main__":
    main()
