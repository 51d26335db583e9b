"""What a version cannot answer of the requests that its charter lets in, told before it is registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from serin.domain.charter import Charter, Scalar, Score
from serin.domain.errors import Invalid, ModelFailed, SerinError
from serin.domain.invocation_lines import believable
from serin.domain.model_code import RAISED, place, raised
from serin.learning.columns import TrainingColumns
from serin.learning.edge_rows import Edge, Kind, edge_rows
from serin.learning.fitting import Fitted
from serin.serving.answered import answered
from serin.serving.features import FeaturePlan
from serin.serving.log import Call
from serin.serving.manifest import Manifest
from serin.serving.model import ServedModel
from serin.serving.on_demand import OnDemand
from serin.serving.pipeline_model import PipelineModel
from serin.serving.plans import FeatureRows
from serin.serving.rows import rows_of

Load = Callable[[], Mapping[str, OnDemand]]
TOLD = 3
"""Faults that a refusal tells one by one."""
_BEAR: Mapping[Kind, str] = {
    "as it is": "Impute what a view may not have in the pipeline, or give it a default in features.defaults",
    "text": "Let its encoder bear new texts, as OneHotEncoder(handle_unknown='ignore') or "
    "OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1)",
    "null": "Impute it in the pipeline, as with SimpleImputer, or take `nullable: true` from the input",
    "number": "Let the pipeline bear it, or say the input's `min` and `max` in the charter",
    "time": "Let the pipeline bear it",
}


class EdgeChecks:
    """The edge rows of a training set, asked as a request would be whose views know nothing."""

    def __init__(
        self, charter: Charter, columns: TrainingColumns, golden: Sequence[Mapping[str, object]], load: Load
    ) -> None:
        self._charter = charter
        self._edges = edge_rows(charter, columns, golden)
        self._now = columns.newest()
        self._plan = _plan(charter, load)
        names = [item.name for item in charter.inputs]
        self._instances = rows_of([edge.instance for edge in self._edges], names)

    def check_features(self) -> None:
        """Before anything is fitted; Invalid where a function of the model's code cannot answer an edge."""
        errors = self._features().errors
        self._refuse([(edge, errors[number]) for number, edge in enumerate(self._edges) if number in errors])

    def check(self, fitted: Fitted) -> None:
        """Invalid where the fitted pipeline cannot answer an edge, or not by what can be true."""
        manifest = Manifest(self._charter.model, self._charter.task, "", {}, fitted.columns, fitted.classes, {}, "")
        model = ServedModel(manifest, PipelineModel(manifest, fitted.estimator))
        answers = answered(self._instances, self._features(), model)
        errors = map(answers.errors.get, range(len(self._edges)))
        faults = zip(self._edges, map(_fault, errors, answers.scores, answers.labels), strict=True)
        names = ["edge"] * len(self._edges)
        answers.texts(names)
        Call("edge", self._now, self._charter.model, 0, "", "", False, 0.0, 0.0).lines(answers.logged(names))
        self._refuse([(edge, fault) for edge, fault in faults if fault])

    def _features(self) -> FeatureRows:
        return self._plan.ask(self._instances, self._now).features({})

    def _refuse(self, faults: Sequence[tuple[Edge, ModelFailed]]) -> None:
        if not faults:
            return
        # One of each kind: three texts that fail alike say no more than one.
        kinds = {(edge.input, edge.kind, error.field): (edge, error) for edge, error in reversed(faults)}
        examples = list(kinds.values())[::-1][:TOLD]
        told = " ".join(
            f"Asked with {edge.asked}: {error.message.rstrip('.')}{place(error.__cause__)}." for edge, error in examples
        )
        more = f" So it is with {len(faults) - len(examples)} more." if len(faults) > len(examples) else ""
        remedies = dict.fromkeys(self._remedy(edge, error) for edge, error in faults)
        raise Invalid(
            f"The model cannot answer what its charter lets callers ask. {told}{more}",
            " ".join(remedies),
            f"inputs.{faults[0][0].input}" if faults[0][0].input else None,
        )

    def _remedy(self, edge: Edge, error: ModelFailed) -> str:
        call = self._charter.features.on_demand.get(error.field or "")
        if call is None:
            return f"{_BEAR[edge.kind]}."
        bounds = ", or say the input's `min` and `max` in the charter" if edge.kind == "number" else ""
        return f"Let {call} answer it, with None where there is no answer{bounds}."


def _fault(error: ModelFailed | None, score: Score | None, label: Scalar | None) -> ModelFailed | None:
    if error is None and not believable(score, label):
        return ModelFailed(f"The model answers {score}, which can be no probability.", "")
    return error


def _plan(charter: Charter, load: Load) -> FeaturePlan:
    try:
        return FeaturePlan(charter, load())
    except SerinError:
        raise
    except RAISED as error:
        raise Invalid(
            f"The model's on-demand features cannot be loaded: {raised(error)}.",
            "Use what predict has: the Python standard library, scikit-learn, pandas, numpy and joblib.",
            "features.on_demand",
        ) from error
