"""One's own token at the command line: taken from the environment for every call, and never shown."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from serin.domain.errors import Denied, Invalid
from serin_cli import client as client_module
from serin_cli.client import ApiError, connected
from serin_cli.command_line.app import result_of
from serin_cli.command_line.manual import manual
from serin_cli.connection import FILE, TOKEN_VARIABLE, Connection, own_token, save

OURS, OWN = "serin_of-the-folder", "serin_of-ana"


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that a platform is asked with; it answers whom it knows with an empty list."""
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["authorization"].removeprefix("Bearer "))
        if request.url.path == "/approvals":
            body = {"kind": "denied", "message": "Your token lacks it.", "remedy": "Ask for one."}
            return httpx.Response(403, json={"error": body})
        known = tokens[-1] in (OURS, OWN)
        return httpx.Response(200 if known else 403, json={"items": []} if known else {"message": "Forbidden"})

    made = httpx.Client

    def transported(**given: object) -> httpx.Client:
        return made(transport=httpx.MockTransport(answer), **given)  # type: ignore[arg-type]

    monkeypatch.setattr(client_module.httpx, "Client", transported)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    save(Connection("dev", "us-east-1", "http://127.0.0.1:1", OURS, "serin-uploads-x"))
    return tokens


def test_the_environments_token_is_used_for_every_call_and_else_the_folders(
    seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result_of("approve")
    monkeypatch.setenv(TOKEN_VARIABLE, f" {OWN}\n")
    result_of("approve")
    with connected() as client:
        client.get("/models")
        client.post("/models/m/train")
    monkeypatch.setenv(TOKEN_VARIABLE, "")
    result_of("approve")
    assert seen == [OURS, OWN, OWN, OWN, OURS]


def test_it_is_kept_nowhere_and_shown_by_nothing(
    seen: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, OWN)
    with connected() as client:
        told = repr(client) + repr(client._connection)
    assert OWN not in told
    assert OURS not in told
    assert OWN not in FILE.read_text()
    assert OWN not in "".join(capsys.readouterr())


def test_who_is_refused_is_told_whose_token_it_was(seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "serin_of-nobody")
    with connected() as client, pytest.raises(Denied) as caught:
        client.get("/models")
    assert TOKEN_VARIABLE in caught.value.message
    assert "unset" in caught.value.remedy
    assert "serin_of-nobody" not in str(caught.value)
    monkeypatch.setenv(TOKEN_VARIABLE, OWN)
    with connected() as client, pytest.raises(ApiError, match=f"with the token in {TOKEN_VARIABLE}"):
        client.get("/approvals")
    monkeypatch.delenv(TOKEN_VARIABLE)
    with connected() as client, pytest.raises(ApiError, match=f"{TOKEN_VARIABLE} takes one of your own"):
        client.get("/approvals")


@pytest.mark.parametrize("text", ["serin_a b", "serin_a\nX-More: 1", "sérin", "s" * 101])
def test_what_no_header_can_carry_is_refused_without_a_word_of_it(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        own_token({TOKEN_VARIABLE: text})
    assert text not in str(caught.value)
    assert TOKEN_VARIABLE in caught.value.message


def test_help_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert TOKEN_VARIABLE in manual()
    result_of("approve", "--help")
    assert TOKEN_VARIABLE in capsys.readouterr().out
