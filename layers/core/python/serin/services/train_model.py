"""The steps of a training that run the model's own code: a trial, the contest, the refit.

They read one training set and write below the model's own prefix; nothing here can register or release.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from serin.domain.charter import Charter, JobTerms
from serin.domain.compilation import Compilation
from serin.domain.errors import Corrupt, Invalid
from serin.domain.experiments import TrainingSet, Trial, TrialResult
from serin.domain.explainability import Explained, shortfall
from serin.domain.fitted_on import FittedOn
from serin.domain.measurements import Measurements
from serin.domain.models import Artifact, ModelVersion
from serin.domain.names import digest
from serin.domain.training_jobs import Place, room_of
from serin.learning.baselines import baseline_maker
from serin.learning.columns import TrainingColumns
from serin.learning.compiling.proven import Proven, compiled_and_proven, explained_alone
from serin.learning.curves import with_shares
from serin.learning.edge_checks import EdgeChecks
from serin.learning.estimator_checks import check_kept, stops_early
from serin.learning.fitting import Champion, Fitted, Opponent, Recipe, contest, learnt_names, refit, run_trial
from serin.learning.label_checks import check_labels
from serin.learning.left_out import Judging, view_costs
from serin.learning.package import check_room, estimator_bytes, manifest_of, model_layer
from serin.learning.pipelines import algorithm_of, pipeline_maker
from serin.learning.reliance import feature_gains
from serin.learning.run_metrics import Measured
from serin.learning.runtime import processor, runtime_versions
from serin.learning.scores import Validated, read_validated, write_scores, write_validated
from serin.learning.shards.boosting import as_large_as
from serin.learning.shards.sharded_set import ShardedSet
from serin.learning.splits import holdout_of, splits_of
from serin.learning.suspicion import suspicions
from serin.learning.valueless import valueless
from serin.ports import ObjectStore
from serin.services.steps.made_with import layer_digest, lock_digest
from serin.services.steps.model_layers import charter_in, opened_layer
from serin.services.steps.planned_columns import planned_columns, planned_shard
from serin.services.steps.recipes import compares_recipes
from serin.services.steps.released_code import ReleasedCode
from serin.services.steps.sharded_columns import sharded_set
from serin.services.steps.training_columns import training_columns
from serin.serving.compiled.kernel import find_kernel
from serin.serving.estimators import open_estimator, sha256_of
from serin.serving.on_demand import load_functions

LEARNT_BESIDE = "scikit-learn"
FOR_THE_REST = 1024 * 1024
"""Bytes of a layer for what is neither a model nor its code: charter, manifest, and the zip's own."""
_SIMPLER = "Choose boosted trees or a linear model, fewer or smaller trees, or ask for less in the charter."


@dataclass(frozen=True)
class Checked:
    """A training that may begin, what somebody should look at, and with what and where is fitted."""

    warnings: tuple[str, ...] = ()
    lock: str = ""
    runtime: Mapping[str, str] = field(default_factory=dict)
    layer: str = ""
    processor: str = ""
    machine: str | None = None
    """What all else is to be fitted on; None for functions."""
    shards: int = 1
    """In how many shards."""


@dataclass(frozen=True)
class ScoresFile:
    """Where the contest's scores lie, and their digest."""

    key: str
    digest: str


@dataclass(frozen=True)
class Refitted:
    """The files of a model fitted on everything, with what it was fitted, and by what it will be served."""

    estimator: Artifact
    layer: Artifact
    lock: str
    runtime: Mapping[str, str]
    compilation: Compilation | None = None
    fitted_on: FittedOn | None = None


class Trainer:
    """The model's code and one frozen training set.

    `golden` are the charter's golden rows, which edge rows are made of; `room` is how many bytes the model's layer may
    have. Without a `place`, by the `terms` of its use, it is in a function. Where that fits in shards, trials and
    what is measured look at the first of them; the contest and the refit fit each, one after the other.
    """

    def __init__(
        self,
        charter: Charter,
        training_set: TrainingSet,
        code: Mapping[str, bytes],
        golden: Sequence[Mapping[str, object]],
        *,
        lake: ObjectStore,
        artifacts: ObjectStore,
        room: int,
        place: Place | None = None,
        terms: JobTerms | None = None,
    ) -> None:
        self._charter = charter
        self._set = training_set
        self._code = code
        self._lake = lake
        self._artifacts = artifacts
        self._room = room
        self._golden = golden
        self._machine = None if place is None else place.machine
        self._shards = 1 if place is None else place.shards
        self._rows_room = None if place is None or terms is None else room_of(place.machine, terms)
        self._make = pipeline_maker(charter)

    def check(self, trials: Sequence[Trial]) -> Checked:
        """Refuse, before a trial is paid for, what can only fail; Invalid or TooLarge says by what label or number."""
        charter = self._charter
        columns = self._planned(trials)
        self._edges(columns).check_features()
        splits = splits_of(columns, holdout_of(self._set))
        training = charter.training
        check_labels(columns, charter.task, charter.truth.label, training.search.optimise, splits)
        fits = [columns.label[rows] for rows in (splits.older, *(turn.learn for turn in splits.turns))]
        warnings: dict[str, None] = {}
        for trial in (trial for trial in trials if trial.recipe == "pipeline"):
            estimator = self._make(columns.columns, trial.params)
            check_kept(estimator)
            warnings |= dict.fromkeys(
                stops_early(estimator, [*fits, columns.label], classes=charter.task != "regression")
            )
        suspected = (*valueless(columns, splits.older), *suspicions(columns, charter.task, splits))
        lock = lock_digest(LEARNT_BESIDE)
        machine = None if self._machine is None else self._machine.name
        about = lock, runtime_versions(), layer_digest(), processor(), machine, self._shards
        return Checked((*warnings, *suspected), *about)

    def _planned(self, trials: Sequence[Trial]) -> TrainingColumns:
        asked = self._charter, self._set, trials, self._make
        if self._shards == 1 or self._rows_room is None:
            return planned_columns(*asked, lake=self._lake, room=self._rows_room)
        with self._sharded() as sharded:
            return planned_shard(*asked, sharded, room=self._rows_room)

    @contextmanager
    def _sharded(self, run_id: str = "") -> Iterator[ShardedSet]:
        """The rows in shards; what these teach is kept for the run that fits them."""
        kept = f"runs/{self._charter.model}/{run_id}/shards"
        with sharded_set(self._set, self._shards, kept, lake=self._lake, artifacts=self._artifacts) as sharded:
            yield sharded

    def trial(self, run_id: str, trial: Trial) -> TrialResult:
        """Fit on the older learnable rows, judge on the newer ones; what it says of these is kept for the contest."""
        began = time.perf_counter()
        charter, columns, until = self._charter, self._columns(), holdout_of(self._set)
        own, metric = trial.recipe == "pipeline", charter.training.search.optimise
        make = self._make if own else baseline_maker(trial.recipe, charter.task, metric)
        tried = run_trial(columns, charter.task, make, trial.params, until, trial.days)
        if own:
            self._check_releasable(columns, tried.fitted)
        shown = {name: value for name, value in tried.metrics.items() if math.isfinite(value)}
        measured = Measured(
            *(charter.task, charter.training.gate.block, columns, tried.scored.rows, tried.scored.score),
            tried.fitted.classes,
            timed=self._set.holdout_from is not None,
        )
        return TrialResult(
            trial,
            shown,
            round(time.perf_counter() - began, 3),
            algorithm_of(tried.fitted.estimator),
            measured=tuple(measured.over_all("validation", trial.days or self._learnable_days())),
            scored=self._scored(run_id, trial, tried.scored),
        )

    def _scored(self, run_id: str, trial: Trial, validated: Validated) -> Artifact | None:
        """Where the contest finds it, if this trial should win: by then it would have to be fitted once more."""
        # In shards the contest's challenger is another one than the trial's, which learns from one shard.
        if trial.recipe != "pipeline" or trial.days is not None or self._charter.value is None or self._shards > 1:
            return None
        key = f"runs/{self._charter.model}/{run_id}/trial-{trial.number}.npz"
        return self._written(key, write_validated(validated))

    def _check_releasable(self, columns: TrainingColumns, fitted: Fitted) -> None:
        # What cannot be written, is too large, or fails at the edges is known here: else the contest is for nothing.
        if self._shards > 1:
            fitted = replace(fitted, estimator=as_large_as(fitted.estimator, self._shards))
        self._edges(columns).check(fitted)
        check_room(len(estimator_bytes(fitted.estimator)) + sum(map(len, self._code.values())), self._room)
        if self._is_explained:
            judging = columns.table[splits_of(columns, holdout_of(self._set)).judging]
            self._check_explained(explained_alone(fitted, self._charter.task, judging, find_kernel()))

    @property
    def _is_explained(self) -> bool:
        return self._charter.objectives.explainability != "none"

    def _check_explained(self, explained: Explained) -> None:
        asked = self._charter.objectives
        if less := shortfall(asked.explainability, explained, asked.latency_p95_ms):
            field = "design.requirements.explainability"
            raise Invalid(f"The charter asks for {asked.explainability} explanations, and {less}.", _SIMPLER, field)

    def _learnable_days(self) -> int:
        until = self._set.holdout_from
        return 0 if until is None else (until - self._set.first).days

    def contest(
        self, run_id: str, trial: Trial, champion: ModelVersion | None, scored: Artifact | None = None
    ) -> ScoresFile:
        """Challenger and champion, or the champion's recipe, score the holdout rows that neither has learnt from.

        `scored` is what the trial said of the rows that choose the threshold; Corrupt for a file that it did not write.
        """
        columns, task, decides = self._columns(), self._charter.task, self._charter.value is not None
        opponent = None if champion is None else self._opponent(champion, columns, trial)
        asked = task, self._make, trial.params, holdout_of(self._set), opponent
        if self._shards == 1:
            validated = None if scored is None else self._validated(scored)
            verdict = contest(columns, *asked, decides=decides, validated=validated)
            verdict = with_shares(self._judging(columns, trial), verdict)
        else:
            del columns
            with self._sharded(run_id) as sharded:
                verdict = sharded.contest(*asked, decides=decides)
        scores = write_scores(verdict)
        key = f"runs/{self._charter.model}/{run_id}/scores.npz"
        self._artifacts.put(key, scores)
        return ScoresFile(key, digest(scores))

    def _validated(self, scored: Artifact) -> Validated:
        content = self._artifacts.get(scored.key)
        if sha256_of(content) != scored.sha256:
            raise Corrupt(f"{scored.key} is not what the trial wrote.", "Start the training again.")
        return read_validated(content)

    def refit(self, run_id: str, trial: Trial) -> Refitted:
        """Fit on every row and write what a release needs: the estimator, and the layer that holds it."""
        charter = self._charter
        fitted, columns = self._refitted(run_id, trial)
        self._edges(columns).check(fitted)
        estimator = estimator_bytes(fitted.estimator)
        proven = self._compiled(fitted, columns, estimator)
        self._check_explained(proven.compilation.explanation)
        manifest = manifest_of(charter, self._set.id, trial.params, fitted, estimator, proven.compilation)
        layer = model_layer(charter, manifest, estimator, self._code, proven.content)
        check_room(len(layer), self._room)
        folder = f"models/{self._charter.model}/{run_id}"
        return Refitted(
            self._written(f"{folder}/model.joblib", estimator),
            self._written(f"{folder}/layer.zip", layer),
            lock_digest(LEARNT_BESIDE),
            runtime_versions(),
            proven.compilation,
        )

    def _refitted(self, run_id: str, trial: Trial) -> tuple[Fitted, TrainingColumns]:
        """The model, and rows to prove it on."""
        asked = self._charter.task, self._make, trial.params
        if self._shards == 1:
            columns = self._columns()
            return refit(columns, *asked), columns
        with self._sharded(run_id) as sharded:
            return sharded.refit(*asked), sharded.first()

    def _compiled(self, fitted: Fitted, columns: TrainingColumns, estimator: bytes) -> Proven:
        """Proven on the rows that judged, which the contest's model had not seen."""
        judging = splits_of(columns, holdout_of(self._set)).judging
        room = self._room - len(estimator) - sum(map(len, self._code.values())) - FOR_THE_REST
        timed, task = self._is_explained, self._charter.task
        return compiled_and_proven(fitted, task, columns.table[judging], find_kernel(), room, timed=timed)

    def measure(self, run_id: str, trial: Trial) -> Measurements:
        """What each view gives and costs, and what the model relies on, for the card of the version."""
        judging = self._judging(self._columns(), trial)
        views = [view.name for view in self._charter.features.views]
        costs = tuple(view_costs(judging, views))
        gains = tuple(feature_gains(judging))
        metric = self._charter.training.gate.metric
        return Measurements(self._charter.model, run_id, metric=metric, features=gains, views=costs)

    def _judging(self, columns: TrainingColumns, trial: Trial) -> Judging:
        charter, holdout = self._charter, holdout_of(self._set)
        return Judging(columns, charter.task, self._make, trial.params, holdout, charter.training.gate)

    def _opponent(self, champion: ModelVersion, columns: TrainingColumns, trial: Trial) -> Opponent:
        content = self._artifacts.get(champion.estimator.key)
        estimator = open_estimator(content, champion.estimator.sha256)
        if not compares_recipes(self._charter, self._set, columns, champion, trial.params):
            return Champion(champion.version, estimator, champion.learnt_until)
        make = self._make
        if champion.code != self._set.code:
            layer = opened_layer(champion.layer, artifacts=self._artifacts)
            make = pipeline_maker(charter_in(layer), functions=ReleasedCode(layer))
        names = learnt_names(champion.version, estimator, columns.table)
        return Recipe(champion.version, make, champion.params, columns.named(names))

    def _edges(self, columns: TrainingColumns) -> EdgeChecks:
        return EdgeChecks(self._charter, columns, self._golden, lambda: load_functions(self._charter))

    def _columns(self) -> TrainingColumns:
        if self._shards == 1:
            return training_columns(self._set, lake=self._lake)
        with self._sharded() as sharded:
            return sharded.first()

    def _written(self, key: str, content: bytes) -> Artifact:
        self._artifacts.put(key, content)
        return Artifact(key, sha256_of(content))
