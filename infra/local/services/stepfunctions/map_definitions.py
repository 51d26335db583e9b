"""What of a map is not executed here as AWS does it, and so stops its deployment by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from serin.domain.errors import Invalid

_TOLERANCE = "ToleratedFailureCount ToleratedFailureCountPath ToleratedFailurePercentage ToleratedFailurePercentagePath"
_FORMATS = ("JSON", "CSV")


def check_map(where: str, body: Mapping[str, Any]) -> None:
    """Raise Invalid, saying what to write instead, for the first thing that is done otherwise here."""
    for found, remedy in _differences(body):
        raise Invalid(f"{where} {found}.", remedy)


def _differences(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "ItemBatcher" in body:
        yield "batches its items", "Batch in the function before; nothing executes ItemBatcher locally."
    processor = body.get("ItemProcessor", body.get("Iterator", {}))
    config = processor.get("ProcessorConfig", {})
    if config.get("ExecutionType", "STANDARD") != "STANDARD":
        yield (
            f"runs {config['ExecutionType']} children",
            "Write STANDARD; nothing ends them after five minutes.",
        )
    distributed = config.get("Mode") == "DISTRIBUTED"
    only = [name for name in ("ItemReader", "ResultWriter", *_TOLERANCE.split()) if name in body]
    if only and not distributed:
        yield f"has {only[0]}, which an inline map has not", "Write the mode DISTRIBUTED."
    yield from _reading(body.get("ItemReader", {}))
    if any(name in body for name in _TOLERANCE.split()) and "ResultWriter" not in body:
        # What stands in the place of a failed item's result is written nowhere.
        yield "tolerates failures and has no ResultWriter", "Write the results to S3, where each says how it ended."
    if "WriterConfig" in body.get("ResultWriter", {}):
        yield "has a WriterConfig", "Leave it out; results are written as they are by default."


def _reading(reader: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not reader:
        return
    action, config = reader["Resource"].rpartition(":")[2], reader.get("ReaderConfig", {})
    if action != "getObject":
        yield f"reads its items by s3:{action}", "Write a JSON list of them into an object and read it by s3:getObject."
    if config.get("InputType") not in _FORMATS:
        yield f"reads items of the type {config.get('InputType')}", f"Use one of {', '.join(_FORMATS)}."
    if "Transformation" in config or "ItemsPointer" in config:
        yield "looks for its items inside of an object", "Write a list of them as the whole object."
