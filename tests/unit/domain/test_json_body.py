from __future__ import annotations

import json
import random

import pytest

from serin.domain import json_body
from serin.domain.errors import Invalid, SerinError, TooLarge
from serin.domain.json_body import MAXIMUM_BYTES, read_json
from tests.effort import times_the_work

MANY_TIMES = 100
"""Work that grows with the square of a megabyte is thousands of times as much."""
RIGHT = json.dumps([{"name": "value", "number": 1.5}] * 25_000).encode()


def read_what_is_right() -> None:
    """A body nearly as large as one may be."""
    read_json(RIGHT)


def test_json_is_read() -> None:
    body = {"a": [1, 2.5, True, None, 'ü[[\\"{'], "b": {"c": "]]}}"}}
    assert read_json(json.dumps(body).encode()) == body
    assert read_json(json.dumps(body, ensure_ascii=False).encode()) == body


def test_more_than_a_megabyte_is_refused_unread() -> None:
    assert len(json.dumps("x" * (MAXIMUM_BYTES - 2))) == MAXIMUM_BYTES
    read_json(json.dumps("x" * (MAXIMUM_BYTES - 2)).encode())
    with pytest.raises(TooLarge):
        read_json(b"{" * (MAXIMUM_BYTES + 1))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_32_levels_are_read_and_33_are_not() -> None:
    read_json(nested(32))
    with pytest.raises(Invalid, match="nested"):
        read_json(nested(33))
    with pytest.raises(Invalid, match="nested"):
        read_json(b'{"a":' * 33 + b"1" + b"}" * 33)


def test_many_names_and_one_of_them_twice_are_refused_in_time_that_grows_with_the_body_only() -> None:
    names = ",".join(f'"{number}":1' for number in range(90_000))

    def refused() -> None:
        with pytest.raises(Invalid, match="'89999' appears twice"):
            read_json(f'{{{names},"89999":1}}'.encode())

    assert times_the_work(refused, read_what_is_right) < MANY_TIMES


def test_digits_in_a_string_are_no_number() -> None:
    assert read_json(b'["' + b"1" * 5000 + b'"]') == ["1" * 5000]


def test_brackets_in_strings_are_no_nesting() -> None:
    text = "[{" * 100 + '\\"' + "[{" * 100
    assert read_json(json.dumps([text]).encode()) == [text]


def test_a_string_cannot_hide_nesting() -> None:
    with pytest.raises(Invalid, match="nested"):
        read_json(b'["\\\\",' + nested(40) + b',"]"]')


@pytest.mark.parametrize(
    "body",
    [b"[" * 900_000, b"{" * 900_000, b'{"a":' * 150_000, b'"' + b'\\"' * 400_000, b'["\\' * 200_000, b"[]" * 450_000],
    ids=["arrays", "objects", "nested objects", "escaped quotes", "broken strings", "flat"],
)
def test_hostile_bytes_are_refused_quickly_and_never_as_a_recursion_error(body: bytes) -> None:
    def refused() -> None:
        with pytest.raises(SerinError):
            read_json(body)

    assert times_the_work(refused, read_what_is_right) < MANY_TIMES


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"a": NaN}', "holds NaN"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b"1" * 1001, "more than 1000 digits"),
        (b"[1." + b"0" * 5000 + b"]", "more than 1000 digits"),
        (b'{"a\\u001b[31m": 1, "a\\u001b[31m": 2}', r"'a\\x1b\[31m' appears twice"),
        (b'{"a": 1, "a": 2}', "'a' appears twice"),
    ],
)
def test_what_is_not_json_is_invalid_with_a_remedy(body: bytes, found: str) -> None:
    with pytest.raises(Invalid, match=found) as caught:
        read_json(body)
    assert caught.value.remedy


TWICE = (
    *(b'{"b":1,"b":1}', b'{"a":{"b":1,"b":1}}', b'{"a":[{"b":1,"b":1}]}', b'[{"b":1,"b":1}]'),
    b'{"a":[[{"b":":","b":1}]],"c:":{}}',
)


@pytest.mark.parametrize("body", TWICE)
def test_a_field_that_comes_twice_is_refused_wherever_it_is(body: bytes) -> None:
    with pytest.raises(Invalid, match="'b' appears twice"):
        read_json(body)
    assert read_json(body.replace(b'"b":1}', b'"d":1}'))


PIECES = (
    *(
        b'{"instances":[',
        b"{",
        b"}",
        b"[",
        b"]",
        b"]}",
        b",",
        b'"a":1',
        b'"a" :1',
        b'"b":2.5',
        b'"c":"x"',
        b'"a":',
        b'""',
    ),
    *(
        b'"}"',
        b'"{"',
        b'"["',
        b'":"',
        b'" :"',
        b'"\\":"',
        b'"a":{',
        b'"a":{}',
        b"1" * 1001,
        b" ",
        b"\n",
        b"NaN",
        b"\xff",
    ),
)


@pytest.mark.slow
def test_a_body_of_flat_rows_is_read_at_once_and_every_other_as_if_there_were_no_such_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed = random.randrange(2**32)
    draw, bodies = random.Random(seed), []
    for _ in range(20_000):
        rows = [b",".join(draw.choices(PIECES, k=draw.randrange(4))) for _ in range(draw.randrange(1, 4))]
        bodies.append(b'{"instances":[' + b",".join(b"{%b}" % row for row in rows) + b"]}")
        bodies.append(b"".join(draw.choices(PIECES, k=draw.randrange(12))))
    hidden = b'{"instances":[{' + b'"}":{' * 40 + b'"{":1' + b'},"{":1' * 40 + b"}]}"
    bodies += [b'{"instances":[{"a":1,"a" :":"}]}', b'{"instances":[{"a":1,"a":1}],"instances":[{}]}', hidden]
    at_once = list(map(told, bodies))
    monkeypatch.setattr(json_body, "_rows", lambda *_: None)
    assert at_once == list(map(told, bodies)), f"seed {seed}"
    assert sum(text.startswith("{'inst") for text in at_once) > 500


def told(body: bytes) -> str:
    try:
        return repr(read_json(body))
    except SerinError as error:
        return repr(error.as_record())
