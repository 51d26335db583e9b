"""The command line in front of the API itself, both in this process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from serin.adapters.memory.world import MemoryWorkflows
from serin.domain.access import ACTIONS
from serin_cli import client
from serin_cli.__main__ import main
from serin_cli.connection import Connection, save
from tests.builders import a_release
from tests.unit.http.api import Api

EVERYTHING = " ".join(f"{action}:*" if about_one else action for action, about_one in ACTIONS.items())


class Releasing(MemoryWorkflows):
    """Workflows whose releases have ended as soon as they are started."""

    def __init__(self, api: Api) -> None:
        super().__init__()
        self._api = api

    def start_release(self, model: str, version: int, release_id: str, cause: str, correlation: str) -> bool:
        made = a_release(id=release_id, model=model, version=version, cause=cause, status="live")
        self._api.catalog.save_release(made)
        return super().start_release(model, version, release_id, cause, correlation)


@dataclass
class CommandLine:
    """`serin …` as a person types it; `asked` is what went to the API."""

    api: Api
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.api.workflows = Releasing(self.api)
        transport = httpx.MockTransport(self._answer)
        self.patch.setattr(client.httpx, "Client", partial(httpx.Client, transport=transport))
        save(Connection("dev", "us-east-1", "http://api", "serin_x", "uploads", "http://aws"))

    def run(self, *words: str, ends: int = 0) -> str:
        """What it prints; it must work, or end with that code: then also what it says of that."""
        self.patch.setattr(sys, "argv", ["serin", *words])
        ended = main()
        said = self.capsys.readouterr()
        assert ended == ends, said.err
        return said.out if ends == 0 else said.err + said.out

    def json(self, *words: str) -> Any:
        """What it prints with --json."""
        return json.loads(self.run(*words, "--json"))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, path, body))
        answer = self.api.ask(request.method, path, EVERYTHING, body)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content, request=request)
