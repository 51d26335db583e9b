"""What README and the commands themselves say to type can be typed."""

from __future__ import annotations

import os
import re
import shlex
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from serin_cli.command_line.app import read
from serin_cli.command_line.index import typed
from serin_cli.command_line.wrong_calls import WrongCall
from serin_cli.local import EXAMPLES_NOW, NEXT
from serin_cli.sample import MONTHS, YEAR
from serin_cli.walk import _end
from tests.unit.scripts.drafted import rows, run
from tests.unit.scripts.readme import READMES, ROOT, blocks, commands, the_block_with

TEXT = "\n".join(READMES.values())
COMMANDS = commands(TEXT)
SAMPLE = ["airports.csv", "planes.csv", *(f"weather-{YEAR}-{m:02}.csv" for m in MONTHS)]
SAMPLE += [f"{YEAR}-{m:02}.csv" for m in MONTHS]


def parsed(command: str) -> None:
    """Read a `./scripts/serin …` with the real parser; placeholders stand for themselves."""
    words = shlex.split(re.sub(r"(--version|--requests-per-day) N\b", r"\1 1", command))[1:]
    if words not in (["--help"], []):
        read(words)


def test_readme_names_every_command_there_is_to_begin_with() -> None:
    assert len(COMMANDS) > 40, "the test looked at nothing"
    for name in ("demo", "test", "check", "deploy", "serin up", "serin init", "serin clock advance", "bench walk"):
        assert any(command.startswith(f"./scripts/{name}") for command in COMMANDS), name


@pytest.mark.parametrize("command", sorted({command for command in COMMANDS if "/serin " in command}))
def test_a_command_of_readme_is_one_the_parser_knows(command: str) -> None:
    parsed(command)


@pytest.mark.parametrize("script", sorted({command.split()[0] for command in COMMANDS}))
def test_a_script_of_readme_is_there_and_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("bench", sorted({command.split()[1] for command in COMMANDS if "/bench " in command}))
def test_a_bench_of_readme_is_there(bench: str) -> None:
    assert (ROOT / "scripts" / "benches" / f"{bench}.py").is_file()


def test_readme_is_short_and_leads_to_the_others() -> None:
    first = READMES["README.md"]
    assert len(first.splitlines()) <= 160
    for name in READMES.keys() - {"README.md"}:
        assert f"]({name})" in first, name
        assert len(READMES[name].splitlines()) > 5, name


@pytest.mark.parametrize("name", sorted(READMES))
def test_a_link_of_a_readme_leads_somewhere(name: str) -> None:
    for path, heading in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", READMES[name]):
        there = (ROOT / name).parent / path if path else ROOT / name
        assert there.exists(), path
        titles = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
        assert not heading or heading in {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles}


def test_a_command_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(WrongCall, match="no command 'inti'"):
        parsed("./scripts/serin inti NAME --from FILE.csv --label COLUMN")
    assert commands("Run `./scripts/serin up [--state DIR]`.") == ["./scripts/serin up --state DIR"]


def test_the_files_of_the_sample_are_called_as_readme_calls_them() -> None:
    named = re.findall(r"build/flights/([\w.\[\]-]+\.csv)", TEXT)
    assert len(named) >= 5
    assert [name for name in named if not any(Path(made).match(name) for made in SAMPLE)] == []


def test_paths_that_readme_points_to_are_there() -> None:
    for path in ("models/flight-delay", "cdk.json", "functions/predict/handler.py", "tests/architecture"):
        assert path in TEXT
        assert (ROOT / path).exists()
    house = next(block for block in blocks() if block.startswith("models/<name>/"))
    for line in house.splitlines():
        folder = line.split()[0].replace("<name>/", "")
        assert any((ROOT / start / folder).exists() for start in ("", "layers/core/python/serin")), line


@pytest.mark.parametrize("about", ["a million predictions", "a month in which nobody calls"])
def test_the_costs_add_up_line_by_line_and_together(about: str) -> None:
    table = TEXT.partition(f"| {about}")[2].partition("\n\n")[0]
    *parts, total = [line.strip("|").split("|") for line in table.splitlines()[2:]]
    assert len(parts) >= 3, "the test looked at nothing"
    for what, arithmetic, dollars in parts:
        assert abs(_calculated(arithmetic) - _dollars(dollars)) <= 0.005 + 1e-9, what
    assert round(sum(_dollars(dollars) for *_, dollars in parts), 2) == _dollars(total[-1])


def _dollars(text: str) -> float:
    return float(text.strip(" $*"))


def _calculated(arithmetic: str) -> float:
    plain = arithmetic.replace("\N{MULTIPLICATION SIGN}", "*").replace("$", "").replace(",", "").strip()
    assert re.fullmatch(r"[0-9.*/+ ]+", plain), arithmetic
    return float(eval(plain))


def test_a_number_that_readme_has_for_an_option_is_its_default() -> None:
    places, seen = dict(typed()), 0
    for words, options in re.findall(
        r"^\| `\./scripts/serin ([a-z ]+)([^`]*)`", READMES["scripts/README.md"], re.MULTILINE
    ):
        named = tuple(words.split())
        place = places.get(named) or places.get(named[:2]) or places.get(named[:1])
        for option, number in re.findall(r"\[--([a-z-]+) ([0-9.]+)\]", options):
            module, _, function = str(place).partition(":")
            parameters = signature(getattr(import_module(f"serin_cli.{module}"), function)).parameters
            assert parameters[option.replace("-", "_")].default == float(number), (named, option)
            seen += 1
    assert seen > 3, "the test looked at nothing"


def test_up_says_to_type_next_what_readme_does() -> None:
    lines = [
        line.partition("#")[0].strip()
        for line in the_block_with("upload airports build/flights/airports.csv").splitlines()
    ]
    assert lines == list(NEXT)
    assert the_block_with("serin up --clock").strip() == f"./scripts/serin {EXAMPLES_NOW.strip('`')}"


def test_the_demo_ends_with_what_can_be_typed_next(capsys: pytest.CaptureFixture[str]) -> None:
    _end({"predictions": {"ok": 1, "sent": 1, "p50_ms": 1.0}, "seconds": 1.0}, ["q.html", "p.html", "w.html"])
    said = capsys.readouterr().out
    typed = re.findall(r"(\./scripts/\S+(?: \S+)*)(?:  |$)", said, re.MULTILINE)
    assert [command.split()[1] for command in typed if "/serin" in command] == ["up", "init"]
    for command in typed:
        assert (ROOT / command.split()[0]).is_file()
        if "/serin " in command:
            parsed(command)
    assert "README.md" in said


def test_init_ends_with_what_can_be_typed_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path, rows(), as_json=False)
    typed = [f"./scripts/serin {found}" for found in re.findall(r"/serin (\S+(?: \S+)*)", capsys.readouterr().out)]
    assert [command.split()[1] for command in typed] == ["validate", "up", "upload", "release", "runs", "predict"]
    for command in typed:
        parsed(command)
    assert (tmp_path / typed[-1].split()[-1]).is_file()
