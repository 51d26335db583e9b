"""The words that mean no value: `missingValues` of ODCS, as an argument of the check of that name or by itself.

The check counts the rows without a value; said by itself, as a custom property of a column or of the schema for all of
its columns, it asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from open_data_contract_standard.model import SchemaObject, SchemaProperty

from serin.domain.contracts import Column, DatasetRule, Rule
from serin.files.faults import FieldPath, Finding, shown

_PROPERTY = "missingValues"
_REMEDY = "Write a list of words or numbers, such as ['?', -999]; null stands for nothing at all."


def missing_words(schema: SchemaObject, item: SchemaProperty) -> tuple[str, ...] | None:
    """The words of a column, or None where it has none."""
    lists = [words for _, words in (*_lists(schema), *_lists(item))]
    words = [word for one in lists if isinstance(one, list) for word in one if word is not None]
    return tuple(dict.fromkeys(_text(word) for word in words)) or None


def missing_findings(item: SchemaObject | SchemaProperty, path: FieldPath) -> Iterator[Finding]:
    """What cannot be a list of words."""
    for place, words in _lists(item):
        if not isinstance(words, list) or not all(isinstance(word, (str, int, float, type(None))) for word in words):
            yield Finding((*path, *place), f"{_PROPERTY} {shown(words)}", _REMEDY)


def contradictions(
    columns: Mapping[str, Column], rules: list[Rule], of_dataset: list[DatasetRule], place: FieldPath
) -> Iterator[Finding]:
    """Words that are listed as values of a column too."""
    for rule in (*rules, *(rule.rows for rule in of_dataset if rule.rows)):
        both = [
            word for word in columns[rule.columns[0]].missing or () if rule.kind == "one_of" and word in rule.values
        ]
        if both:
            found = f"{rule.id}: {both[0]!r} is listed as a value, and under {_PROPERTY}"
            yield Finding((*place, "properties"), found, "Keep one of the two.")


def _lists(item: SchemaObject | SchemaProperty) -> Iterator[tuple[FieldPath, object]]:
    for own in item.customProperties or []:
        if own.property == _PROPERTY:
            yield ("customProperties",), own.value
    if isinstance(item, SchemaProperty):
        for index, check in enumerate(item.quality or []):
            if check.metric == _PROPERTY and _PROPERTY in (check.arguments or {}):
                yield ("quality", index, "arguments"), (check.arguments or {})[_PROPERTY]


def _text(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)
