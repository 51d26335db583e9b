"""A host of functions written by the tests, and what it told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from infra.local.clock import VirtualClock
from infra.local.delivery.outcome import Outcome
from infra.local.iam.credentials import Credentials
from infra.local.services.awslambda.functions.host import FunctionHost
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.local.services.awslambda.model import FunctionVersion, LogLine
from infra.local.session import Session

BUILD = Path(__file__).parents[6] / "build"


class Functions:
    """Writes handlers, invokes them, and keeps what the host reported."""

    def __init__(self, session: Session, runtime: Path, **settings: Any) -> None:
        self.session = session
        self.lines: list[tuple[str, LogLine]] = []
        self.metrics: list[tuple[str, Outcome]] = []
        self.host = FunctionHost(
            session,
            runtime,
            self._on_log,
            self._on_metrics,
            environment={"FROM_THE_CLOUD": "yes"},
            now_ms=VirtualClock().now_ms,
            **settings,
        )

    def write(self, source: str, name: str = "hello", **changes: Any) -> FunctionVersion:
        """A version whose handler.py is `source`."""
        code = self.session.folder / "code" / name
        code.mkdir(parents=True, exist_ok=True)
        (code / "handler.py").write_text(dedent(source))
        version = FunctionVersion(
            function_arn=f"arn:aws:lambda:eu-central-1:123456789012:function:{name}",
            name=name,
            version="$LATEST",
            handler="handler.handle",
            code=code,
            layers=(),
            environment={},
            timeout_s=100.0,
            memory_mb=512,
            credentials=Credentials("AKIDTEST", "secret", "token"),
            region="eu-central-1",
            log_group=f"/aws/lambda/{name}",
        )
        return replace(version, **changes)

    def layer(self, name: str, files: Mapping[str, str]) -> Path:
        """An unzipped layer with `files` below python/."""
        folder = self.session.folder / "layers" / name
        for path, content in files.items():
            (folder / "python" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "python" / path).write_text(content)
        return folder

    def invoke(self, version: FunctionVersion, event: Any = None, **how: Any) -> Outcome:
        """Invoke with `event` as JSON."""
        return self.host.invoke(version, json.dumps(event).encode(), **{"invoked_arn": version.arn, **how})

    def answer(self, version: FunctionVersion, event: Any = None) -> Any:
        """The decoded answer of an invocation that must succeed."""
        outcome = self.invoke(version, event)
        assert outcome.status == "ok", outcome
        return json.loads(outcome.payload)

    @property
    def log(self) -> str:
        """Everything logged, in order."""
        return "".join(line.text for _, line in self.lines)

    def _on_log(self, version: FunctionVersion, stream: str, lines: Sequence[LogLine]) -> None:
        self.lines += [(stream, line) for line in lines]

    def _on_metrics(self, version: FunctionVersion, invoked_arn: str, outcome: Outcome) -> None:
        self.metrics.append((invoked_arn, outcome))


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    """Where handlers and tests leave word for each other."""
    folder = tmp_path / "meeting"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def runtime() -> Path:
    return runtime_folder(BUILD)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path)
    yield session
    session.close()


@pytest.fixture
def functions(session: Session, runtime: Path) -> Iterator[Functions]:
    functions = Functions(session, runtime)
    yield functions
    functions.host.stop()
