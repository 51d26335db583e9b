from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin.files.yaml_files import Document, read_document, scalar


def _read(folder: Path, text: str | bytes) -> Document:
    path = folder / "model.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


def _refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(Invalid) as caught:
        _read(folder, text)
    return caught.value.message


def test_every_field_knows_its_line(tmp_path: Path) -> None:
    document = _read(tmp_path, "a: 1\nb:\n  c: [x,\n    y]\n")
    assert document.value == {"a": 1, "b": {"c": ["x", "y"]}}
    assert [document.lines[path] for path in (("a",), ("b", "c"), ("b", "c", 1))] == [1, 3, 4]


def test_a_fault_at_a_field_that_is_not_there_points_at_what_should_hold_it(tmp_path: Path) -> None:
    document = _read(tmp_path, "a: 1\nb:\n  c: 2\n")
    assert document.fault(("b", "d"), "is missing", "Add it.").line == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2013-01-01", "2013-01-01"),
        ("1_000", "1_000"),
        ("017", "017"),
        ("-0", 0),
        (f"{2**63 - 1}", 2**63 - 1),
        (f"{2**63}", f"{2**63}"),
        ("1e-3", 0.001),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("true", True),
        ("~", None),
        ("", None),
        ("9" * 30, "9" * 30),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_a_quoted_word_stays_a_word(tmp_path: Path) -> None:
    assert _read(tmp_path, "a: '1'\nb: \"true\"\n").value == {"a": "1", "b": "true"}


def test_a_key_written_twice_is_a_fault_that_names_both_lines(tmp_path: Path) -> None:
    fault = _read(tmp_path, "a: 1\nb: 2\na: 3\n").faults[0]
    assert (fault.line, fault.field, fault.found) == (3, "a", "written twice")
    assert "line 1" in fault.remedy


def test_a_key_that_is_not_a_word_is_a_fault(tmp_path: Path) -> None:
    assert "not a word" in _read(tmp_path, "? [a, b]\n: 1\n").faults[0].found


def test_an_alias_is_read_as_what_it_stands_for(tmp_path: Path) -> None:
    assert _read(tmp_path, "a: &x [1]\nb: *x\n").value == {"a": [1], "b": [1]}


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "aliases" in _refused(tmp_path, "\n".join(lines))


def test_an_alias_inside_its_own_anchor_is_refused(tmp_path: Path) -> None:
    assert "aliases" in _refused(tmp_path, "a: &x [*x]\n")


def test_deep_nesting_is_refused_before_it_is_built(tmp_path: Path) -> None:
    assert "32 levels" in _refused(tmp_path, "[" * 100_000)


def test_a_tag_is_refused(tmp_path: Path) -> None:
    message = _refused(tmp_path, "a: 1\nb: !!python/object/apply:os.system ['true']\n")
    assert ":2:" in message
    assert "tag" in message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "empty"),
        ("# only a remark\n", "empty"),
        ("a: [1\nb: 2\n", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("a: \x07\n", "not YAML"),
        ("b: 1\na: {b: 1]\n", ":2: not YAML: expected ',' or '}', but got ']'"),
        (b"a: 1\nb: \xff\n", ":2: a byte that is not UTF-8"),
        ("a" * 300_000, "262,144"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str | bytes, found: str) -> None:
    assert found in _refused(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no such file"):
        read_document(tmp_path / "model.yaml")


def test_messages_name_no_folder_above_models(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "m"
    folder.mkdir(parents=True)
    assert _refused(folder, "").startswith("models/m/model.yaml:1: ")
