from __future__ import annotations

import pytest

from serin.domain.copies import DigestSet, Repeats, are_copies, differences, repeat_rate, told

NONE = Repeats(1000, 0)


@pytest.mark.parametrize(
    ("rows", "equal", "rate", "copies"),
    [
        (1470, 1470, 0.0, True),
        (1000, 20, 0.0, True),
        (1000, 19, 0.0, False),
        (100, 5, 0.0, True),
        (100, 4, 0.0, False),
        (1000, 0, 0.0, False),
        (0, 0, 0.0, False),
        (1000, 40, 0.02, True),
        (1000, 30, 0.02, False),
        (1000, 1000, 1.0, False),
        (1000, 550, 0.4, False),
        (1000, 750, 0.4, True),
    ],
)
def test_copies_are_more_than_repeat_anyway(rows: int, equal: int, rate: float, copies: bool) -> None:
    assert are_copies(rows, equal, rate) is copies


def test_the_rate_is_that_of_the_newest_uploads_and_no_less_than_the_uploads_own() -> None:
    assert repeat_rate(NONE, []) == 0.0
    assert repeat_rate(NONE, [NONE, Repeats(1000, 1000)]) < 0.01
    assert repeat_rate(Repeats(10, 5), [NONE]) == 0.5
    assert 0.4 < repeat_rate(NONE, [Repeats(100, 0), Repeats(100, 100)]) < 0.7


def test_few_rows_say_little_of_a_rate() -> None:
    assert repeat_rate(NONE, [Repeats(5, 0)]) > 0.5


def test_what_differs_is_said_in_words() -> None:
    form = {"kind of file": "CSV", "line ends": "LF", "order of rows": "1"}
    other = {"kind of file": "CSV", "line ends": "CRLF", "order of rows": "2"}
    assert differences(form, other, 5, 5) == ("line ends differ", "order of rows differs")
    assert differences(form, other, 5, 4) == ("line ends differ", "1 row more")
    assert differences(form, {"kind of file": "Parquet"}, 5, 7) == ("kind of file differs", "2 rows fewer")
    assert told(1470, 1470, 1470, "a.csv", ()) == "1,470 of 1,470 rows are equal to rows of file a.csv"


def test_a_set_is_read_where_its_ranges_meet_the_uploads() -> None:
    january = DigestSet("k", 9, 0, NONE, {"at": (1, 31), "size": (0, 5)})
    assert january.may_have({"at": (31, 59), "size": (5, 9)})
    assert not january.may_have({"at": (32, 59), "size": (0, 5)})
    assert january.may_have({"day": (32, 59)})
    assert january.may_have({})
    assert january.around({"at": (32, 59)}) == {"at": (1, 59)}
    assert not DigestSet("k", 0, 0, NONE, {}).may_have({})
