"""One prediction of the log: what was asked and answered, what it was made of, and the same question once more."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from serin.domain.charter import Charter, Score
from serin.domain.errors import NotFound, Unavailable
from serin.domain.experiments import Run, TrainingSet
from serin.domain.models import ModelVersion
from serin.domain.prediction_ids import is_of_an_hour, moment_of
from serin.domain.predictions import LoggedPrediction, log_files_of_hour, log_files_of_minute, may_hold
from serin.domain.records import from_record
from serin.domain.releases import Release
from serin.domain.shown_names import NOT_SHOWN_TEXT, hidden_names, is_hidden, shown_values
from serin.domain.truth import Fact, TruthSource, day_of, facts_of_day, inbox_of_day, may_speak_of, moment_at
from serin.ports import Catalog, Clock, Endpoint, ObjectStore
from serin.services.steps.origins import Origin, Source, if_known, origin_of

_LABEL = json.dumps(NOT_SHOWN_TEXT)


@dataclass(frozen=True)
class Lineage:
    """What a prediction was made of, as far as the catalog has it: from the function version down to the uploads.

    `release` is the one that made the model's version live, the last before the prediction.
    """

    function_version: str | None
    release: Release | None
    version: ModelVersion | None
    run: Run | None
    training_set: TrainingSet | None
    datasets: tuple[Source, ...]


@dataclass(frozen=True)
class Replay:
    """The score the same function version gives the logged features now; `same` when it is equal to the bit.

    Without a score, `reason` says why there is none.
    """

    same: bool
    score: Score | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Said:
    """What somebody has said of a prediction: the truth's dataset, or a caller with the token of that id.

    A label is JSON text; a row of the dataset without one says that it has none any more. `joined` is false of
    feedback that counts only once it is joined with the rest. Which of several labels counts is decided over a whole
    day's predictions.
    """

    source: TruthSource
    known: datetime
    label: str | None = None
    rating: int | None = None
    token: str | None = None
    joined: bool = True


@dataclass(frozen=True)
class Shown:
    """A prediction, whole."""

    prediction: LoggedPrediction
    lineage: Lineage
    replay: Replay
    truth: tuple[Said, ...] = ()


def show_prediction(
    prediction: str,
    charters: Mapping[str, Charter],
    correlation: str,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    endpoint: Endpoint,
    clock: Clock,
) -> Shown:
    """The prediction of that id, looked for in the logs of these models; raises Invalid and NotFound.

    What a contract keeps back is not shown: the score is made again of the line as it lies in the lake.
    """
    line = _logged(prediction, charters, lake)
    lineage = _lineage(line, catalog)
    replay = _replay(line, lineage.function_version, correlation, endpoint)
    return _shown(Shown(line, lineage, replay, _said(line, clock.now(), lake)), charters[line.model])


def _shown(whole: Shown, charter: Charter) -> Shown:
    line, hidden = whole.prediction, hidden_names(charter)
    line = replace(line, inputs=shown_values(line.inputs, hidden), features=shown_values(line.features, hidden))
    truth = whole.truth
    if is_hidden(charter, charter.truth.dataset, charter.truth.label):
        truth = tuple(said if said.label is None else replace(said, label=_LABEL) for said in truth)
    return replace(whole, prediction=line, truth=truth)


def _said(line: LoggedPrediction, now: datetime, lake: ObjectStore) -> tuple[Said, ...]:
    """What is joined, and what callers have sent since yesterday, which may not be; oldest first, each once."""
    model, name = line.model, line.prediction_id
    joined = list(_facts(lake.keys(facts_of_day(model, day_of(name))), name, lake))
    days = sorted({now.date() - timedelta(days=1), now.date()})
    inbox = [fact for day in days for fact in _facts(lake.keys(inbox_of_day(model, day)), name, lake)]
    known = {(fact.by, fact.label, fact.rating) for fact in joined}
    waiting = [fact for fact in inbox if (fact.by, fact.label, fact.rating) not in known]
    marked = [*((fact, True) for fact in joined), *((fact, False) for fact in waiting)]
    return tuple(_said_by(*said) for said in sorted(marked, key=lambda said: (said[0].known, said[0].order)))


def _facts(keys: Sequence[str], prediction: str, lake: ObjectStore) -> Iterator[Fact]:
    for key in keys:
        for line in _lines(lake.get(key)) if may_speak_of(key, prediction) else ():
            if prediction in line:
                fact = from_record(Fact, json.loads(line))
                if fact.prediction_id == prediction:
                    yield fact


def _said_by(fact: Fact, joined: bool) -> Said:
    token = fact.by if fact.source == "feedback" else None
    return Said(fact.source, moment_at(fact.known), fact.label, fact.rating, token, joined)


def _logged(prediction: str, models: Iterable[str], lake: ObjectStore) -> LoggedPrediction:
    """Of the files that can hold it, which its moment names, few ones, or its hour."""
    at, of_an_hour = moment_of(prediction), is_of_an_hour(prediction)
    files = log_files_of_hour if of_an_hour else log_files_of_minute
    for model in sorted(models):
        for key in lake.keys(files(model, at)):
            for line in _lines(lake.get(key)) if of_an_hour or may_hold(key, at) else ():
                if prediction in line and (line_record := json.loads(line))["prediction_id"] == prediction:
                    return from_record(LoggedPrediction, line_record)
    raise NotFound(
        f"The prediction log has no prediction {prediction}.",
        "It takes some seconds to arrive: try again. If it stays away, check the id.",
        "prediction",
    )


def _lines(content: bytes) -> Iterator[str]:
    yield from gzip.decompress(content).decode().splitlines()


def _lineage(line: LoggedPrediction, catalog: Catalog) -> Lineage:
    version = if_known(lambda: catalog.version(line.model, line.version))
    origin = origin_of(version, catalog=catalog) if version else Origin(None, None, ())
    published = None if line.function_version else catalog.published(line.model, line.version)
    return Lineage(
        line.function_version or (published.function_version if published else None),
        _release(line, catalog),
        version,
        origin.run,
        origin.training_set,
        origin.datasets,
    )


def _release(line: LoggedPrediction, catalog: Catalog) -> Release | None:
    before = [
        release
        for release in catalog.releases(line.model)
        if (release.version, release.status) == (line.version, "live") and release.at <= line.at
    ]
    return before[-1] if before else None


def _replay(line: LoggedPrediction, function_version: str | None, correlation: str, endpoint: Endpoint) -> Replay:
    if line.score is None or function_version is None:
        return Replay(False, None, "The log has no score, or nobody knows the function version that gave it.")
    try:
        (score,) = endpoint.replay(line.model, function_version, [line.features], correlation)
    except Unavailable as error:
        return Replay(False, None, error.message)
    # As text, for 0.0 and -0.0 are equal numbers and other bits; JSON text has every other bit of a float.
    return Replay(json.dumps(score) == json.dumps(line.score), score)
