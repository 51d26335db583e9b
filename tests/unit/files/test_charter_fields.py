"""Each field of a charter with its value, or with what holds where the file leaves it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.charter_effects import EFFECTS, UNSET, unset
from serin.files.charter_fields import FieldValue, read_fields
from tests.unit.files.written_model import RELEASE, write_charter, write_model


@pytest.fixture(scope="module")
def left_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[FieldValue, ...]:
    """The written model without all that it need not say."""
    edits = {
        RELEASE: "",
        "  intended_use: {for: Warn riders early., not_for: [pay of drivers]}\n": "",
        "  value: {unit: USD, matrix: {tp: 40, fp: -20, fn: -4, tn: 1}, minimum_per_1000: 500}\n": "",
        "  pipeline: pipeline.py\n": "",
        "  defaults: {sky.rain: 0.5}\n": "",
    }
    return read_fields(write_charter(tmp_path_factory.mktemp("model"), edits))


def test_every_field_is_there_whether_it_is_set_or_not(left_out: tuple[FieldValue, ...], tmp_path: Path) -> None:
    for fields in (left_out, read_fields(write_model(tmp_path))):
        assert {field.pattern for field in fields} == set(EFFECTS)


def test_what_is_written_is_shown_as_it_is_written(left_out: tuple[FieldValue, ...]) -> None:
    values = {field.path: field.value for field in left_out if field.is_set}
    assert values["design.requirements.latency_p95_ms"] == "200"
    assert values["features.views.sky.ttl"] == "3h"
    assert values["features.views.sky.last"] == '["wind", "rain"]'
    assert values["inputs.station.nullable"] == "true"


def test_a_field_that_is_left_out_has_a_default_or_a_sentence_that_says_what_holds(
    left_out: tuple[FieldValue, ...],
) -> None:
    absent = {field.path: field.value for field in left_out if not field.is_set}
    assert absent["release.bake"] == "1h"
    assert absent["release.canary.steps"] == "[10, 50]"
    assert absent["access"] == "token"
    assert absent["inputs.line.nullable"] == "false"
    silent = [path for path, value in absent.items() if value is None]
    assert {"design.value.unit", "training.pipeline", "design.intended_use.for"} <= set(silent)
    patterns = {field.pattern for field in left_out if field.value is None}
    assert all(unset(pattern) for pattern in patterns)


def test_no_sentence_is_about_a_field_that_is_not_there() -> None:
    fields = {".".join(field.split(".")[:end]) for field in EFFECTS for end in range(1, 9)}
    assert set(UNSET) <= fields
