"""What must hold between the sections of a charter, and between it and the files it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from serin.domain.metrics import METRICS_OF_TASK
from serin.domain.profiles import FOLDER as PROFILES
from serin.domain.training_jobs import LONGEST_JOB
from serin.files.design_checks import DESIGN_CHECKS
from serin.files.faults import FieldPath, Finding
from serin.files.feature_checks import FEATURE_CHECKS
from serin.files.gate_checks import GATE_CHECKS
from serin.files.leakage_checks import LEAKAGE_CHECKS
from serin.files.monitoring_checks import MONITORING_CHECKS
from serin.files.people_checks import PEOPLE_CHECKS
from serin.files.personal_checks import PERSONAL_CHECKS
from serin.files.positive_checks import POSITIVE_CHECKS
from serin.files.release_checks import RELEASE_CHECKS
from serin.files.retraining_checks import RETRAINING_CHECKS
from serin.files.subjects import Check, Subject, check

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "roc_auc": (0.0, 1.0),
    "accuracy": (0.0, 1.0),
    "brier": (0.0, 1.0),
    "log_loss": (0.0, float("inf")),
    "rmse": (0.0, float("inf")),
    "mae": (0.0, float("inf")),
    "r2": (float("-inf"), 1.0),
}


@check("model")
def _folder(subject: Subject) -> Iterator[Finding]:
    name = subject.charter.model
    if name != subject.folder.name:
        found = f"{name!r} in a folder named {subject.folder.name!r}"
        yield Finding(("model",), found, "Give the folder and the model one name.")
    if name == PROFILES:
        yield Finding(("model",), f"{name!r}, the folder in which all models' profiles lie", "Choose another name.")


@check("task", "design")
def _floors(subject: Subject) -> Iterator[Finding]:
    task = subject.charter.task
    for metric, floor in subject.charter.design.requirements.metrics.items():
        path: FieldPath = ("design", "requirements", "metrics", metric)
        if metric not in METRICS_OF_TASK[task]:
            yield Finding(path, f"no metric of a {task} task", _one_of(METRICS_OF_TASK[task]))
            continue
        low, high = _BOUNDS[metric]
        if not low <= floor <= high:
            yield Finding(path, f"{floor:g}, which no model can have", f"Values lie between {low:g} and {high:g}.")


@check("task", "training")
def _optimise(subject: Subject) -> Iterator[Finding]:
    metric, task = subject.charter.training.search.optimise, subject.charter.task
    if metric not in METRICS_OF_TASK[task]:
        path = ("training", "search", "optimise")
        yield Finding(path, f"{metric!r}, no metric of a {task} task", _one_of(METRICS_OF_TASK[task]))


@check("training")
def _spans(subject: Subject) -> Iterator[Finding]:
    training = subject.charter.training
    if training.holdout is not None and training.holdout >= training.window:
        remedy = "Withhold less than the window, so that rows remain to learn from."
        yield Finding(("training", "holdout"), "a holdout as long as the window or longer", remedy)


@check("training")
def _job(subject: Subject) -> Iterator[Finding]:
    job = subject.charter.training.job
    if job is not None and job.max_runtime > LONGEST_JOB:
        yield Finding(("training", "job", "max_runtime"), "longer than SageMaker lets a job run", "Allow 5d at most.")


@check("training")
def _halving(subject: Subject) -> Iterator[Finding]:
    training = subject.charter.training
    if training.search.method == "halving" and training.holdout is None:
        remedy = "Its trials learn from more and more of the newest days; where there is no time, use grid or random."
        yield Finding(("training", "search", "method"), "halving of rows that have no time", remedy)


@check("training", "datasets")
def _start(subject: Subject) -> Iterator[Finding]:
    name = subject.charter.training.start_on.features
    if name not in subject.charter.datasets:
        path = ("training", "start_on", "features")
        yield Finding(path, f"{name!r}, which is not a dataset", _one_of(subject.charter.datasets))


@check("inputs")
def _input_bounds(subject: Subject) -> Iterator[Finding]:
    for name, item in subject.inputs().items():
        for bound in ("min", "max"):
            if getattr(item, bound) is not None and item.type not in ("integer", "number"):
                remedy = "Only integers and numbers have bounds; remove the line."
                yield Finding(("inputs", name, bound), f"a bound of a {item.type}", remedy)
        if item.min is not None and item.max is not None and item.min > item.max:
            yield Finding(("inputs", name, "min"), f"{item.min:g}, above max {item.max:g}", "Swap the two.")


@check("datasets")
def _derivations(subject: Subject) -> Iterator[Finding]:
    datasets = subject.charter.datasets
    for name, dataset in datasets.items():
        if dataset.derive is None:
            continue
        path: FieldPath = ("datasets", name, "derive")
        for index, other in enumerate(dataset.derive.with_):
            at = (*path, "with", index)
            if other not in datasets or other == name:
                remedy = _one_of([item for item in datasets if item != name])
                yield Finding(at, f"{other!r}, which is not another dataset", remedy)
            elif datasets[other].derive:
                yield Finding(at, f"{other!r}, which derives columns itself", "Look things up in plain datasets.")
        function = subject.function(dataset.derive.call)
        wanted = 1 + len(dataset.derive.with_)
        if function and (len(function.arguments) != wanted or not function.plain):
            found = f"{function.name}({', '.join(function.arguments)}) on line {function.line} of its module"
            yield Finding((*path, "call"), found, f"It is called with {wanted} tables: {name} and those in `with`.")


@check("datasets", "features", "truth")
def _truth(subject: Subject) -> Iterator[Finding]:
    truth, features = subject.charter.truth, subject.charter.features
    if truth.entity not in features.entities:
        found = f"{truth.entity!r}, which is not an entity"
        yield Finding(("truth", "entity"), found, _one_of(features.entities))
    if truth.dataset not in subject.charter.datasets:
        found = f"{truth.dataset!r}, which is not a dataset"
        yield Finding(("truth", "dataset"), found, _one_of(subject.charter.datasets))
        return
    created: Mapping[FieldPath, str] = {("truth", "created_time"): truth.created_time} if truth.created_time else {}
    label: Mapping[FieldPath, str] = {("truth", "label"): truth.label}
    places = {**label, ("features", "moment"): features.moment[0], **created}
    for path, column in places.items():
        if not subject.has_column(truth.dataset, column):
            found = f"{column!r}, which {truth.dataset} neither has nor derives"
            yield Finding(path, found, "Name a column of its contract, or one that its derivation adds.")
    moments: Mapping[FieldPath, str] = {("features", "moment"): features.moment[0], **created}
    for path, name in moments.items():
        time = subject.column(truth.dataset, name)
        if time and time.type != "timestamp":
            yield Finding(path, f"{time.name!r}, a column of type {time.type}", "Name a timestamp.")


def _one_of(names: Iterable[str]) -> str:
    known = ", ".join(sorted(names))
    return f"One of: {known}." if known else "There is none to name yet."


CHECKS: tuple[Check, ...] = (
    _folder,
    _floors,
    _optimise,
    _spans,
    _halving,
    _start,
    _input_bounds,
    _derivations,
    _truth,
    *FEATURE_CHECKS,
    *PEOPLE_CHECKS,
    *DESIGN_CHECKS,
    *PERSONAL_CHECKS,
    *LEAKAGE_CHECKS,
    *GATE_CHECKS,
    *POSITIVE_CHECKS,
    *RELEASE_CHECKS,
    *RETRAINING_CHECKS,
    *MONITORING_CHECKS,
)
