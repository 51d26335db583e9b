"""What a charter may say of watching, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin.files.charters import read_charter
from tests.unit.files.written_model import write_charter


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("every: 5h", "monitoring.every"),
        ("every: 36h", "monitoring.every"),
        ("every: 5m", "monitoring.every"),
        ("window: 12h", "monitoring.window"),
        ("window: 7d, every: 2d", "monitoring.window"),
        ("minimum_rows: 1", "monitoring.minimum_rows"),
        ("false_alarms_per_year: 0", "monitoring.false_alarms_per_year"),
        ("slices: [starts]", "monitoring.slices[0]"),
        ("slices: [distance]", "monitoring.slices[0]"),
        ("slices: [line, line]", "monitoring.slices[1]"),
        ("slices: [nothing]", "monitoring.slices[0]"),
    ],
)
def test_what_cannot_be_watched_is_refused(tmp_path: Path, line: str, field: str) -> None:
    path = write_charter(tmp_path, {"release:\n": f"monitoring: {{{line}}}\nrelease:\n"})
    with pytest.raises(Invalid) as refused:
        read_charter(path)
    assert refused.value.field == field


def test_slices_are_columns_of_the_model_or_inputs_that_the_gate_slices_by(tmp_path: Path) -> None:
    slices = "slices: [line, hour, sky.rain]"
    path = write_charter(tmp_path, {"release:\n": f"monitoring: {{{slices}}}\nrelease:\n"})
    assert read_charter(path).monitoring.slices == ("line", "hour", "sky.rain")
