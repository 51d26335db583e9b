"""What a person is told when the platform or a file is not there."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from serin.domain.errors import NotFound, SerinError, Unavailable
from serin_cli.client import Client, NoAnswerNow, wait
from serin_cli.command_line.app import result_of
from serin_cli.connection import Connection, save


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of a platform that has ended without a word."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.chdir(tmp_path)
    connection = Connection("dev", "us-east-1", url, "serin_x", "uploads", url)
    save(connection)
    client = Client(connection)
    yield client
    client.close()


def test_a_platform_that_does_not_answer_is_said_to_be_gone_with_the_remedy(nobody: Client, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a\n1\n")
    for ask in (lambda: nobody.get("/models"), lambda: nobody.upload("flights", file)):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert "does not answer" in caught.value.message
        assert "serin up" in caught.value.remedy


def test_a_file_that_is_not_there_is_named(nobody: Client, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No such file"):
        nobody.upload("flights", tmp_path / "none.csv")
    with pytest.raises(NotFound, match=r"none\.json cannot be read"):
        result_of("predict", "flight-delay", "none.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"instances"', '"x"'])
def test_a_file_that_is_no_request_is_refused(nobody: Client, tmp_path: Path, text: str) -> None:
    (tmp_path / "request.json").write_text(text)
    with pytest.raises(Exception, match="instances"):
        result_of("predict", "flight-delay", "request.json")
    assert json.loads((tmp_path / ".serin/connection.json").read_text())["stage"] == "dev"


def problem(status: int, kind: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"kind": kind, "message": "Found.", "remedy": "Do."}})


CRASHED = httpx.Response(500, json={"message": "Internal Server Error"})
GATEWAY, UNAVAILABLE = httpx.Response(503, json={"message": "Service Unavailable"}), problem(503, "unavailable")
TOO_MANY, DONE = httpx.Response(429, json={"message": "Too Many Requests"}), httpx.Response(200, json={"run": "r1"})


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([DONE], 1),
        ([TOO_MANY] * 6 + [DONE], 7),
        ([GATEWAY, UNAVAILABLE, DONE], 3),
        ([GATEWAY] * 9 + [DONE], 10),
        ([CRASHED] * 9, 4),
        ([UNAVAILABLE] * 9, 4),
        ([problem(500, "model_failed"), DONE], 1),
        ([problem(503, "not_released"), DONE], 1),
        ([problem(422, "invalid"), DONE], 1),
    ],
)
def test_what_may_pass_is_asked_again_ever_later_under_the_same_key(
    nobody: Client, monkeypatch: pytest.MonkeyPatch, answers: list[httpx.Response], asked: int
) -> None:
    pauses, keys, left = [], [], iter(answers)
    monkeypatch.setattr("serin_cli.client.time.sleep", pauses.append)

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return next(left)

    nobody._http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1")
    with suppress(SerinError):
        assert nobody.post("/models/m/train") == {"run": "r1"}
    assert len(keys) == asked == len(pauses) + 1
    assert len(set(keys)) == 1
    assert all(0.05 * 2**n <= pause <= 0.1 * 2**n or 0.5 <= pause <= 1.0 for n, pause in enumerate(pauses))


def test_who_waits_for_something_asks_on_when_the_api_is_out_of_order_and_ends_when_it_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("serin_cli.client.time.sleep", lambda _: None)
    looks = iter([NoAnswerNow("The API answered 503.", "Try again."), None, "trained"])

    def look() -> str | None:
        answer = next(looks)
        if isinstance(answer, NoAnswerNow):
            raise answer
        return answer

    def gone() -> None:
        raise Unavailable("The platform does not answer.", "Start it again.")

    assert wait(look, "the training") == "trained"
    with pytest.raises(Unavailable, match="does not answer"):
        wait(gone, "the training")
