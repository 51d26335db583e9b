"""How scores are told apart by columns: sums of trees and lines, before a link or a calibration bends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.domain.explainability import Method
from serin.learning.compiling.estimators import FORESTS, HISTOGRAM, SINGLE, Builder
from serin.learning.compiling.program import Program, Slot
from serin.learning.compiling.sums import NotExplained, Summed, sum_of_lines, sum_of_trees
from serin.serving.compiled.layout import Operation
from serin.serving.compiled.margins import Margins, Part

MOST_STEPS = 30_000_000
"""Steps of the kernel for one exact explanation: a tenth of a second. Beyond, a sum is told apart by the way."""
DEEPEST = 96
"""Levels of a tree that the kernel follows."""


def margins_of(builder: Builder, task: Task, classes: Sequence[Scalar], background: Any) -> Margins:
    """The margins of the model that has just been built; raises NotExplained, with the reason.

    `background` is a table whose mean row a line is told apart against, or None.
    """
    sums = [sum_of_trees(site) for site in builder.sites]
    sums += [sum_of_lines(each, background) for each in builder.lines]
    known = [_classes(each.estimator, task) for each in sums]
    if any(names != known[0] for names in known):
        raise NotExplained("the models it is the mean of know different classes")
    columns = _columns([slot for each in sums for slot in each.features], builder.program)
    slots = tuple(columns)
    outputs, places = [], []
    wanted = classes if task == "multiclass" else [positive_of(classes)] if task == "binary" else []
    for place, output, sign in _outputs(wanted, known[0], len(sums[0].slots)):
        outputs.append(tuple(_part(each, output, sign / len(sums), slots) for each in sums))
        places.append(place)
    method, steps = _method(sums)
    seen = tuple(places) if task == "multiclass" else ()
    explains = _explains(sums[0].estimator, task)
    if builder.calibrated:
        explains += " before calibration"
    return Margins(method, explains, tuple(outputs), seen, slots, tuple(columns.values()), steps)


def _classes(estimator: Any, task: Task) -> list[Scalar]:
    if task == "regression":
        return []
    return [value.item() if hasattr(value, "item") else value for value in estimator.classes_]


def _outputs(wanted: Sequence[Scalar], known: Sequence[Scalar], slots: int) -> Iterator[tuple[int, int, float]]:
    """For each margin its class's place, the sum's output that it is, and its sign; one where no class is wanted."""
    if not wanted:
        yield 0, 0, 1.0
    for place, name in enumerate(wanted):
        if name in known:
            of = known.index(name)
            # One sum for two classes speaks for the second.
            yield (place, 0, 1.0 if of else -1.0) if slots < len(known) else (place, of, 1.0)


def _part(summed: Summed, output: int, weight: float, slots: Sequence[Slot]) -> Part:
    centres = summed.centres[output] if summed.centres else {}
    aligned = tuple(centres.get(slot, 0.0) for slot in slots) if centres else ()
    return Part(summed.slots[output], weight, summed.bases[output], aligned)


def _method(sums: Sequence[Summed]) -> tuple[Method, int]:
    if sums[0].centres:
        return "coefficients", 0
    steps, deepest = sum(each.steps for each in sums), max(each.depth for each in sums)
    if type(sums[0].estimator) in FORESTS or steps > MOST_STEPS or deepest > DEEPEST:
        return "saabas", sum(each.trees * each.depth for each in sums)
    return "tree_shap", steps


def _columns(features: Sequence[Slot], program: Program) -> Mapping[Slot, int]:
    """The column that each feature came from."""
    return {slot: _column(slot, program) for slot in dict.fromkeys(features)}


def _column(slot: Slot, program: Program) -> int:
    operation, reads, given = program.written_by(slot)
    return given[0] if operation in (Operation.NUMBER, Operation.CODE) else _column(reads[0], program)


def _explains(estimator: Any, task: Task) -> str:
    """What a margin is."""
    kind = type(estimator)
    if task == "regression":
        logarithm = kind in HISTOGRAM and type(estimator._loss.link).__name__ == "LogLink"
        return "logarithm of the value" if logarithm else "value"
    if kind in FORESTS or kind in SINGLE:
        return "probability"
    return "logit" if getattr(estimator, "loss", "log_loss") == "log_loss" else "decision"
