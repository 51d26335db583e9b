"""Contracts are compared with the rows that a stage holds, before a deploy and by `validate`."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from moto import mock_aws

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.contracts import ColumnType
from serin.domain.schemas import schema_of
from serin.files.models import read_models
from serin.ports import Catalog
from serin_cli import earlier_rows
from serin_cli.__main__ import main
from tests.builders import a_part, an_upload
from tests.tables import REGION, a_table
from tests.unit.http.api import Api
from tests.unit.scripts.answering import CommandLine

ROOT = Path(__file__).parents[3]


REFUSED = "flights.tailnum: is string, and rows accepted under version 0.9.0 have it as boolean."


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "models" / "flight-delay", tmp_path / "models" / "flight-delay")
    shutil.copy(ROOT / "cdk.json", tmp_path)
    return tmp_path


def put(catalog: Catalog, kind: ColumnType) -> None:
    """One upload that was accepted when the tail number was of that type."""
    schema = schema_of(read_models(Path("models"))[0].contracts["flights"])
    earlier = replace(schema, version="0.9.0", columns={**schema.columns, "tailnum": kind})
    upload = an_upload()
    assert catalog.record_accepted(upload, a_part(upload), catalog.head("flights").under(earlier))


@pytest.mark.parametrize("kind", ["integer", "boolean"])
def test_validate_asks_the_stage_and_refuses_what_its_rows_cannot_be_read_by(
    kind: ColumnType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    api = Api()
    put(api.catalog, kind)
    CommandLine(api, capsys, monkeypatch)
    monkeypatch.setattr(sys, "argv", ["serin", "validate", "--json"])
    ended, seen = main(), capsys.readouterr()
    if kind == "integer":
        assert [model["earlier_rows"] for model in json.loads(seen.out)] == ["can be read as before"]
    else:
        assert (ended, REFUSED in seen.err) == (1, True), seen


@mock_aws
def test_a_deploy_is_refused_before_it_changes_anything(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setattr(sys, "argv", ["earlier_rows", "-c", "stage=dev", "--require-approval", "never"])
    assert earlier_rows.main() == 0, "a stage that is not there yet has no rows"
    client, name = a_table("serin-dev-catalog", "pk", "sk", by_moment=True)
    put(DynamoCatalog(RecordTable(client, name)), "boolean")
    assert earlier_rows.main() == 1
    assert REFUSED in capsys.readouterr().err
