"""What a charter may call positive."""

from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin.files.charters import read_charter
from tests.unit.files.written_model import write_charter

TEXT = {"label: late": "label: station"}


def read(folder: Path, edits: dict[str, str]) -> object:
    return read_charter(write_charter(folder, edits)).positive


def test_a_derived_label_needs_no_word_before_its_values_are_known(tmp_path: Path) -> None:
    assert read(tmp_path, {}) is None


def test_the_charter_says_it(tmp_path: Path) -> None:
    assert read(tmp_path, {"task: binary": "task: binary\npositive: false"}) is False


@pytest.mark.parametrize(
    ("edits", "found"),
    [
        (TEXT, "positive: is missing, and trips.station is text"),
        ({**TEXT, "task: binary": "task: binary\npositive: 1"}, "1, and trips.station is of type string"),
        ({"task: binary": "task: regression\npositive: 1"}, "a positive class, and the task is regression"),
    ],
)
def test_what_the_label_cannot_be_is_refused(tmp_path: Path, edits: dict[str, str], found: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(tmp_path, edits)
    assert found in caught.value.message
