"""The JSON Schema of a charter, by which editors complete and check `model.yaml` while it is written.

It is made of the very sections that read the file, so the two cannot differ about which fields there are. What fields
mean together, and what other files hold, only reading tells. https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from serin.domain.charter_effects import EFFECTS
from serin.files.charter_schema import CharterFile
from serin.files.durations import written
from serin.files.fields import ANY_NAME

Schema = dict[str, Any]
_REF = "#/$defs/"


class _AsWritten(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        """A span in the words of the file, not in those of ISO 8601."""
        return written(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def charter_json_schema() -> Schema:
    """The schema, with what each field changes as its description."""
    schema = CharterFile.model_json_schema(schema_generator=_AsWritten)
    for part in _parts(schema):
        # Names are checked by a pattern, and a name of another form is no field that may stand there.
        if "patternProperties" in part:
            part["additionalProperties"] = False
    _describe(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A model's charter"}


def _parts(schema: object) -> Iterator[Schema]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from _parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _parts(part)


def _describe(schema: Schema) -> None:
    """Descriptions where a part stands for one field alone: sections that several places share have several."""
    said: dict[int, set[str]] = defaultdict(set)
    parts: dict[int, Schema] = {}
    for pattern, part in _leaves(schema, schema, ""):
        if pattern in EFFECTS:
            said[id(part)].add(EFFECTS[pattern].changes)
            parts[id(part)] = part
    for at, sentences in said.items():
        if len(sentences) == 1:
            parts[at]["description"] = next(iter(sentences))


def _leaves(root: Schema, part: Schema, pattern: str) -> Iterator[tuple[str, Schema]]:
    """Each property with its pattern, through references and lists of names."""
    for shape in [part, *part.get("anyOf", ())]:
        option = root["$defs"][shape["$ref"].removeprefix(_REF)] if "$ref" in shape else shape
        named = list(option.get("properties", {}).items())
        named += [(ANY_NAME, inner) for inner in option.get("patternProperties", {}).values()]
        if isinstance(option.get("additionalProperties"), dict):
            named.append((ANY_NAME, option["additionalProperties"]))
        for name, inner in named:
            below = f"{pattern}.{name}" if pattern else name
            yield below, inner
            yield from _leaves(root, inner, below)
