"""What every field of a charter changes. A field that is not here is refused, and one that changes nothing is not here.

`*` stands for a name the user chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from serin.domain.people import ROLES


@dataclass(frozen=True)
class Effect:
    """What a field changes, and the file that makes it so.

    A `resource` changes what is deployed or stored, a `gate` what is let through, an `alarm` when people are woken, a
    `record` what they are told.
    """

    kind: Literal["resource", "gate", "alarm", "record"]
    changes: str
    where: str


_CHECKS = "layers/core/python/serin/files/charter_checks.py"
_SCHEMA = "layers/core/python/serin/files/charter_schema.py"
_FEATURES = "layers/core/python/serin/domain/features.py"
_JUDGEMENT = "layers/core/python/serin/domain/judgement"
_GATE, _CHAMPION, _BOUNDS = f"{_JUDGEMENT}/gate.py", f"{_JUDGEMENT}/champion.py", f"{_JUDGEMENT}/bounds.py"
_RELEASE, _POLICY = f"{_JUDGEMENT}/release.py", f"{_JUDGEMENT}/release_policy.py"
_LOOKS, _GUARDRAILS = f"{_JUDGEMENT}/looks.py", f"{_JUDGEMENT}/guardrails.py"
_CAUSES, _DECIDE = f"{_JUDGEMENT}/retraining/causes.py", f"{_JUDGEMENT}/retraining/decide.py"
_ALARMS = "infra/constructs/endpoint_alarms.py"
_SLICES, _VALUE = f"{_JUDGEMENT}/slices.py", f"{_JUDGEMENT}/value.py"
_DECISIONS = "layers/core/python/serin/measures/decisions.py"
_EXPLAINABILITY = "layers/core/python/serin/domain/explainability.py"
_SEARCHING = "layers/core/python/serin/domain/searching.py"
_JOINS = "layers/core/python/serin/data/features/joins.py"
_WINDOWS = "layers/core/python/serin/data/features/windows.py"
_REQUESTS = "layers/core/python/serin/domain/fields.py"
_BUILD_FEATURES = "layers/core/python/serin/services/build_features.py"
_TRAINING_SET = "layers/core/python/serin/services/build_training_set.py"
_TRUTH, _DAY_OF_TRUTH = "layers/core/python/serin/domain/truth.py", "layers/core/python/serin/data/looks/truth.py"
_WATCHING = f"{_JUDGEMENT}/watching"
_ANSWER = "layers/core/python/serin/services/answer_approval.py"
_ASKING = "layers/core/python/serin/services/release/asking.py"
_ASK_TRAINING = "layers/core/python/serin/services/ask_training.py"
_CARD = "layers/core/python/serin/services/show_card.py"
_KEY_FIGURE = "layers/core/python/serin/services/show_key_figure.py"
_DESIGN = "layers/core/python/serin/files/design_checks.py"
_BUDGET = "infra/constructs/budget.py"
_QUOTAS = "infra/quotas.py"
_JOBS = "layers/core/python/serin/domain/training_jobs.py"
_TRAINING_STACK = "infra/stacks/training.py"

EFFECTS: Mapping[str, Effect] = {
    "charter": Effect("gate", "A charter of another format is refused.", _SCHEMA),
    "model": Effect("resource", "Names the endpoint, its functions and all that is kept.", "infra/stacks/endpoint.py"),
    "access": Effect(
        "resource",
        "Whether predict's route asks for a token or for a SigV4 signature that IAM allows.",
        "infra/stacks/endpoint.py",
    ),
    "positive": Effect(
        "gate",
        "The class whose probability is given, and that metrics and value mean.",
        "layers/core/python/serin/domain/classes.py",
    ),
    "task": Effect("gate", "Which metrics there are, and the default pipeline.", _CHECKS),
    "design.problem": Effect(
        "record", "What GET /models says the model is for.", "layers/core/python/serin/http/models.py"
    ),
    "design.intended_use.for": Effect("record", "What the model card says the model is for.", _CARD),
    "design.intended_use.not_for": Effect("record", "What the card says it must not be used for.", _CARD),
    "design.users": Effect("record", "Whom the model card names as those who ask the model.", _CARD),
    "design.risk": Effect("gate", "Whether people must agree before a version goes live; the card says it.", _DESIGN),
    "design.compliance.region": Effect(
        "gate", "A deploy to another region is refused by CloudFormation.", "infra/constructs/region.py"
    ),
    "design.compliance.retention": Effect(
        "resource",
        "After how long S3 deletes predictions, calls, truth and uploaded files; the log of calls ends no later.",
        "infra/retention.py",
    ),
    "design.compliance.personal_data.*": Effect(
        "gate",
        "Nothing of the column is kept, or a digest of each value, from the moment a file is read.",
        "layers/core/python/serin/data/contract/protected.py",
    ),
    "design.budget.usd_per_month": Effect(
        "alarm",
        "AWS Budgets tells people at 80 % of it, and when the month will cost more; a training set made in pieces "
        "for more is not begun.",
        _BUDGET,
    ),
    "design.budget.requests_per_second": Effect(
        "resource", "The API lets a route have as many as its busiest model is for, and answers 429 above.", _QUOTAS
    ),
    "design.value.unit": Effect("record", "What verdicts and viability tell value in.", _VALUE),
    "design.value.matrix.tp": Effect("gate", "What acting on a positive brings.", _DECISIONS),
    "design.value.matrix.fp": Effect("gate", "What acting on a negative brings.", _DECISIONS),
    "design.value.matrix.fn": Effect("gate", "What leaving a positive alone brings.", _DECISIONS),
    "design.value.matrix.tn": Effect("gate", "What leaving a negative alone brings.", _DECISIONS),
    "design.value.minimum_per_1000": Effect("gate", "A first model of less value is not registered.", _VALUE),
    "design.requirements.latency_p95_ms": Effect(
        "alarm", "A p95 above it raises the alarm `latency`; a release counts calls above it as slow.", _ALARMS
    ),
    "design.requirements.error_rate": Effect("alarm", "The share of failures that raises the alarm `errors`.", _ALARMS),
    "design.requirements.explainability": Effect(
        "gate", "A model whose scores cannot be explained so, in time, is not registered.", _EXPLAINABILITY
    ),
    "design.requirements.metrics.*": Effect("gate", "A model below the floor is not registered.", _GATE),
    "design.requirements.slices.*.metric": Effect("gate", "By which metric no value may be worse.", _SLICES),
    "design.requirements.slices.*.margin": Effect(
        "gate", "A model that is worse by more, where the input has one value, is not registered.", _SLICES
    ),
    "design.budget.trainings_per_month": Effect("gate", "How many trainings 30 days may have.", _DECIDE),
    "datasets.*.contract": Effect("gate", "The rules an uploaded row passes or goes to quarantine by.", _CHECKS),
    "datasets.*.derive.call": Effect("resource", "The function that adds columns to the dataset.", _JOINS),
    "datasets.*.derive.with": Effect("resource", "The datasets that function is handed to look things up in.", _JOINS),
    "datasets.*.source.from": Effect(
        "resource", "The bucket and prefix whose new objects are copied in.", "infra/stacks/lake_sources.py"
    ),
    "datasets.*.source.every": Effect(
        "resource", "How often new objects are looked for.", "infra/stacks/lake_sources.py"
    ),
    "inputs.*.type": Effect("gate", "A request with a value of another type is refused.", _REQUESTS),
    "inputs.*.nullable": Effect("gate", "Whether a request may leave the value out.", _REQUESTS),
    "inputs.*.min": Effect("gate", "A request with a lesser value is refused.", _REQUESTS),
    "inputs.*.max": Effect("gate", "A request with a greater value is refused.", _REQUESTS),
    "features.moment": Effect("resource", "Up to when a training row may know things.", _JOINS),
    "features.entities.*": Effect("resource", "The inputs that find an entity's values.", _BUILD_FEATURES),
    "features.views.*.entity": Effect("resource", "Whose values the view keeps.", _BUILD_FEATURES),
    "features.views.*.source": Effect("resource", "The dataset the view is built from.", _BUILD_FEATURES),
    "features.views.*.last": Effect("resource", "Which values the view keeps.", _FEATURES),
    "features.views.*.windows.*.of": Effect("resource", "Which column of the events is counted.", _WINDOWS),
    "features.views.*.windows.*.do": Effect("resource", "What the events of the window add up to.", _WINDOWS),
    "features.views.*.windows.*.over": Effect("resource", "How far back events count.", _WINDOWS),
    "features.views.*.event_time": Effect("resource", "Which of an entity's rows is the newest.", _BUILD_FEATURES),
    "features.views.*.created_time": Effect(
        "gate", "A training row does not see values that became known after its moment.", _JOINS
    ),
    "features.views.*.ttl": Effect("gate", "Older values count as missing.", _FEATURES),
    "features.views.*.static": Effect("resource", "Whether the values have a time.", _FEATURES),
    "features.on_demand.*": Effect(
        "resource", "The function that computes the column.", "layers/core/python/serin/serving/on_demand.py"
    ),
    "features.defaults.*": Effect(
        "resource", "What stands for a missing value.", "layers/core/python/serin/serving/features.py"
    ),
    "features.model_uses": Effect("resource", "The columns of the model's table, in order.", _FEATURES),
    "truth.dataset": Effect("resource", "The dataset training rows come from.", _JOINS),
    "truth.entity": Effect(
        "gate",
        "Views of this entity may hold nothing that is known only afterwards.",
        "layers/core/python/serin/files/leakage_checks.py",
    ),
    "truth.label": Effect("resource", "The column that is learnt.", _JOINS),
    "truth.created_time": Effect(
        "gate",
        "When a label counts as known: truth about a release's shadow is what came after the question.",
        "layers/core/python/serin/data/features/truth.py",
    ),
    "truth.watermark": Effect("gate", "How long a window's truth may arrive before it is judged.", _TRUTH),
    "truth.feedback": Effect(
        "gate", "Whether callers may say what was right.", "layers/core/python/serin/services/give_feedback.py"
    ),
    "truth.conflict": Effect("gate", "Which of several callers' labels counts.", _DAY_OF_TRUTH),
    "truth.token_share": Effect("gate", "From which share of a day's truth on a token does not count.", _DAY_OF_TRUTH),
    "training.start_on.features": Effect(
        "resource", "The dataset whose features start the first training.", _TRAINING_STACK
    ),
    "training.pipeline": Effect(
        "resource", "The code that makes the model.", "layers/core/python/serin/learning/pipelines.py"
    ),
    "training.measure_views": Effect(
        "resource",
        "Whether a version is fitted again without each of its views, for its card.",
        "infra/stacks/training_states.py",
    ),
    "training.job.largest": Effect("resource", "The largest machine that a step may be fitted on.", _JOBS),
    "training.job.max_runtime": Effect("resource", "How long a step may take on it.", _JOBS),
    "training.job.spot": Effect("resource", "Whether it may be a machine that AWS can take back.", _JOBS),
    "training.job.shards": Effect(
        "resource", "In how many shards rows may be fitted that it has no room for; 1: they are refused.", _JOBS
    ),
    "training.job.always": Effect("resource", "Whether what a function has room for goes there, too.", _JOBS),
    "training.window": Effect("resource", "How far back training rows go.", _JOINS),
    "training.holdout": Effect(
        "gate", "Rows that judge and are not learnt from: the newest, or random.", _TRAINING_SET
    ),
    "training.minimum_rows": Effect("gate", "With fewer rows no training begins.", _TRAINING_SET),
    "training.search.method": Effect(
        "resource", "How trials are chosen, and from how many days each learns.", _SEARCHING
    ),
    "training.search.trials": Effect("resource", "How many trials are made at most.", _SEARCHING),
    "training.search.concurrency": Effect("resource", "How many trials run at once.", _TRAINING_STACK),
    "training.search.optimise": Effect("gate", "The metric that picks the best trial.", _SEARCHING),
    "training.search.space.*": Effect("resource", "The values of a hyperparameter that are tried.", _SEARCHING),
    "training.gate.metric": Effect("gate", "The proper score a challenger must win by.", _GATE),
    "training.gate.alpha": Effect(
        "gate", "How often an equal may get in by luck; of what the calendar trains, in a year.", _BOUNDS
    ),
    "training.gate.block": Effect(
        "gate", "What counts as one observation.", "layers/core/python/serin/measures/blocks.py"
    ),
    "training.gate.minimum_gain": Effect("gate", "A gain of no more than this is no gain.", _CHAMPION),
    "release.margins.value_per_1000": Effect(
        "gate", "How much value a version may seem to lose, at the gate and in its release.", _VALUE
    ),
    "release.golden": Effect(
        "gate",
        "The requests a version must answer before it goes live.",
        "layers/core/python/serin/services/release/publish.py",
    ),
    "release.strategy": Effect("gate", "Whether shadow or traffic must show that a version is no worse.", _LOOKS),
    "release.alpha": Effect("gate", "How often an equal is rolled back, or one at the margin let in.", _RELEASE),
    "release.shadow.pairs": Effect("gate", "How many logged requests the candidate is asked first.", _LOOKS),
    "release.shadow.deadline": Effect("gate", "How long that may take.", _POLICY),
    "release.canary.steps": Effect("resource", "The candidate's shares of the traffic, in percent.", _POLICY),
    "release.canary.deadline": Effect("gate", "How long the steps may take together.", _LOOKS),
    "release.canary.low_traffic.below_per_hour": Effect("resource", "From how few calls on other steps go.", _POLICY),
    "release.canary.low_traffic.steps": Effect("resource", "The shares where calls are few.", _POLICY),
    "release.margins.error_rate": Effect("gate", "Which share of the candidate's calls may fail.", _LOOKS),
    "release.margins.over_latency": Effect("gate", "How many more slow calls it may have than before.", _GUARDRAILS),
    "release.margins.disagreement": Effect("gate", "How many answers may change.", _GUARDRAILS),
    "release.inconclusive": Effect("gate", "What becomes of a release that nothing decides.", _LOOKS),
    "release.bake": Effect("gate", "How long a new version is watched on after it took over.", _POLICY),
    "retraining.every": Effect("gate", "How long after a training the next is due.", _CAUSES),
    "retraining.new_rows": Effect("gate", "How many labelled rows make a training due.", _CAUSES),
    "retraining.on_performance": Effect("gate", "What a loss that truth shows leads to.", _CAUSES),
    "retraining.on_data_drift": Effect("gate", "What inputs that moved lead to.", _CAUSES),
    "retraining.cooldown": Effect("gate", "How long no training begins after another.", _DECIDE),
    **{f"people.{role}.who": Effect("gate", f"Whose tokens answer as {role}.", _ANSWER) for role in ROLES},
    **{
        f"people.{role}.key_metric": Effect(
            "record", f"What the console shows {role} first, and their card names.", _KEY_FIGURE
        )
        for role in ROLES
    },
    "people.four_eyes": Effect("gate", "Whether who asked for something may not be who approves it.", _ANSWER),
    "people.approvals.first_release": Effect("gate", "Which roles must agree before a first release.", _ASKING),
    "people.approvals.release": Effect("gate", "Which roles must agree before any later release.", _ASKING),
    "people.approvals.training": Effect("gate", "Which roles must agree before trials are paid for.", _ASK_TRAINING),
    "maturity.target.google": Effect(
        "record",
        "From which of Google's levels on `serin maturity` says that more buys nothing.",
        "layers/core/python/serin/domain/maturity.py",
    ),
    "monitoring.traced": Effect(
        "resource", "Whether its functions and workflows send traces to X-Ray.", "infra/constructs/stack.py"
    ),
    "monitoring.every": Effect("resource", "How often the model is looked at.", "infra/stacks/watch.py"),
    "monitoring.window": Effect(
        "gate", "How many days are judged together.", "layers/core/python/serin/domain/watched.py"
    ),
    "monitoring.minimum_rows": Effect("gate", "With fewer rows a window says nothing.", f"{_WATCHING}/drift.py"),
    "monitoring.false_alarms_per_year": Effect("gate", "How unusual a window must be.", f"{_WATCHING}/policy.py"),
    "monitoring.slices": Effect(
        "gate",
        "The columns whose values are judged one by one too.",
        "layers/core/python/serin/data/watching/learnt.py",
    ),
}

UNSET: Mapping[str, str] = {
    "positive": "needed unless the classes are false and true, or 0 and 1",
    "design.users": "the card names nobody",
    "design.risk": "the card says that nobody has rated it",
    "design.intended_use": "the model card says that nobody has told what the model is for",
    "design.value": "value is neither judged nor told",
    "design.requirements.metrics": "no floor",
    "design.requirements.slices": "no slice is judged by itself",
    "datasets.*.derive": "no column is added",
    "datasets.*.source": "people and systems upload its files",
    "inputs.*.min": "no least value",
    "inputs.*.max": "no greatest value",
    "features.views": "nothing is looked up",
    "features.on_demand": "nothing is computed from the request",
    "features.defaults": "a missing value is null",
    "truth.created_time": "a label is known when its row is accepted",
    "training.pipeline": "the default pipeline of the task",
    "training.job": "what a function has no room for is refused",
    "training.search.space": "one trial, with what the pipeline has by itself",
    "training.gate.metric": "the task's proper score: log_loss, or rmse",
    "retraining.every": "no training is due by time alone",
    "retraining.new_rows": "no training is due by new rows alone",
    "retraining.cooldown": "as long as holdout and watermark together",
    "design.compliance.region": "any region",
    "design.compliance.retention": "nothing is deleted",
    "design.compliance.personal_data": "all columns are kept as they are",
    "design.budget.usd_per_month": "nobody is told what it costs",
    "design.budget.requests_per_second": "as many as the stage lets in",
    "people": "nobody has the role",
    "maturity": "the next step is told, however far the model is",
}
"""What holds where a field is left out and no value stands for it: of a field, or of all fields below one."""


def unset(field: str) -> str:
    """What holds without the field; KeyError where nobody has said it."""
    parts = field.split(".")
    for end in range(len(parts), 0, -1):
        if said := UNSET.get(".".join(parts[:end])):
            return said
    raise KeyError(field)
