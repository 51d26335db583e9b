"""The local cloud against AWS's rules, what its IAM decided, and how quick it is."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from benches.rules.cases import Case, function
from benches.rules.model import Trial, rules, tried
from benches.speed.small_files import small_files
from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly
from infra.local.deploy.assembly import read as read_assembly
from infra.local.wiring import wiring
from infra.settings import read_settings
from serin_cli.prepare import CDK_JSON, prepare
from serin_cli.year.meter import cpu_seconds

COLD, WARM, SPAN_S, AT_ONCE = 9, 200, 3.0, 2

SYNTHESISE = """
import sys
from pathlib import Path
from infra.app import synthesise
from infra.settings import read_settings
synthesise(read_settings(Path(sys.argv[1])), "local", Path(sys.argv[2]))
"""

ASKS = """
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["url"], MessageBody="allowed")
    try:
        boto3.client("s3").list_buckets()
    except Exception as error:
        return error.response["Error"]["Code"]
"""
"""Does what its role may, and then what it may not."""


def main() -> None:
    """Print the rules and the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    trials = _rules()
    synth = _synth()
    speed, iam = _platform()
    results: dict[str, dict[str, Any]] = {
        "rules": {"tried": len(trials), "held": sum(trial.held for trial in trials)},
        "iam": iam,
        "speed": {**synth, **speed},
    }
    for part, figures in results.items():
        print(f"\n{part}")
        for name, value in figures.items():
            print(f"  {name:14} {value:.3f}" if isinstance(value, float) else f"  {name:14} {value}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def _rules() -> list[Trial]:
    """Each rule on a cloud that holds nothing else."""
    with LocalCloud.start(Assembly("us-east-1", ())) as cloud:
        trials = tried(cloud, rules())
    for trial in trials:
        print(f"{'held' if trial.held else 'BROKEN':7} {trial.rule.service:15} {trial.rule.says}")
        if not trial.held:
            print(f"        {trial.found}")
    return trials


def _synth() -> dict[str, float]:
    """A synthesis that finds no assembly, in a process of its own; the layers are built before."""
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", SYNTHESISE, str(CDK_JSON), f"{folder}/assembly"]
        began = cpu_seconds()
        took_s = _took_s(lambda: subprocess.run(command, check=True))
        return {"synth_s": took_s, "synth_cpu_s": cpu_seconds() - began}


def _platform() -> tuple[dict[str, float], dict[str, int]]:
    """The real template, deployed, and used for a moment."""
    assembly = read_assembly(prepare())
    began, spent = time.monotonic(), cpu_seconds()
    with LocalCloud.start(assembly) as cloud:
        deploy = {"deploy_s": time.monotonic() - began, "deploy_cpu_s": cpu_seconds() - spent}
        with function(cloud) as case:
            speed = {**deploy, **_speed(case)}
        speed |= small_files(cloud, read_settings(CDK_JSON).names)
        _use(cloud)
        decisions = wiring().guard.decisions
    counts = {
        "allowed": sum(one.times for one in decisions if one.allowed),
        "denied": sum(one.times for one in decisions if not one.allowed),
    }
    return speed, counts


def _speed(case: Case) -> dict[str, float]:
    def invoke(qualifier: str = "$LATEST") -> None:
        case.functions.invoke(FunctionName=case.name, Qualifier=qualifier, Payload=b"{}")

    cold = [_took_s(partial(invoke, case.version())) for _ in range(COLD)]
    invoke()
    warm = [_took_s(invoke) for _ in range(WARM)]
    return {
        "cold_ms": statistics.median(cold) * 1000,
        "warm_ms": statistics.median(warm) * 1000,
        **_rate(invoke),
    }


def _rate(invoke: Callable[[], None]) -> dict[str, float]:
    """Invocations a second, with as many callers at once as the bench names, and what each costs.

    CPU is of this process and its functions: it is the same on a busy machine, as seconds are not.
    """
    began, spent = time.monotonic(), cpu_seconds()

    def one(_: int) -> int:
        done = 0
        while time.monotonic() - began < SPAN_S:
            invoke()
            done += 1
        return done

    with ThreadPoolExecutor(AT_ONCE) as threads:
        done = sum(threads.map(one, range(AT_ONCE)))
    took_s = time.monotonic() - began
    return {"invoke_per_s": done / took_s, "invoke_cpu_ms": (cpu_seconds() - spent) / done * 1000}


def _use(cloud: LocalCloud) -> None:
    """A little of everything that asks for permission: the API's functions, and one that goes too far."""
    for path in ("/models", "/datasets"):
        request = Request(f"{cloud.api_url}{path}", headers={"Authorization": "Bearer of-nobody"})
        try:
            urlopen(request, timeout=30).close()
        except HTTPError as refused:
            refused.close()
    with function(cloud, ASKS) as case:
        queue = case.queue()
        case.functions.update_function_configuration(FunctionName=case.name, Role=case.role_with("sqs:*"))
        url = f"{cloud.endpoint_url}/123456789012/{queue.rsplit(':', 1)[-1]}"
        answer: Any = case.functions.invoke(FunctionName=case.name, Payload=json.dumps({"url": url}).encode())
        told = json.loads(answer["Payload"].read())
        assert told == "AccessDenied", f"a role that may not list buckets was answered {told}"
    cloud.settle()


def _took_s(do: Callable[[], Any]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
