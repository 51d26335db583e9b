"""The schema editors check a charter by, held against the reader: it refuses nothing valid and knows no other field."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from serin.domain.charter_effects import EFFECTS
from serin.files.charter_json_schema import charter_json_schema
from serin.files.charter_schema import CharterFile
from serin.files.fields import fields, is_model, options, unknown_fields
from serin.files.yaml_files import read_document
from tests.unit.domain.test_charter_effects import PROOFS
from tests.unit.files.written_model import write_model

ROOT = Path(__file__).parents[3]
EXAMPLES = [ROOT / "models" / name / "model.yaml" for name in ("flight-delay", "_examples/temperature-ahead")]
Place = tuple[str, ...]
ODD = (
    None,
    True,
    -1,
    0,
    1,
    2.5,
    10**9,
    "",
    "x",
    "7d",
    "1m",
    "random",
    "a:b",
    "s3://b",
    [],
    [1],
    ["x"],
    [50, 10],
    {"surprise": 1},
)
LOOSER = {
    "design.compliance.retention",
    "datasets.*.source.from",
    "datasets.*.source.every",
    "monitoring.every",
    "monitoring.window",
    "release.shadow.deadline",
    "release.canary.deadline",
    "release.canary.steps",
    "release.canary.low_traffic.steps",
}
"""Of these a function of the reader asks more than a pattern can: how long a span, which bucket, in which order."""


@cache
def validator() -> Any:
    return jsonschema_rs.validator_for(charter_json_schema())


def is_valid(charter: object) -> bool:
    valid: bool = validator().is_valid(charter)
    return valid


def is_read(charter: object) -> bool:
    try:
        CharterFile.model_validate(charter, strict=True)
    except ValidationError:
        return False
    return True


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The written model with each field that may be left out as some proof writes it."""
    values = [read_document(path).value for path in _written(tmp_path_factory.mktemp("full"))]
    whole: dict[str, Any] = {}
    for value in reversed(values):
        whole = _merged(whole, value)
    return whole


def _written(root: Path) -> Iterator[Path]:
    yield write_model(root / "plain")
    for at, proof in enumerate(PROOFS.values()):
        yield write_model(root / str(at), {"model.yaml": proof.edits})


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {name: _merged(one.get(name), other.get(name)) for name in {**one, **other}}
    return one if other is None else other


@pytest.mark.slow
def test_every_valid_charter_of_the_tests_and_the_example_validates(tmp_path: Path) -> None:
    paths = [*_written(tmp_path), *EXAMPLES]
    assert len(paths) > 60
    assert [path for path in paths if not is_valid(read_document(path).value)] == []


@pytest.mark.slow
def test_a_field_that_the_reader_does_not_know_is_refused_in_every_section(full: dict[str, Any]) -> None:
    sections = list(_sections(CharterFile, full, ()))
    assert len(sections) > 30
    for place in sections:
        charter = _with(full, (*place, "surprise"), 1)
        assert list(unknown_fields(CharterFile, charter)), place
        assert not is_valid(charter), place


@pytest.mark.slow
def test_whatever_stands_in_a_field_reader_and_schema_agree(full: dict[str, Any]) -> None:
    assert is_read(full)
    assert is_valid(full)
    leaves = dict(_leaves(CharterFile, full, (), ()))
    assert {".".join(pattern) for pattern in leaves.values()} == set(EFFECTS)
    looser = set()
    for place, pattern in leaves.items():
        for odd in ODD:
            charter = _with(full, place, odd)
            read, valid = is_read(charter), is_valid(charter)
            assert valid or not read, f"{'.'.join(place)}: {odd!r} is read, and the schema refuses it"
            if valid and not read:
                looser.add(".".join(pattern))
    assert looser == LOOSER


def test_a_field_that_must_be_there_is_missed_by_both(full: dict[str, Any]) -> None:
    for place in _leaves(CharterFile, full, (), ()):
        charter = _without(full, place[0])
        assert is_read(charter) == is_valid(charter), place[0]


def test_editors_say_what_a_field_changes() -> None:
    said = str(charter_json_schema())
    assert EFFECTS["release.bake"].changes in said
    assert EFFECTS["design.requirements.error_rate"].changes in said
    assert charter_json_schema()["$defs"]["MonitoringSection"]["properties"]["every"]["default"] == "1d"


def _sections(kind: Any, value: Any, place: Place) -> Iterator[Place]:
    for option in options(kind):
        if is_model(option) and isinstance(value, Mapping):
            yield place
            for name, annotation in fields(option).items():
                if name in value:
                    yield from _sections(annotation, value[name], (*place, name))
        elif isinstance(value, Mapping) and getattr(option, "__args__", None):
            for name, item in value.items():
                yield from _sections(option.__args__[1], item, (*place, name))


def _leaves(kind: Any, value: Any, place: Place, pattern: Place) -> Iterator[tuple[Place, Place]]:
    for option in options(kind):
        if is_model(option) and isinstance(value, Mapping):
            for name, annotation in fields(option).items():
                if name in value:
                    yield from _leaves(annotation, value[name], (*place, name), (*pattern, name))
            return
        if isinstance(value, Mapping) and getattr(option, "__args__", None):
            for name, item in value.items():
                yield from _leaves(option.__args__[1], item, (*place, name), (*pattern, "*"))
            return
    yield place, pattern


def _with(charter: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    changed = copy.deepcopy(charter)
    inside: Any = changed
    for name in place[:-1]:
        inside = inside.setdefault(name, {})
    inside[place[-1]] = value
    return changed


def _without(charter: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in charter.items() if key != name}
