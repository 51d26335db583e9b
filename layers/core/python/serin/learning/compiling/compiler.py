"""A fitted pipeline as the bytes of a compiled model, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sklearn

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.learning.compiling.columns import NotCovered, Unlisted, model_table
from serin.learning.compiling.estimators import Builder, Site
from serin.learning.compiling.margins import margins_of
from serin.learning.compiling.program import Program, Slot
from serin.learning.compiling.sums import NotExplained
from serin.serving.compiled.layout import Column, Description, Operation
from serin.serving.compiled.margins import Margins
from serin.serving.manifest import ModelColumn

PROVEN = ("1.9",)
"""The minors of scikit-learn whose fitted pipelines are read: another may have changed what their numbers mean, as 1.4
did with the categories of HistGradientBoosting."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """The file, and the ensembles of trees in it, in the order in which the kernel tells their leaves."""

    content: bytes
    sites: tuple[Site, ...]
    program: Program


def compile_pipeline(
    estimator: Any,
    task: Task,
    columns: Sequence[ModelColumn],
    classes: Sequence[Scalar],
    made_with: str | None = None,
    background: Any = None,
) -> Compiled:
    """The compiled model of a fitted pipeline, with the columns and classes of its manifest.

    Raises NotCovered, with the reason, for a pipeline that scikit-learn has to serve. `made_with` is the version of
    scikit-learn that fitted it, by default the one at hand. A linear model is explained against the mean row of
    `background`, a table of the model's columns; without one it is not explained.
    """
    version = made_with or sklearn.__version__
    if version.rpartition(".")[0] not in PROVEN:
        raise NotCovered(f"scikit-learn {version} is not one of those proven: {', '.join(PROVEN)}")
    while True:
        try:
            return _compiled(estimator, task, columns, classes, version, background)
        except Unlisted as unlisted:
            columns = unlisted.added_to(columns)


def _compiled(
    estimator: Any,
    task: Task,
    columns: Sequence[ModelColumn],
    classes: Sequence[Scalar],
    version: str,
    background: Any,
) -> Compiled:
    """The same of columns with all their categories; raises Unlisted where a step knows more of them."""
    program = Program()
    builder = Builder(program)
    table = model_table(columns, program)
    if task == "regression":
        answer = [builder.value(estimator, table)]
    else:
        answer = _in_order(estimator, builder.probabilities(estimator, table), task, classes, program)
    described = tuple(Column(column.name, column.kind, column.categories) for column in columns)
    margins, unexplained = _margins(builder, task, classes, background)
    about = Description(task, described, tuple(classes), version, margins, unexplained)
    return Compiled(program.written(about, answer), tuple(builder.sites), program)


def _margins(
    builder: Builder, task: Task, classes: Sequence[Scalar], background: Any
) -> tuple[Margins | None, str | None]:
    """How scores are explained, or why they are not."""
    try:
        return margins_of(builder, task, classes, background), None
    except NotExplained as error:
        return None, str(error)


def _in_order(
    estimator: Any, slots: Sequence[Slot], task: Task, classes: Sequence[Scalar], program: Program
) -> list[Slot]:
    """The slots as `serin.serving.scoring.scores_of` orders scores."""
    known = dict(zip([_plain(value) for value in estimator.classes_], slots, strict=True))
    if task == "binary":
        if positive_of(classes) not in known:
            raise NotCovered(f"the model has never seen the class {positive_of(classes)!r}")
        return [known[positive_of(classes)]]
    absent = program.add(Operation.CONSTANT, [], [program.constants([0.0])])[0]
    return [known.get(value, absent) for value in classes]


def _plain(value: Any) -> Scalar:
    plain: Scalar = value.item() if hasattr(value, "item") else value
    return plain
