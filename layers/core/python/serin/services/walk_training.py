"""A training in one process: the steps that the states of the workflow take, in their order, with any ports.

For whoever has no cloud, or wants to step through a training: functions of AWS take one step each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass

from serin.domain.errors import SerinError
from serin.domain.experiments import Run, TrainingSet, Trial, TrialResult
from serin.domain.model_source import ModelSource
from serin.ports import Catalog, Clock, Events, ObjectStore
from serin.services.evaluate_model import fail, judge, keep_measured, register
from serin.services.note_trial import failed_trial, note_trial
from serin.services.select_trial import Selected, select
from serin.services.train_model import Checked, Trainer

Watch = Callable[[TrialResult], None]


def silent(_: TrialResult) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class TrainingWalk:
    """One run on its training set; `room` is how many bytes the model's layer may have, `watch` hears of each trial.

    The package `model_code` is the source's code meanwhile.
    """

    run: str
    training_set: TrainingSet
    source: ModelSource
    room: int
    _: KW_ONLY
    lake: ObjectStore
    artifacts: ObjectStore
    catalog: Catalog
    events: Events
    clock: Clock
    commit: str | None = None
    watch: Watch = silent

    def take(self, trials: Sequence[Trial]) -> Run:
        """Every step up to the registered version; the run as it ended, also where it failed."""
        charter = self.source.charter
        try:
            checked = self._trainer().check(trials)
            chosen = self._searched(trials, checked)
            if self._passes(chosen):
                self._registered(chosen.trial)
        except SerinError as error:
            fail(charter.model, self.run, _reason(error), catalog=self.catalog, clock=self.clock)
        return self.catalog.run(charter.model, self.run)

    def _trainer(self) -> Trainer:
        # Each state is a call of its own, which reads the training set again.
        return Trainer(
            *(self.source.charter, self.training_set, self.source.code, self.source.golden),
            lake=self.lake,
            artifacts=self.artifacts,
            room=self.room,
        )

    def _searched(self, trials: Sequence[Trial], checked: Checked) -> Selected:
        charter, rung = self.source.charter, trials
        while True:
            noted = [self._noted(trial) for trial in rung]
            chosen = select(*(charter, self.run, self.training_set, noted, checked, self.commit), catalog=self.catalog)
            if not chosen.more:
                return chosen
            rung = chosen.more

    def _noted(self, trial: Trial) -> TrialResult:
        try:
            result = self._trainer().trial(self.run, trial)
        except SerinError as error:
            result = failed_trial(trial, _reason(error))
        model = self.source.charter.model
        noted = note_trial(model, self.run, self.training_set.id, result, catalog=self.catalog, clock=self.clock)
        self.watch(noted)
        return noted

    def _passes(self, chosen: Selected) -> bool:
        scores = self._trainer().contest(self.run, chosen.trial, chosen.champion, chosen.scored)
        verdict = judge(
            *(self.source.charter, self.run, self.training_set, scores, chosen.champion),
            lake=self.lake,
            artifacts=self.artifacts,
            catalog=self.catalog,
            clock=self.clock,
        )
        return verdict.outcome == "pass"

    def _registered(self, trial: Trial) -> None:
        charter, run = self.source.charter, self.run
        refitted = self._trainer().refit(run, trial)
        register(
            *(charter, run, self.training_set, trial, refitted),
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
        )
        if charter.training.measure_views:
            keep_measured(charter.model, run, self._trainer().measure(run, trial), catalog=self.catalog)


def _reason(error: SerinError) -> str:
    return f"{type(error).__name__}: {error}"
