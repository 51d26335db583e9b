"""Estimators as operations: what they decide by, and the probabilities they make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn import ensemble as ensembles
from sklearn import linear_model as linear
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from serin.learning.compiling.boosted import histogram_sums
from serin.learning.compiling.columns import NotCovered, Table
from serin.learning.compiling.lines import Line, line
from serin.learning.compiling.program import Program, Slot
from serin.learning.compiling.transformers import transformed
from serin.learning.compiling.trees import Ensemble, ensemble, plain_tree
from serin.serving.compiled.layout import Operation

HISTOGRAM = (ensembles.HistGradientBoostingClassifier, ensembles.HistGradientBoostingRegressor)
GRADIENT = (ensembles.GradientBoostingClassifier, ensembles.GradientBoostingRegressor)
FORESTS = (
    *(ensembles.RandomForestClassifier, ensembles.RandomForestRegressor),
    *(ensembles.ExtraTreesClassifier, ensembles.ExtraTreesRegressor),
)
SINGLE = (DecisionTreeClassifier, DecisionTreeRegressor)
LINEAR_CLASSIFIERS = (linear.LogisticRegression, linear.SGDClassifier)
LINEAR_REGRESSORS = (
    *(linear.Ridge, linear.ElasticNet, linear.SGDRegressor),
    *(linear.LinearRegression, linear.Lasso),
)
ESTIMATORS = (*HISTOGRAM, *GRADIENT, *FORESTS, *SINGLE, *LINEAR_CLASSIFIERS, *LINEAR_REGRESSORS, CalibratedClassifierCV)


@dataclass(frozen=True, eq=False)
class Site:
    """An ensemble in the program: what scikit-learn calls its leaves, and how its table came to be."""

    estimator: Any
    steps: tuple[Any, ...]
    ensemble: Ensemble


@dataclass(frozen=True, eq=False)
class Lines:
    """A linear model in the program: a line, or one for each class, and how its table came to be."""

    estimator: Any
    steps: tuple[Any, ...]
    lines: tuple[Line, ...]


@dataclass
class Builder:
    """A program while it is written, and the ensembles and lines in it."""

    program: Program
    sites: list[Site] = field(default_factory=list)
    lines: list[Lines] = field(default_factory=list)
    calibrated: bool = False

    def value(self, estimator: Any, table: Table) -> Slot:
        """The slot of a regression's value."""
        estimator, table = self._last(estimator, table)
        slots = self.decision(estimator, table)
        if slots is None or len(slots) != 1:
            raise NotCovered(f"{type(estimator).__name__} with {len(slots or ())} values a row")
        if isinstance(estimator, HISTOGRAM) and type(estimator._loss.link).__name__ == "LogLink":
            return self.program.one(Operation.EXP, slots[0])
        return slots[0]

    def probabilities(self, estimator: Any, table: Table) -> list[Slot]:
        """A slot for each of the estimator's own classes."""
        estimator, table = self._last(estimator, table)
        if type(estimator) is CalibratedClassifierCV:
            return self._calibrated(estimator, table)
        slots = self.decision(estimator, table)
        if slots is None:
            return self._trees(estimator, table)
        if type(estimator) is linear.SGDClassifier and estimator.loss != "log_loss":
            raise NotCovered(f"SGDClassifier(loss={estimator.loss!r})")
        if len(slots) == 1:
            doubled = type(estimator) in GRADIENT and estimator.loss == "exponential"
            raw = self.program.one(Operation.SPREAD, slots[0], 2.0, 0.0) if doubled else slots[0]
            return self._pair(self.program.one(Operation.EXPIT, raw))
        if type(estimator) is linear.SGDClassifier:
            each = [self.program.one(Operation.EXPIT, slot) for slot in slots]
            return self.program.add(Operation.SHARE, each, writes=len(each))
        return self.program.add(Operation.SOFTMAX, slots, writes=len(slots))

    def decision(self, estimator: Any, table: Table) -> list[Slot] | None:
        """What an estimator decides by, one slot or one a class; None for trees that only have probabilities."""
        kind = type(estimator)
        if kind in LINEAR_CLASSIFIERS or kind in LINEAR_REGRESSORS:
            return self._linear(estimator, table)
        if kind in HISTOGRAM:
            return self._site(estimator, table, histogram_sums(estimator, table, self.program))
        if kind in GRADIENT:
            return self._gradient(estimator, table)
        if kind in FORESTS or kind in SINGLE:
            return None if hasattr(estimator, "classes_") else self._trees(estimator, table)
        raise NotCovered(f"{kind.__module__.partition('.')[0]}'s {kind.__name__} is not compiled")

    def _last(self, estimator: Any, table: Table) -> tuple[Any, Table]:
        """The last step of a pipeline, and the table the others make for it."""
        while type(estimator) is Pipeline:
            for _, step in estimator.steps[:-1]:
                table = transformed(step, table, self.program)
            estimator = estimator.steps[-1][1]
        return estimator, table

    def _pair(self, positive: Slot) -> list[Slot]:
        return [self.program.one(Operation.REST, positive), positive]

    def _site(self, estimator: Any, table: Table, sums: Ensemble) -> list[Slot]:
        self.sites.append(Site(estimator, table.steps, sums))
        return sums.slots

    def _linear(self, estimator: Any, table: Table) -> list[Slot]:
        features, weights = table.numbers(estimator), np.atleast_2d(estimator.coef_)
        intercepts = np.broadcast_to(np.asarray(estimator.intercept_, dtype=np.float64), len(weights)).tolist()
        lines = [line(features, row, at, self.program) for row, at in zip(weights, intercepts, strict=True)]
        self.lines.append(Lines(estimator, table.steps, tuple(lines)))
        return [each.slot for each in lines]

    def _singles(self, estimator: Any, table: Table, *, nulls: bool) -> list[Slot]:
        """Features as these trees compare them: rounded to float32, with nulls or without."""
        return [self.program.one(Operation.SINGLE, slot, more=[int(nulls)]) for slot in table.numbers(estimator)]

    def _trees(self, estimator: Any, table: Table) -> list[Slot]:
        """The mean of trees' leaves: probabilities, or values."""
        trees = [estimator] if type(estimator) in SINGLE else estimator.estimators_
        probe = np.zeros((1, len(table.columns)), dtype=np.float32)
        bears = not table.sparse and bool(trees[0]._support_missing_values(probe))
        features = self._singles(estimator, table, nulls=bears)
        if trees[0].n_outputs_ != 1:
            raise NotCovered(f"{type(estimator).__name__} of several labels")
        plain = [plain_tree(each.tree_, each.tree_.value[:, 0, :]) for each in trees]
        start = [0.0] * plain[0].values.shape[1]
        return self._site(estimator, table, ensemble(plain, features, start, self.program, mean=True))

    def _gradient(self, estimator: Any, table: Table) -> list[Slot]:
        if not (estimator.init_ == "zero" or isinstance(estimator.init_, DummyClassifier | DummyRegressor)):
            raise NotCovered(f"{type(estimator).__name__} that begins with a model of its own")
        # Its trees would bear nulls; it refuses them before they are asked.
        features = self._singles(estimator, table, nulls=False)
        start = estimator._raw_predict_init(np.zeros((1, len(features)), dtype=np.float32))[0]
        plain = [
            plain_tree(each.tree_, estimator.learning_rate * each.tree_.value[:, 0, :1], output)
            for stage in estimator.estimators_
            for output, each in enumerate(stage)
        ]
        return self._site(estimator, table, ensemble(plain, features, start, self.program))

    def _calibrated(self, estimator: Any, table: Table) -> list[Slot]:
        self.calibrated = True
        each = [self._one_calibrated(fold, table) for fold in estimator.calibrated_classifiers_]
        return [self.program.add(Operation.MEAN, slots)[0] for slots in zip(*each, strict=True)]

    def _one_calibrated(self, fold: Any, table: Table) -> list[Slot]:
        if fold.method not in _CALIBRATIONS:
            raise NotCovered(f"CalibratedClassifierCV(method={fold.method!r})")
        calibrate, classes = _CALIBRATIONS[fold.method], list(fold.classes)
        responses = self._responses(fold.estimator, table)
        calibrated = [
            calibrate(calibrator, slot, self.program)
            for calibrator, slot in zip(fold.calibrators, responses, strict=True)
        ]
        if len(classes) == 2:
            slots = self._pair(calibrated[0])
        else:
            known = dict(zip(fold.estimator.classes_, calibrated, strict=True))
            absent = self.program.add(Operation.CONSTANT, [], [self.program.constants([0.0])])[0]
            every: Sequence[Slot] = [known.get(name, absent) for name in classes]
            slots = self.program.add(Operation.SHARE, every, writes=len(every))
        return [self.program.one(Operation.CAPPED, slot) for slot in slots]

    def _responses(self, estimator: Any, table: Table) -> list[Slot]:
        """What a calibration is fitted on: the decision, or where there is none the probabilities."""
        last, table = self._last(estimator, table)
        if type(last) is CalibratedClassifierCV:
            raise NotCovered("a calibrated model that is calibrated again")
        slots = self.decision(last, table)
        if slots is None:
            slots = self._trees(last, table)
            return slots[1:] if len(slots) == 2 else slots
        return slots


def _sigmoid(calibrator: Any, slot: Slot, program: Program) -> Slot:
    return program.one(Operation.EXPIT, program.one(Operation.SPREAD, slot, -calibrator.a_, -calibrator.b_))


def _isotonic(calibrator: Any, slot: Slot, program: Program) -> Slot:
    xs, ys = calibrator.X_thresholds_, calibrator.y_thresholds_
    # A line's sum may be infinite: the logistic curve has an end for it, and this one refuses it.
    finite = program.one(Operation.FINITE, slot, more=[0])
    return program.one(Operation.BENT, finite, *xs, *ys, more=[len(xs)])


_CALIBRATIONS: Mapping[str, Callable[[Any, Slot, Program], Slot]] = {"sigmoid": _sigmoid, "isotonic": _isotonic}
