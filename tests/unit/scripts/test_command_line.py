"""How a call is read: what every command takes, what is said of a wrong one, and what a shell completes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from serin_cli.__main__ import main
from serin_cli.command_line.app import app, read
from serin_cli.command_line.completion import script_of
from serin_cli.command_line.index import typed
from serin_cli.command_line.manual import text_of
from serin_cli.command_line.wrong_calls import WrongCall
from tests.unit.files.written_model import write_model
from tests.waiting import PATIENCE_S

WITHOUT_JSON: Mapping[str, str] = {"completion": "it writes a script for a shell, and nothing else"}
OF_ITS_OWN: Mapping[str, str] = {"demo": "it tells a story, and its figures go to the file that --json names"}


def test_every_command_prints_its_result_as_json_but_for_a_reason() -> None:
    """Each of them has a sentence of its own, too, and its arguments have a help."""
    made, without = app(), set()
    for words, place in typed():
        command = made[words[0]][words[1]] if len(words) > 1 else made[words[0]]
        arguments = {name: argument for argument in command.assemble_argument_collection() for name in argument.names}
        flag = arguments.get("--json")
        without |= {words[0]} if flag is None or flag.hint is not bool else set()
        assert [name for name, argument in arguments.items() if not argument.parameter.help] == []
        assert text_of(place).endswith("."), words
    assert without == {*WITHOUT_JSON, *OF_ITS_OWN}


@pytest.mark.parametrize(
    ("typed_words", "says", "remedy"),
    [
        ("uplod flights a.csv", "There is no command 'uplod'.", "Did you mean upload?"),
        ("release shw m", "`release` has no action 'shw'.", "Did you mean show?"),
        ("release", "`release` is not told what to do.", "start, list, show"),
        ("", "No command is named.", "`serin --help` lists the commands."),
        ("runs m --wehre x", "`runs` takes no option --wehre.", "Did you mean --where?"),
        ("models --version 1", "`models list` takes no option --version.", "or write `models withdraw`."),
        ("release --json start m", "--json stands where an action", "after: `serin release ACTION"),
        ("help", "There is no command 'help'.", "Did you mean --help?"),
        ("quality", "`quality`: DATASET is missing.", "`serin quality --help` says what it is given."),
        ("quality a b", "`quality` takes nothing more; found 'b'.", "Leave it out."),
        ("runs m --where --json", "`runs`: --where has no value.", "`serin runs --help`"),
        ("runs m --limit many", "into int.", "`serin runs --help`"),
        ("pipeline gitlab", 'Choose from: "github", "jenkins".', "`serin pipeline --help`"),
    ],
)
def test_a_wrong_call_is_told_what_was_found_and_the_nearest_name_and_ends_with_two(
    typed_words: str, says: str, remedy: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WrongCall) as caught:
        read(typed_words.split())
    assert says in caught.value.message
    assert remedy in caught.value.remedy
    monkeypatch.setattr("sys.argv", ["serin", *typed_words.split()])
    assert main() == 2
    out, err = capsys.readouterr()
    assert (out, says in err) == ("", True)


@pytest.mark.parametrize(
    ("words", "page", "as_json"),
    [
        ("orders", None, None),
        ("orders --page", "", None),
        ("--page orders.html orders", "orders.html", None),
        ("orders --page=orders.html", "orders.html", None),
        ("--json orders --page", "", True),
        ("orders --page --json", "", True),
    ],
)
def test_an_option_stands_where_one_likes_and_a_page_needs_no_name(
    words: str, page: str | None, as_json: bool | None
) -> None:
    given = read(["quality", *words.split()]).given.arguments
    assert (given["dataset"], given.get("page"), given.get("as_json")) == ("orders", page, as_json)


def completed(shell_words: str, tmp_path: Path) -> list[str]:
    """What bash offers once these words are typed and the key is pressed; nothing but its script is asked."""
    script = tmp_path / "serin.bash"
    if not script.exists():
        script.write_text(script_of("bash"))
    words = shell_words.split(" ")
    typed_so_far = " ".join(f"'{word}'" for word in words)
    ask = f"source {script}; COMP_WORDS=({typed_so_far}); COMP_CWORD={len(words) - 1}; _serin"
    done = subprocess.run(
        ["bash", "-c", f'{ask}; printf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return done.stdout.split()


def test_a_shell_completes_commands_actions_options_and_choices(tmp_path: Path) -> None:
    assert completed("serin vi", tmp_path) == ["viability"]
    assert {"start", "rollback", "abort"} <= set(completed("serin release ", tmp_path))
    assert completed("serin release show m --p", tmp_path) == ["--page"]
    assert completed("serin pipeline j", tmp_path) == ["jenkins"]
    assert "pyproject.toml" in completed("serin upload flights pyproj", tmp_path)
    assert completed("serin completion ", tmp_path) == ["bash", "zsh", "fish"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_are_told_of_every_command(shell: str) -> None:
    script = script_of(shell)  # type: ignore[arg-type]
    assert "serin __complete" not in script, "it is called as it is typed: nobody has it on the PATH"
    assert [words for words, _ in typed() if any(word not in script for word in words)] == []


def test_names_are_completed_from_this_checkout_and_ids_by_a_local_cloud_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tmp_path)
    monkeypatch.chdir(tmp_path)
    asked: list[str] = []

    def offered(*words: str) -> list[str]:
        monkeypatch.setattr("sys.argv", ["serin", "__complete", *words])
        assert main() == 0
        return [line.split("\t")[0] for line in capsys.readouterr().out.split("\x1fbegin\n")[1].splitlines()]

    def answer(request: object, timeout: float) -> object:
        asked.append(request.full_url)  # type: ignore[attr-defined]
        raise OSError("nobody is there")

    monkeypatch.setattr("urllib.request.urlopen", answer)
    assert offered("versions", "") == ["trip-delay"]
    assert "trips" in offered("quality", "")
    assert offered("release", "show", "trip-delay", "--release", "") == []
    assert asked == []
    connection = {"api_url": "http://api", "token": "t", "endpoint_url": None}
    Path(".serin").mkdir()
    for endpoint in (None, "http://127.0.0.1:9"):
        Path(".serin/connection.json").write_text(json.dumps({**connection, "endpoint_url": endpoint}))
        assert offered("release", "show", "trip-delay", "--release", "") == []
    assert asked == ["http://api/models/trip-delay/releases"]
