"""What of a map is done otherwise on AWS stops its deployment, and says what to write."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.services.stepfunctions.map_definitions import check_map
from serin.domain.errors import Invalid

READER = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
MAP: dict[str, Any] = {
    "Type": "Map",
    "ItemReader": READER,
    "ResultWriter": WRITER,
    "ItemProcessor": DISTRIBUTED,
    "ToleratedFailurePercentage": 5,
}


def test_a_map_over_a_list_in_an_object_is_executed() -> None:
    check_map("State Map of m", MAP)
    check_map("State Map of m", {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}}})


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"ItemBatcher": {"MaxItemsPerBatch": 5}}, "batches its items"),
        ({"ItemReader": {**READER, "Resource": "arn:aws:states:::s3:listObjectsV2"}}, "s3:listObjectsV2"),
        ({"ItemReader": {**READER, "ReaderConfig": {"InputType": "PARQUET"}}}, "of the type PARQUET"),
        (
            {"ItemReader": {**READER, "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/a"}}},
            "inside of an object",
        ),
        ({"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}}, "EXPRESS"),
        ({"ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}}}, "an inline map has not"),
        ({"ResultWriter": {**WRITER, "WriterConfig": {"OutputType": "JSONL"}}}, "WriterConfig"),
        ({"ResultWriter": None}, "no ResultWriter"),
    ],
)
def test_what_is_done_otherwise_is_refused_by_name(parts: dict[str, Any], said: str) -> None:
    body = {name: value for name, value in {**MAP, **parts}.items() if value is not None}
    with pytest.raises(Invalid, match=said):
        check_map("State Map of m", body)
