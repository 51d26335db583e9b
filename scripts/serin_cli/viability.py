"""`serin viability`: what deciding is worth at most, and without a model, before anything more is built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from serin.domain.charter import Charter, Scalar
from serin.domain.classes import positive_of, two_classes
from serin.domain.errors import Invalid, NotFound
from serin.domain.judgement.viability import Viability, viability
from serin.domain.plain_numbers import how_many
from serin.domain.profiles import ColumnProfile, ShownProfile
from serin.domain.records import as_record, from_record
from serin_cli import story
from serin_cli.checkout import charter_of
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model


def show_viability(model: Model, /, *, as_json: Json = False) -> Any:
    """What deciding is worth without a model, and with a perfect one.

    By the charter's design.value and the labels that were uploaded.
    """
    charter = charter_of(model)
    if charter.value is None:
        message = f"The charter of {charter.model} does not say what decisions bring."
        raise Invalid(message, "Add design.value with its unit and matrix.", "design.value")
    with connected() as client:
        answer = client.get(f"/datasets/{charter.truth.dataset}/profile", model=charter.model)
    positives, rows = labels_of(from_record(ShownProfile, answer), charter)
    measured = viability(charter.value, positives, rows)
    if as_json:
        return as_record(measured)
    _print(measured)
    return None


def labels_of(shown: ShownProfile, charter: Charter) -> tuple[int, int]:
    """How many rows have the positive label, and how many have a label."""
    label: ColumnProfile | None = next(
        (column for column in shown.profile.columns if column.name == charter.truth.label), None
    )
    counted = {} if label is None else {item.value: item.rows for item in label.top}
    if len(counted) != 2:
        raise NotFound(
            f"The profile of {charter.truth.dataset} counts {len(counted)} classes of {charter.truth.label}, not two.",
            "Upload rows of both classes; the profile is made by itself.",
            "truth.label",
        )
    return _of_positive(counted, charter), sum(counted.values())


def _of_positive(counted: Mapping[str, int], charter: Charter) -> int:
    """A profile writes values as text, as JSON does but for texts themselves."""
    first, second = (_value(text, charter) for text in counted)
    positive = positive_of(two_classes(first, second, charter.positive))
    return next(rows for text, rows in counted.items() if _value(text, charter) == positive)


def _value(text: str, charter: Charter) -> Scalar:
    if isinstance(charter.positive, str):
        return text
    try:
        value: Scalar = json.loads(text)
    except ValueError:
        return text
    return value


def _print(viability: Viability) -> None:
    lines = [
        {"policy": policy.name, f"{viability.unit} per 1,000": f"{policy.per_1000:,.0f}", "what it does": policy.what}
        for policy in viability.policies
    ]
    story.show_table(lines, list(lines[0]))
    share = f"{viability.positive_share:.1%} of {how_many(viability.rows, 'label is', 'labels are')} positive"
    story.out.print(Text(f"{share}; acting pays from a precision of {viability.break_even:.1%} on"), soft_wrap=True)
    story.out.print(Text(viability.sentence), soft_wrap=True)
