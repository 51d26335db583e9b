"""`serin --help` is the manual's first page."""

from __future__ import annotations

import re
from argparse import _SubParsersAction
from collections import Counter

import pytest

from serin_cli.__main__ import parser
from serin_cli.manual import GROUPS


def test_every_command_is_for_somebody_and_in_one_place() -> None:
    (named,) = (action for action in parser()._actions if isinstance(action, _SubParsersAction))
    assert Counter(name for names in GROUPS.values() for name in names) == Counter(named.choices.keys())


@pytest.mark.parametrize("columns", [40, 80, 300])
def test_help_has_a_line_of_each_command_within_the_terminals_width(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = parser().format_help().partition("To begin:")[2].rpartition("\n\n")[0]
    assert max(map(len, page.splitlines()[1:])) <= max(min(columns, 120), 70), "but for a group's name"
    assert re.findall(r"^  (\w+)  ", page, re.MULTILINE) == [name for names in GROUPS.values() for name in names]
