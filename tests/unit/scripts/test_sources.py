from __future__ import annotations

from typing import Any

from serin_cli.sources import line

SOURCE: dict[str, Any] = {"dataset": "flights", "source": "s3://acme/flights/", "every_minutes": 1440}


def test_a_source_nobody_has_looked_at_yet_is_a_line_of_what_is_known() -> None:
    found = {name: value for name, value in line(SOURCE).items() if value}
    assert found == {"dataset": "flights", "source": "s3://acme/flights/", "every": "1d"}


def test_a_line_says_what_the_last_look_found_and_what_to_do() -> None:
    last = {"at": "2013-04-01T12:00:00Z", "seen": 3, "copied": 0, "refused": 1, "after": "flights/b", "error": "No.",
            "remedy": "Allow it."}  # fmt: skip
    found = line({**SOURCE, "every_minutes": 90, "last": last})
    assert (found["every"], found["seen"], found["copied"], found["refused"]) == ("90m", 3, 0, 1)
    assert (found["goes on after"], found["error"]) == ("flights/b", "No. Allow it.")
