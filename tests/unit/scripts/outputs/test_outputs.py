"""Every command writes what nobody can misuse, whatever data, names and errors hold."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from infra.settings import Settings
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock
from serin.domain.access import Token
from serin.domain.erasures import Erasure
from serin_cli import __main__ as program
from serin_cli import (
    aws,
    client,
    clock,
    cost,
    erase,
    image,
    local,
    plan,
    sample,
    story,
    tokens,
    trace,
    walk,
    walk_release,
    walk_watch,
)
from serin_cli.command_line.index import typed
from serin_cli.connection import Connection
from serin_cli.local import Running
from serin_cli.traffic import Driven, Tally, Watch
from tests.architecture.imports import mentions, sources
from tests.builders import NOON, a_version
from tests.infra.small_templates import small_templates
from tests.unit.scripts.outputs.hostile import ATTACK, MODEL, Platform, api_error

ROOT = Path(__file__).parents[4]
CONNECTION = Connection(f"dev{ATTACK}", "us-east-1", f"http://api{ATTACK}", "t", "b-uploads-x", f"http://e{ATTACK}")
FILE = "a.csv"
# Command and action → the words to type; each is typed with --json too, where it has that.
TYPED: Mapping[str, list[str]] = {
    "up": [],
    "clock show": [],
    "clock advance": ["7d"],
    "clock stop": [],
    "connect": [],
    "sample": ["flights", "--to", "x"],
    "init": ["orders", "--from", FILE, "--label", "label"],
    "input remove": [MODEL, f"size{ATTACK}"],
    "contract infer": [FILE, "--dataset", "orders"],
    "contract check": ["contract.yaml"],
    "validate": [],
    "upload": ["orders", FILE],
    "quality": ["orders"],
    "profile": ["orders"],
    "sources": [],
    "quarantine list": ["orders"],
    "quarantine export": ["orders", "--to", "out.csv"],
    "features get": [MODEL, "--entity", f"carrier={ATTACK}", "--entity", "origin=x", "--entity", f"dest={ATTACK}"],
    "features status": [MODEL, "--view", f"queue{ATTACK}"],
    "features backfill": [MODEL],
    "train": [MODEL],
    "runs": [MODEL],
    "models list": [],
    "models withdraw": [MODEL, "--version", "1", "--why", ATTACK],
    "health": [MODEL],
    "image": [MODEL, "--version", "2", "--to", "x.tar"],
    "versions": [MODEL],
    "lineage": [MODEL],
    "card": [MODEL],
    "charter": [MODEL],
    "pipeline": ["github"],
    "cost": [MODEL, "--requests-per-day", "1000"],
    "approve": [],
    "audit": [],
    "release start": [MODEL],
    "viability": [MODEL],
    "plan": [MODEL],
    "maturity": [MODEL],
    "release list": [MODEL],
    "release show": [MODEL],
    "release rollback": [MODEL],
    "release watch": [MODEL],
    "release hold": [MODEL],
    "release resume": [MODEL],
    "release abort": [MODEL],
    "watch": [MODEL],
    "predict": [MODEL, "request.json", "--explain"],
    "feedback": [MODEL, "request.json"],
    "batch": [MODEL, FILE],
    "token create": ["--owner", f"sam{ATTACK}", "--scope", "read", "--for", "1d"],
    "token list": [],
    "token revoke": [f"x{ATTACK}"],
    "token roles": [],
    "prediction": ["p"],
    "erase": [],
    "rerun": [f"r1{ATTACK}"],
    "trace": ["abcd"],
    "demo": [],
    "completion": ["bash"],
}
# A story whose figures go to a file, `--json FILE`, and a script for a shell.
NO_JSON = ("demo", "completion")
# These repeat nobody's words but those that were typed, and numbers.
SILENT = (
    *("quarantine export", "features backfill", "viability", "charter", "cost", "pipeline", "token roles"),
    "completion",
)


def every_command() -> list[str]:
    """Each command, with each of its actions."""
    return [" ".join(words) for words, _ in typed()]


def unseen(text: str) -> list[str]:
    """What a terminal would obey or nobody could see; a line end is what a line ends with."""
    return [sign for sign in text if sign != "\n" and not sign.isprintable()]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to write in, and a hostile platform behind each way out of the program."""
    monkeypatch.chdir(tmp_path)
    # Wide enough that nothing is cut off.
    for console in (story.out, story.err):
        monkeypatch.setattr(console, "width", 3000)
    shutil.copytree(ROOT / "models" / MODEL, tmp_path / "models" / MODEL)
    rows = [f"o{number},{number % 7}.5,{'yes' if number % 2 else 'no'},{number}" for number in range(300)]
    evil = f"id,size,label,\x1b[2J{ATTACK[:6]}\n" + "\n".join(rows) + "\n"
    (tmp_path / FILE).write_text(evil)
    (tmp_path / "contract.yaml").write_text(_hostile_contract())
    (tmp_path / "request.json").write_text('{"instances": [{}]}')
    for module, name, made in _replaced():
        monkeypatch.setattr(module, name, made)


def _hostile_contract() -> str:
    said = {"type": "text", "name": ATTACK, "description": ATTACK}
    column = {"name": ATTACK, "physicalName": f"x{ATTACK}", "classification": ATTACK, "quality": [said]}
    schema = [{"name": ATTACK, "properties": [column]}]
    promises = [{"property": ATTACK, "value": ATTACK}]
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "a", "version": "1"}
    return json.dumps({**head, "schema": schema, "slaProperties": promises})


def _replaced() -> Iterator[tuple[Any, str, Any]]:
    yield erase, "_catalog", lambda _: _erased()
    for module in (client, clock, erase, image, plan, tokens, trace):
        yield module, "load", lambda: CONNECTION
    yield client, "Client", Platform
    yield sample, "write_sample", lambda _, later: [Path(f"x/{ATTACK}.csv")]
    answer = SimpleNamespace(text=json.dumps({"now": f"2013{ATTACK}", "to": f"2014{ATTACK}"}))
    yield clock, "httpx", SimpleNamespace(request=lambda *_, **__: answer, stream=_stream, HTTPError=OSError)
    yield clock, "Signed", lambda _: None
    yield cost, "templates_of", lambda _: small_templates(MODEL)
    yield image, "_version", lambda *_: a_version(2, model=f"m{ATTACK}", runtime={})
    yield image, "_model_layer", lambda *_: b""
    yield image, "_variables", lambda *_: {"SERIN_STAGE": f"dev{ATTACK}"}
    yield image, "_layers", lambda *_: iter(())
    yield trace, "aws_client", lambda *_: _Logs()
    yield tokens, "_control", lambda _: _control()
    yield tokens, "_deployed", lambda _: ()
    yield tokens, "clock_of", lambda _: MemoryClock(NOON)
    yield aws, "session", _Session
    yield aws, "create_token", lambda *_, **__: SimpleNamespace(secret="s")
    yield aws, "read_settings", lambda *_: _settings()
    yield aws, "save", lambda _: None
    yield local, "running", _running
    yield walk, "running", _running
    yield walk, "Client", Platform
    yield walk, "first_flights", lambda *_: [{}] * 10
    yield walk, "some_flights", lambda *_: [{}] * 10
    yield walk_watch, "wait", lambda *_: {"id": "r", "sentence": f"A training begins{ATTACK}"}
    yield walk, "write_sample", lambda _: [Path(name) for name in _walked()]
    yield walk, "_logged", lambda *_: Counter(compiled=1)
    yield walk, "_functions", lambda *_: 1
    yield walk_release, "wait", lambda *_: "rel1"
    yield walk_release, "Traffic", lambda *_: nullcontext()
    yield walk_release, "drive", _driven
    yield time, "sleep", _interrupted


def _driven(*_: object, until: Watch, **__: object) -> Driven:
    shown = Platform().get("/models/m/releases/rel1")
    until(shown)
    return Driven({**shown, "release": {"status": "live"}}, Tally())


def _settings() -> Any:
    from infra.settings import read_settings

    return read_settings(ROOT / "cdk.json")


def _walked() -> list[str]:
    months = [f"2013-{month:02}" for month in range(1, 8)]
    weather = [f"weather-{month}.csv" for month in months]
    return ["airports.csv", "planes.csv", *weather, *(f"{month}.csv" for month in months)]


def _interrupted(_: float) -> None:
    raise KeyboardInterrupt


@contextmanager
def _stream(*_: object, **__: object) -> Iterator[Any]:
    lines = [{"now": f"t{ATTACK}"}, {"done": True, "now": f"t{ATTACK}"}]
    yield SimpleNamespace(iter_lines=lambda: map(json.dumps, lines))


@contextmanager
def _running(*_: object, **__: object) -> Iterator[Running]:
    cloud: Any = SimpleNamespace(
        clock=MemoryClock(NOON),
        credentials=LocalCloud.credentials,
        endpoint_url=CONNECTION.endpoint_url,
        region="r",
        advance=lambda _: None,
        settle=lambda: None,
    )
    yield Running(cloud, CONNECTION, (f"stack{ATTACK}",), Settings())


def _erased() -> MemoryCatalog:
    catalog = MemoryCatalog()
    catalog.save_erasure(Erasure("e1", f"mail{ATTACK}", "d1", (f"orders{ATTACK}",), (), f"sam{ATTACK}", NOON))
    return catalog


def _control() -> MemoryControl:
    control = MemoryControl()
    control.save_token(Token("f" * 64, f"sam{ATTACK}", (f"read{ATTACK}",), NOON, NOON))
    return control


class _Session:
    region_name = f"us-east-1{ATTACK}"

    def client(self, *_: object, **__: object) -> Any:
        parameter = {"Parameter": {"Value": f"http://api{ATTACK}"}}
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "1"}, get_parameter=lambda **_: parameter)


class _Logs:
    def get_paginator(self, name: str) -> Any:
        record = {"at": "t", "function": f"f{ATTACK}", "outcome": ATTACK, "kind": "k", "message": f"m{ATTACK}", "ms": 1}
        page = {"logGroups": [{"logGroupName": "g"}], "events": [{"message": json.dumps(record), "timestamp": 1}]}
        return SimpleNamespace(paginate=lambda **_: [page])


def written(words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the program writes when these words are typed, on either way."""
    return "".join(apart(words, capsys, monkeypatch))


def apart(words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The same, what is for a program or a person who asked, and what went wrong."""
    monkeypatch.setattr(sys, "argv", ["serin", *words])
    program.main()
    return capsys.readouterr()


def test_every_command_has_words_to_type() -> None:
    assert sorted(every_command()) == sorted(TYPED)


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("command", TYPED)
def test_no_command_shows_what_its_data_would_do(
    command: str, as_json: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if command == "validate":
        Path("models/x").mkdir()
        Path("models/x/model.yaml").write_text(f"model: 1\nowned: {json.dumps(ATTACK)}\n{json.dumps(ATTACK)}: 1\n")
    for_program = as_json and command not in NO_JSON
    words = [*command.split(), *TYPED[command], *(["--json"] if for_program else [])]
    out, err = apart(words, capsys, monkeypatch)
    assert not for_program or (json.loads(out) is not None if out else err), (
        "a program reads the result, or why there is none"
    )
    seen = out + err
    assert unseen(seen) == []
    assert "Traceback" not in seen
    assert "owned" in seen or command in SILENT, "nothing hostile was shown: the test looked at nothing"


@pytest.mark.parametrize(
    "error", [api_error(), RuntimeError(f"fault {ATTACK}"), UnicodeDecodeError("x", b"", 0, 1, ATTACK)]
)
@pytest.mark.parametrize(
    "command", ["models list", "quality", "quarantine list", "lineage", "train", "features status"]
)
def test_no_error_shows_what_its_words_would_do(
    command: str, error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "error", error)
    seen = written([*command.split(), *TYPED[command]], capsys, monkeypatch)
    assert unseen(seen) == []
    assert "owned" in seen


@pytest.mark.parametrize("words", [[ATTACK], ["models", ATTACK], ["train"], ["release", ATTACK, "m"], ["--help"]])
def test_a_wrong_call_shows_nothing_of_what_was_pasted(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unseen(written(words, capsys, monkeypatch)) == []


@pytest.mark.parametrize(
    "words",
    [["quality", "orders"], ["profile", "orders"], ["release", "show", MODEL], ["watch", MODEL], ["card", MODEL]],
)
def test_no_page_holds_what_its_data_would_do(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written([*words, "--page", "page.html"], capsys, monkeypatch)
    page = Path("page.html").read_text()
    assert unseen(page) == []
    assert "owned" in page


def test_no_exported_cell_or_name_is_a_formula(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(["quarantine", "export", "orders", "--to", "out.csv"], capsys, monkeypatch)
    text = Path("out.csv").read_bytes().decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert any("owned" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []
    assert ";=" not in text


BORDER = ("serin_cli.terminal", "serin_cli.documents")


def test_what_is_for_a_person_leaves_by_the_one_border() -> None:
    found = sources(ROOT / "scripts" / "serin_cli", "serin_cli")
    assert len(found) > 20, "the test looked at nothing"
    ways = ("print", "sys.stdout", "sys.stderr", "rich.console.Console", "rich.print", "cyclopts.run")
    outside = [
        f"{source.module}:{mention.line} {mention.name}"
        for source in found.values()
        for mention in mentions(source)
        if source.module not in BORDER and mention.name.startswith(ways)
    ]
    assert outside == []
