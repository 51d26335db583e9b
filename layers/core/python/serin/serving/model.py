"""The model in memory: loaded once in a function's life, asked many times."""

from __future__ import annotations

from serin.domain.errors import Corrupt, Unavailable
from serin.serving.answers import AnswerTexts, answer_of
from serin.serving.package import COMPILED, ESTIMATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from serin.domain.charter import Score
    from serin.domain.compilation import Runtime
    from serin.domain.features import Value
    from serin.serving.compiled.model import CompiledModel
    from serin.serving.manifest import Facts
    from serin.serving.package import ModelPackage
    from serin.serving.rows import AnyRows, Rows

    class Scorer(Protocol):
        """What gives rows their scores."""

        @property
        def runtime(self) -> Runtime:
            """What it is, as the prediction log says it."""

        def score(self, rows: AnyRows) -> list[Score]:
            """A score for each row."""


class ServedModel:
    """A model as `predict` asks it; `instead` says why scikit-learn answers for a compiled model, where it does."""

    def __init__(self, facts: Facts, scorer: Scorer, instead: str | None = None) -> None:
        self.facts, self.scorer, self.instead = facts, scorer, instead
        self.runtime: Runtime = scorer.runtime
        self.texts = AnswerTexts(facts.task, facts.classes)
        # A null is no category, and none that is new.
        self._seen = [
            (column.name, frozenset((*column.categories, None))) for column in facts.columns if column.categories
        ]

    @property
    def uncompiled(self) -> str:
        """Why scikit-learn serves it, where it does."""
        return self.instead or self.facts.uncompiled or "this function is set to it"

    def score(self, rows: AnyRows) -> list[Score]:
        """A score for each row: the positive class's probability, one probability a class, or the value.

        Raises what the model raises of a row that it cannot answer, and ModelFailed for a score that is no finite
        number.
        """
        return self.scorer.score(rows)

    def unknown(self, row: Mapping[str, Value]) -> list[str]:
        """The columns of a row whose category was not there in training: the model answers as well as it can."""
        return [name for name, seen in self._seen if row[name] not in seen]

    def unknown_of(self, rows: Rows) -> dict[int, list[str]]:
        """The same of the rows, by number, that have any."""
        unknown: dict[int, list[str]] = {}
        for name, seen in self._seen:
            column = rows.columns[name]
            if not seen.issuperset(column):
                for number, value in enumerate(column):
                    if value not in seen:
                        unknown.setdefault(number, []).append(name)
        return unknown

    def answer(self, score: Score) -> dict[str, object]:
        """What the caller reads of a score: `label` and `probability`, `label` and `probabilities`, or `value`."""
        return answer_of(self.facts.task, self.facts.classes, score)


def open_model(package: ModelPackage, sha256: str, runtime: Runtime = "compiled") -> ServedModel:
    """Load the package's model: the compiled one, where it was proven and `runtime` is not scikit-learn.

    A compiled file that cannot be used is no reason not to answer: scikit-learn does, and the model says why. Raises
    Corrupt, before anything is executed, unless the digest of what has to be opened is `sha256`.
    """
    facts, instead = package.facts, None
    if facts.sha256 != sha256:
        raise Corrupt(
            f"The package is of a model with digest {facts.sha256[:12]}…; the registry recorded {sha256[:12]}….",
            "Release the version again.",
        )
    if facts.proven is not None and runtime == "compiled":
        try:
            return ServedModel(facts, _compiled(package, facts.proven))
        except (Corrupt, Unavailable) as error:
            instead = error.message
    from serin.serving.estimators import open_estimator
    from serin.serving.pipeline_model import PipelineModel

    estimator = open_estimator(package.content(ESTIMATOR), sha256)
    return ServedModel(facts, PipelineModel(package.manifest, estimator), instead)


def _compiled(package: ModelPackage, sha256: str) -> CompiledModel:
    """The compiled model; Corrupt or Unavailable where it cannot be used."""
    from serin.serving.compiled.kernel import find_kernel
    from serin.serving.compiled.model import CompiledModel

    kernel = find_kernel()
    if kernel is None:
        raise Unavailable("This function has no kernel.", "Deploy it with its layers.")
    try:
        return CompiledModel(package.proven(COMPILED, sha256), kernel)
    except OSError as error:
        raise Unavailable(f"{COMPILED} cannot be read: {error}.", "Release the version again.") from error
