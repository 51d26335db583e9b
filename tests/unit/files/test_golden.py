from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.domain.charter import Input
from serin.domain.errors import Invalid
from serin.domain.fields import read_field
from serin.files.golden import read_golden

INPUTS = (Input("line", "string"), Input("distance", "number", nullable=True, min=0, max=900))
OF_EVERY_TYPE = (*INPUTS, Input("at", "timestamp"), Input("count", "integer", max=5), Input("ok", "boolean"))
ROW: dict[str, Any] = {"instance": {"line": "A", "distance": 3}, "expect": {"probability": [0, 1]}}


def _write(folder: Path, text: str) -> Path:
    path = folder / "golden.json"
    path.write_text(text)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        read_golden(path, "binary", INPUTS)
    return caught.value.message


def test_rows_that_fit_are_read(tmp_path: Path) -> None:
    assert read_golden(_write(tmp_path, json.dumps([ROW, ROW])), "binary", INPUTS) == (ROW, ROW)


def test_a_null_may_be_left_out(tmp_path: Path) -> None:
    row = {**ROW, "instance": {"line": "A"}}
    assert read_golden(_write(tmp_path, json.dumps([row])), "binary", INPUTS) == (row,)


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"instance": {"line": 7}}, "[0].instance.line: found 7, not a string"),
        ({"instance": {}}, "[0].instance.line: no value"),
        ({"instance": {"line": "A", "age": 1}}, "[0].instance.age: a field that is not an input"),
        ({"instance": {"line": "A", "distance": -1}}, "[0].instance.distance: found -1, below the minimum of 0"),
        ({"instance": {"line": "A", "distance": True}}, "[0].instance.distance: found true, not a number"),
        ({"instance": [1]}, "[0].instance: [1]"),
        ({"expect": {"probability": [0.5, 0.1]}}, "[0].expect.probability: [0.5, 0.1]"),
        ({"expect": {"probability": [0, 2]}}, "[0].expect.probability: [0, 2]"),
        ({"expect": {"probability": 0.5}}, "[0].expect.probability: 0.5"),
        ({"expect": {"value": [0, 1]}}, "[0].expect: {'value': [0, 1]}"),
        ({"expect": {}}, "[0].expect: {}"),
        ({"expect": {"label": [1]}}, "[0].expect.label: [1]"),
        ({"why": 1}, "[0]: {"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(tmp_path: Path, part: dict[str, Any], found: str) -> None:
    assert found in _refusal(_write(tmp_path, json.dumps([{**ROW, **part}])))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "not JSON"),
        ("[{]", "not JSON"),
        ("[NaN]", "NaN is not a JSON number"),
        ("{}", "no list of rows"),
        ("[]", "no list of rows"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_list_of_rows_is_refused(tmp_path: Path, text: str, found: str) -> None:
    assert found in _refusal(_write(tmp_path, text))


def test_what_is_wrong_alike_in_many_rows_is_one_line(tmp_path: Path) -> None:
    rows = [{**ROW, "instance": {"line": number}} for number in range(5)]
    found = _refusal(_write(tmp_path, "\n".join(("[", ",\n".join(map(json.dumps, rows)), "]"))))
    assert (
        found.partition("/")[2]
        == f"{tmp_path.name}/golden.json:2: [0].instance.line: found 0, not a string, and so in 4 more rows"
    )


def test_a_fault_has_the_line_its_row_begins_on(tmp_path: Path) -> None:
    bad = json.dumps({**ROW, "expect": {}})
    text = f"[\n  {json.dumps(ROW)},\n\n  {bad}\n]"
    assert _refusal(_write(tmp_path, text)).split(":")[1] == "4"


@pytest.mark.parametrize("item", OF_EVERY_TYPE)
@given(
    value=st.one_of(
        st.booleans(),
        st.integers(),
        st.integers(min_value=2**1030, max_value=2**1031),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=300),
        st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        st.sampled_from(["2013-01-01T00:00:00+25:00", "0001-01-01T00:00:00+10:00", "20130101T000000Z", "2013-01-01"]),
    )
)
@settings(max_examples=60)
def test_a_golden_value_fits_exactly_when_an_endpoint_takes_it(item: Input, value: object) -> None:
    fitting: Any = {"instance": {item.name: value}, "expect": {"probability": [0, 1]}}
    try:
        read_field(item, json.loads(json.dumps(value)))
        taken = True
    except Invalid:
        taken = False
    with tempfile.TemporaryDirectory() as folder:
        path = _write(Path(folder), json.dumps([fitting]))
        if taken:
            read_golden(path, "binary", (item,))
        else:
            with pytest.raises(Invalid):
                read_golden(path, "binary", (item,))
