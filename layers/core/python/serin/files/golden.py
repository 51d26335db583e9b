"""Golden rows: requests every version must answer as expected before it goes live."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from serin.domain.charter import Input, Scalar, Task
from serin.domain.errors import Invalid
from serin.domain.fields import read_field
from serin.files.faults import Fault, FieldPath, Finding, dotted, invalid, shown, shown_file
from serin.files.yaml_files import read_text

GoldenRow = Mapping[str, object]
_ANSWERS_OF_TASK: Mapping[Task, tuple[str, ...]] = {
    "binary": ("probability", "label", "positive"),
    "multiclass": ("probability", "label"),
    "regression": ("value",),
}


def read_golden(
    path: Path, task: Task, inputs: tuple[Input, ...], positive: Scalar | None = None
) -> tuple[GoldenRow, ...]:
    """The rows in `path`; raises Invalid, listing every fault, unless each fits the inputs and states a band.

    A row that names the `positive` class names the charter's.
    """
    text, file = read_text(path), shown_file(path)
    rows = _rows(text, file)
    lines = _row_lines(text, len(rows))
    faults = [
        Fault(file, lines[index], dotted((index, *finding.path)), finding.found, finding.remedy)
        for index, row in enumerate(rows)
        for finding in (*_findings(row, task, inputs), *_other_class(row, positive))
    ]
    if faults:
        raise invalid(faults)
    return tuple(rows)


def _rows(text: str, file: str) -> list[GoldenRow]:
    try:
        rows = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _not_json(file, error) from error
    if not isinstance(rows, list) or not rows:
        remedy = 'Write [{"instance": {…}, "expect": {"probability": [0.0, 1.0]}}].'
        raise invalid([Fault(file, 1, "", "no list of rows", remedy)])
    return rows


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _not_json(file: str, error: Exception) -> Invalid:
    line = getattr(error, "lineno", 1)
    problem = getattr(error, "msg", None) or str(error)
    return invalid([Fault(file, line, "", f"not JSON: {problem}", "Correct the brackets, commas or quotes there.")])


def _row_lines(text: str, count: int) -> list[int]:
    """The line each row of the list begins on."""
    decoder, at, lines = json.JSONDecoder(), text.index("[") + 1, []
    for _ in range(count):
        while text[at] in " \t\r\n,":
            at += 1
        lines.append(text.count("\n", 0, at) + 1)
        _, at = decoder.raw_decode(text, at)
    return lines


def _findings(row: object, task: Task, inputs: tuple[Input, ...]) -> Iterator[Finding]:
    if not isinstance(row, dict) or set(row) != {"instance", "expect"}:
        yield Finding((), shown(row), "Write the row as instance and expect, nothing else.")
        return
    yield from _instance_findings(row["instance"], inputs)
    yield from _answer_findings(row["expect"], _ANSWERS_OF_TASK[task])


def _other_class(row: object, positive: Scalar | None) -> Iterator[Finding]:
    expect = row.get("expect") if isinstance(row, dict) else None
    if positive is not None and isinstance(expect, dict) and expect.get("positive", positive) != positive:
        found = shown(expect["positive"])
        yield Finding(("expect", "positive"), found, f"The charter's positive class is {positive!r}.")


def _instance_findings(instance: object, inputs: tuple[Input, ...]) -> Iterator[Finding]:
    if not isinstance(instance, dict):
        yield Finding(("instance",), shown(instance), "Write the request's fields.")
        return
    names = {item.name for item in inputs}
    for name in instance:
        if name not in names:
            yield Finding(("instance", name), "a field that is not an input", "Remove it, or add it to inputs.")
    for item in inputs:
        path: FieldPath = ("instance", item.name)
        value = instance.get(item.name)
        if value is None and not item.nullable:
            yield Finding(path, "no value", "Give it a value, or make the input nullable.")
            continue
        try:
            read_field(item, value)
        except Invalid as problem:
            yield Finding(path, problem.message, problem.remedy)


def _answer_findings(expect: object, answers: tuple[str, ...]) -> Iterator[Finding]:
    if not isinstance(expect, dict) or not expect or not set(expect) <= set(answers):
        yield Finding(("expect",), shown(expect), f"Say what is expected of {' or '.join(answers)}.")
        return
    for answer in set(expect) - {"label", "positive"}:
        band = expect[answer]
        if not _is_band(band):
            yield Finding(("expect", answer), shown(band), "Write [lowest, highest], two finite numbers.")
        elif answer == "probability" and (band[0] < 0 or band[1] > 1):
            yield Finding(("expect", answer), shown(band), "A probability lies between 0 and 1.")
    for answer in ("label", "positive"):
        if answer in expect and not isinstance(expect[answer], (str, int, float, bool)):
            yield Finding(("expect", answer), shown(expect[answer]), "Write one word or number.")


def _is_band(band: object) -> bool:
    if not isinstance(band, list) or len(band) != 2:
        return False
    if not all(isinstance(end, (int, float)) and not isinstance(end, bool) and math.isfinite(end) for end in band):
        return False
    return bool(band[0] <= band[1])
