"""Whatever stands in a field, the answer is a file that is read or a fault with a remedy, never another error."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from serin.domain.errors import Invalid
from serin.files.charters import read_charter
from serin.files.contracts import read_contract
from serin.files.yaml_files import read_document
from tests.unit.files.written_model import write_model

JUNK: tuple[object, ...] = (None, 0, -1.5, "x", "", True, [], {}, [[1]], [None], {"a": 1}, "9" * 40, "\x85\u2028")
EXAMPLE = Path(__file__).parents[3] / "models" / "flight-delay" / "contracts" / "flights.yaml"


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        yield (*path, key)
        yield from _places(item, (*path, key))


def _spoilt(value: Any, path: tuple[Any, ...], junk: object) -> str:
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = junk
    return json.dumps(changed)


def _refused(path: Path, read: Callable[[Path], object], junk_each: int) -> float:
    """The share of spoilt files that are refused; each place of the file gets the next `junk_each` of the junk."""
    value = read_document(path).value
    junk = itertools.cycle(JUNK)
    refused = files = 0
    for place in _places(value):
        for spoiling in itertools.islice(junk, junk_each):
            path.write_text(_spoilt(value, place, spoiling))
            files += 1
            try:
                read(path)
            except Invalid as error:
                refused += bool(error.message and error.remedy)
    return refused / files


@pytest.mark.slow
def test_any_field_of_a_charter_may_hold_anything(tmp_path: Path) -> None:
    assert _refused(write_model(tmp_path), read_charter, junk_each=1) > 0.5


@pytest.mark.parametrize("column", ["dep_time", "tailnum", "origin"])
@pytest.mark.slow
def test_any_field_of_a_contract_may_hold_anything(tmp_path: Path, column: str) -> None:
    contract = yaml.safe_load(EXAMPLE.read_text())
    schema = contract["schema"][0]
    key = {"name": "key", "logicalType": "date", "primaryKey": True}
    schema["properties"] = [key, *(item for item in schema["properties"] if item["name"] == column)]
    schema["quality"] = [{"metric": "duplicateValues", "arguments": {"properties": [column]}, "mustBe": 0}]
    path = tmp_path / "flights.yaml"
    path.write_text(json.dumps(contract))
    assert _refused(path, read_contract, junk_each=4) > 0.3
