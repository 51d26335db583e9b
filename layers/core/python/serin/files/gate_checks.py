"""What must hold of a charter's gate: that it can ever decide, and that what it asks has a meaning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from serin.domain.judgement.champion import MINIMUM_BLOCKS
from serin.domain.metrics import METRICS_OF_TASK, PROPER_SCORES
from serin.files.faults import FieldPath, Finding
from serin.files.subjects import Check, Subject, check

_SLICED = ("string", "boolean", "integer")


@check("task", "training")
def _metric(subject: Subject) -> Iterator[Finding]:
    metric, task = subject.charter.training.gate.metric, subject.charter.task
    if metric is not None and metric not in PROPER_SCORES[task]:
        remedy = f"One of: {', '.join(PROPER_SCORES[task])}."
        yield Finding(("training", "gate", "metric"), f"{metric!r}, no proper score of a {task} task", remedy)


@check("training")
def _enough_days(subject: Subject) -> Iterator[Finding]:
    training = subject.charter.training
    if training.gate.block != "day":
        return
    if training.holdout is None:
        remedy = "Write row, or entity; or withhold the newest days: training.holdout: 14d."
        yield Finding(("training", "gate", "block"), "day, and holdout: random says that rows have no time", remedy)
    elif training.holdout < timedelta(days=MINIMUM_BLOCKS):
        found = f"{training.holdout / timedelta(days=1):.3g} days to judge by, and no gate decides by fewer than"
        remedy = (
            "Withhold more days, or write training.gate.block: row (or entity) where rows of one day are not alike."
        )
        yield Finding(("training", "holdout"), f"{found} {MINIMUM_BLOCKS}", remedy)


@check("task", "design", "inputs")
def _slices(subject: Subject) -> Iterator[Finding]:
    inputs, task = subject.inputs(), subject.charter.task
    for name, section in subject.charter.design.requirements.slices.items():
        path: FieldPath = ("design", "requirements", "slices", name)
        if name not in inputs:
            remedy = f"One of: {', '.join(key for key, item in inputs.items() if item.type in _SLICED)}."
            yield Finding(path, f"{name!r}, which is not an input", remedy)
        elif inputs[name].type not in _SLICED:
            found = f"an input of type {inputs[name].type}"
            yield Finding(path, found, "Name one with a few values: a string, a boolean or an integer.")
        if section.metric not in METRICS_OF_TASK[task]:
            remedy = f"One of: {', '.join(METRICS_OF_TASK[task])}."
            yield Finding((*path, "metric"), f"{section.metric!r}, no metric of a {task} task", remedy)


@check("task", "design")
def _value(subject: Subject) -> Iterator[Finding]:
    value, path = subject.charter.design.value, ("design", "value", "matrix")
    if value is None:
        return
    if subject.charter.task != "binary":
        found = f"a matrix of four outcomes, and the task is {subject.charter.task}"
        yield Finding(path, found, "Leave design.value out: only decisions between two classes have these outcomes.")
        return
    matrix = value.matrix
    if matrix.tp <= matrix.fn:
        found = f"tp {matrix.tp:g}, no more than fn {matrix.fn:g}"
        yield Finding((*path, "tp"), found, "Acting on a positive must bring more than leaving it alone.")
    if matrix.tn <= matrix.fp:
        found = f"tn {matrix.tn:g}, no more than fp {matrix.fp:g}"
        yield Finding((*path, "tn"), found, "Leaving a negative alone must bring more than acting on it.")


GATE_CHECKS: tuple[Check, ...] = (_metric, _enough_days, _slices, _value)
