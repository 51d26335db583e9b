"""The model card as Amazon SageMaker's Model Card JSON, the `Content` of its CreateModelCard.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html; texts are cut to what its schema allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serin.domain.card import Card, CardMetric
from serin.domain.compliance import Risk
from serin.domain.judgement.value import values_of
from serin.domain.measurements import Estimate
from serin.domain.metrics import BROUGHT, GREATER_IS_BETTER, VALUE
from serin.domain.plain_numbers import how_many

LONG, SHORT, NAME, AXIS = 2048, 1024, 63, 63
"""Characters a text, a note, a group's name and an axis' name may have."""
_FACETS = {"log_loss": "Loss", "brier": "Loss", "accuracy": "Accuracy", "roc_auc": "AUC", "rmse": "RMSE", "mae": "MAE"}
_RISKS: Mapping[Risk, str] = {"minimal": "Low", "limited": "Medium", "high": "High"}
_MOST_DATASETS, _MOST_METRICS = 15, 50
Json = dict[str, Any]


def sagemaker_card(card: Card) -> Json:
    """The card in SageMaker's words; what is not known is left out, and named among the caveats."""
    content: Json = {
        "model_overview": _overview(card),
        "intended_uses": _intended_uses(card),
        "business_details": {"business_problem": _cut(card.design.problem, LONG)},
        "training_details": _training(card),
        "evaluation_details": [_evaluation(card)],
        "additional_information": _additional(card),
    }
    if not content["intended_uses"]:
        del content["intended_uses"]
    return content


def _overview(card: Card) -> Json:
    return {
        "model_id": f"{card.model}/{card.version}",
        "model_name": card.model,
        "model_version": card.version,
        "model_description": _cut(card.design.problem, SHORT),
        "problem_type": card.design.task,
        "model_artifact": [_cut(one.key, SHORT) for one in (card.origins.estimator, card.origins.layer)],
    }


def _intended_uses(card: Card) -> Json:
    design = card.design
    if design.intended_for is None:
        return {}
    refused = f" Not for: {'; '.join(design.not_for)}." if design.not_for else ""
    return {
        "purpose_of_model": _cut(design.problem, LONG),
        "intended_uses": _cut(f"{design.intended_for}{refused}", LONG),
        "risk_rating": _RISKS[design.risk] if design.risk else "Unknown",
        "explanations_for_risk_rating": f"The charter rates it {design.risk}."
        if design.risk
        else "The charter does not rate the risk.",
    }


def _training(card: Card) -> Json:
    metric = card.design.gate_metric
    details: Json = {
        "training_datasets": [_cut(f"{one.dataset}@{one.digest}", SHORT) for one in card.sources][:_MOST_DATASETS],
        "user_provided_hyper_parameters": [
            {"name": _cut(name, 255), "value": _cut(str(value), 255)} for name, value in card.params.items()
        ],
    }
    goal = "Maximize" if GREATER_IS_BETTER.get(metric) else "Minimize"
    objective: Json = {"function": {"function": goal, **({"facet": _FACETS[metric]} if metric in _FACETS else {})}}
    objective["notes"] = f"Judged by {metric}, one observation a {card.design.block}."
    told = f"The best of {how_many(card.trials, 'trial')}." if card.trials else "The run is not in the catalog."
    if card.data is not None:
        told += f" {card.data.learnt:,} of {how_many(card.data.rows, 'row')} were learnt from before it was judged."
    return {"objective_function": objective, "training_observations": told, "training_job_details": details}


def _evaluation(card: Card) -> Json:
    groups = [
        {"name": "Quality", "metric_data": [_metric(metric) for metric in card.metrics if metric.name != VALUE]},
        {"name": "Value", "metric_data": list(_value(card))},
        *_slices(card),
        {"name": "Calibration", "metric_data": list(_calibration(card))},
        {"name": "What it relies on", "metric_data": list(_relies_on(card))},
        {"name": "Feature views", "metric_data": list(_views(card))},
    ]
    metadata = {"outcome": card.verdict.outcome, "run": card.origins.run, "block": card.design.block}
    if card.champion_version is not None:
        metadata["champion_version"] = str(card.champion_version)
    return {
        "name": "The gate",
        "evaluation_observation": _cut(card.verdict.sentence, LONG),
        "datasets": [_cut(card.data.training_set, SHORT)] if card.data else [],
        "metadata": metadata,
        "metric_groups": [group for group in groups if group["metric_data"]],
    }


def _metric(metric: CardMetric) -> Json:
    before = f"; {metric.champion:.6g} the version before" if metric.champion is not None else ""
    floor = f"; at least {metric.floor:g} is asked" if metric.floor is not None else ""
    return _number(metric.name, metric.estimate, f"{before}{floor}")


def _number(name: str, estimate: Estimate, more: str = "") -> Json:
    interval = "no interval" if estimate.low is None else f"95 % interval {estimate.low:.6g} to {estimate.high:.6g}"
    note = f"{interval}, from {how_many(estimate.rows, 'row')} in {how_many(estimate.blocks, 'block')}{more}"
    return {"name": _cut(name, 255), "type": "number", "value": estimate.value, "notes": _cut(note, SHORT)}


def _value(card: Card) -> Iterator[Json]:
    if card.value is not None:
        unit = f"; in {card.design.value.unit}" if card.design.value else ""
        acts = "" if card.threshold is None else f", acting from a score of {card.threshold:.6g}"
        yield _number(BROUGHT, card.value, f"{unit}{acts}")
    for one in values_of(card.verdict):
        bound = "no bound" if one.bound is None else f"bound on one side {one.bound:.6g}"
        note = f"{bound}; in {one.unit}, at the share of positives of all labelled rows"
        yield {"name": _cut(one.name, 255), "type": "number", "value": one.estimate, "notes": _cut(note, SHORT)}


def _slices(card: Card) -> Iterator[Json]:
    measured = card.slices
    for column in dict.fromkeys(one.column for one in measured):
        its = [one for one in measured if one.column == column][:_MOST_METRICS]
        data = [_number(f"{one.metric} where {column} is {one.value}", one.estimate) for one in its]
        yield {"name": _cut(f"By {column}", NAME), "metric_data": data}


def _calibration(card: Card) -> Iterator[Json]:
    bins = card.measured.calibration if card.measured else ()
    if bins:
        yield {
            "name": "what was said, and what was so",
            "type": "linear_graph",
            "value": [[part.score, part.truth.value] for part in bins],
            "x_axis_name": "said",
            "y_axis_name": "so",
        }


def _relies_on(card: Card) -> Iterator[Json]:
    gains = card.measured.features if card.measured else ()
    yield from _bars("loss once a feature's values are dealt anew", [(one.feature, one.loss.value) for one in gains])


def _views(card: Card) -> Iterator[Json]:
    views = card.measured.views if card.measured else ()
    yield from _bars("loss without the view", [(one.view, one.loss.value) for one in views])
    yield from _bars("CPU seconds it takes", [(one.view, one.cpu_s) for one in views])


def _bars(name: str, bars: Sequence[tuple[str, float]]) -> Iterator[Json]:
    if bars:
        yield {
            "name": name,
            "type": "bar_chart",
            "value": [value for _, value in bars],
            "x_axis_name": [_cut(label, AXIS) for label, _ in bars],
            "y_axis_name": _cut(name, AXIS),
        }


def _additional(card: Card) -> Json:
    caveats = [f"{one.part}: {one.why}." for one in card.missing]
    caveats += [f"Warning: {warning}" for warning in card.warnings]
    if card.withdrawn is not None:
        caveats.insert(0, f"Withdrawn: {card.withdrawn.why}")
    if not card.design.own:
        caveats.append("The charter has changed since this version was trained.")
    digests = {name: getattr(card.origins, name) for name in ("run", "code", "charter", "lock")}
    details: Json = {"custom_details": {**digests, "layer_sha256": card.origins.layer.sha256}}
    return {**details, "caveats_and_recommendations": _cut(" ".join(caveats), LONG)} if caveats else details


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
