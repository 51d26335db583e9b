from __future__ import annotations

import json
from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin_cli.contract_check import check

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n"
OBJECT = "  - {name: NAME, properties: [{name: b, logicalType: TYPE, logicalTypeOptions: {OPTIONS}}]}\n"


def _written(file: Path, *objects: tuple[str, str, str]) -> None:
    texts = (OBJECT.replace("NAME", a).replace("TYPE", b).replace("OPTIONS", c) for a, b, c in objects)
    file.write_text(HEAD + "".join(texts))


def test_a_folder_is_its_contracts_and_each_fault_is_a_line_with_file_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _written(tmp_path / "money.yaml", ("a", "money", ""))
    _written(tmp_path / "twice.yaml", ("a", "string", ""), ("a", "string", ""))
    with pytest.raises(Invalid, match="2 of 2 contracts are refused"):
        check(tmp_path, as_json=True)
    first, second = (record["faults"] for record in json.loads(capsys.readouterr().out))
    assert first[0].startswith(f"{tmp_path}/money.yaml:7: schema[0].properties[0].logicalType: 'money'. One of: string")
    assert second == [
        f"{tmp_path}/twice.yaml:8: schema[1].name: 'a' a second time. Give each object a name of its own."
    ]


def test_a_bound_and_a_form_are_said_as_they_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = "format: 'yyyy-MM-dd HH:mm', timezone: true, defaultTimezone: Etc/UTC"
    _written(tmp_path / "c.yaml", ("a", "integer", "multipleOf: 5, exclusiveMaximum: 9"), ("t", "timestamp", form))
    check(tmp_path / "c.yaml", as_json=True)
    (record,) = json.loads(capsys.readouterr().out)
    asked = {rule["id"]: rule["asks"] for rule in record["objects"][0]["checked"]}
    assert asked == {
        "a.b.type": "is of the type integer",
        "a.b.multiple_of": "a multiple of 5",
        "a.b.exclusive_maximum": "less than 9",
    }
    (said,) = record["objects"][1]["said"]
    assert "`timezone: true` says" in said["reason"]
