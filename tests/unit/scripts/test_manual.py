"""`serin --help` is the manual's first page."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from serin_cli.command_line.index import GROUPS
from serin_cli.command_line.manual import manual


def test_every_command_is_for_somebody_and_in_one_place() -> None:
    counted = Counter(name for commands in GROUPS.values() for name in commands)
    assert len(counted) > 40, "the test looked at nothing"
    assert set(counted.values()) == {1}


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_help_has_a_line_of_each_command_within_the_terminals_width(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = manual().partition("To begin:")[2]
    assert max(map(len, page.splitlines()[1:])) <= max(min(columns, 120), 70), "but for a group's name"
    lines = re.findall(r"^  (\w+)  +(\S)", page, re.MULTILINE)
    assert lines == [(name, text) for name, text in lines if text.isupper()]
    assert [name for name, _ in lines] == [name for commands in GROUPS.values() for name in commands]
