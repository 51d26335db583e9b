"""What adapters are tried on beside their fakes: plain moto in this process, and the local cloud in one of its own.

The local cloud changes moto and keeps all there is, so that it cannot share a process with a mocked AWS.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from tests.tables import REGION

ROOT = Path(__file__).parents[2]
PROGRAM = f"""
import json, sys
from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly
with LocalCloud.start(Assembly("{REGION}", ())) as cloud:
    print(json.dumps(cloud.client), flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Aws:
    """An AWS: the arguments of its clients, and endings that keep the names of one test apart from another's."""

    arguments: Mapping[str, str]
    is_local: bool = False
    ending: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def client(self, service: str) -> Any:
        """A client of it."""
        return boto3.client(service, **self.arguments)  # type: ignore[call-overload]

    def name(self, name: str) -> str:
        """Of something that nobody else has."""
        return f"{name}-{self.ending}"


MOTO: Mapping[str, str] = {"region_name": REGION}


@contextmanager
def a_local_cloud() -> Iterator[Mapping[str, str]]:
    """The arguments of a client of an empty local cloud, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the local cloud ended by itself"
        yield json.loads(line)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
