from __future__ import annotations

import io

import pytest

from serin_cli import story
from serin_cli.fitting_tables import fitted
from serin_cli.terminal import Terminal

RUN = {
    "run": "a" * 32,
    "at": "2013-04-01 12:00Z",
    "cause": "call",
    "version": None,
    "gain": "0.003",
    "reason": "the newest rows show no gain over the version that is live",
    "status": "rejected",
    "power": "0.01234",
}


@pytest.mark.parametrize("width", [80, 60, 3000])
def test_ids_are_whole_and_no_word_of_a_sentence_is_lost_however_narrow_the_terminal_is(width: int) -> None:
    written = io.StringIO()
    Terminal(file=written, highlight=False, width=width).print(fitted([RUN, RUN], list(RUN), width))
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert sum("a" * 32 in line for line in lines) == 2
    assert " ".join(written.getvalue().split()).count(str(RUN["reason"])) == 2
    assert written.getvalue().count("0.01234") == 2
    assert (len(lines) == 3) is (width == 3000), "what has room stays a table"
    assert ("power: 0.01234" in written.getvalue()) is (width < 3000), "below a row each field is told in one way"


def test_a_table_says_more_than_its_records_names() -> None:
    assert story.table([{"model": "flight-delay", "datasets": 4, "inputs": 8}]).columns[1].header.plain == "datasets"
    assert len(story.table([{"model": "flight-delay", "version": 4, "inputs": 8}]).columns) == 2
