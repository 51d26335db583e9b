"""The charter of a draft: what the rows say is written, what only people know is asked."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.judgement.looks import needed_requests
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.plain_numbers import how_many
from serin.files.durations import written
from serin_cli.drafting.columns import required
from serin_cli.drafting.draft import Draft
from serin_cli.drafting.words import scalar_word, word

_OPTIMISE = {"binary": "log_loss", "multiclass": "log_loss", "regression": "rmse"}
_BASELINE = {
    "binary": "guessing reaches 0.5",
    "multiclass": "always naming the commonest class reaches {:.3f}",
    "regression": "always answering the mean reaches {:.4g}",
}


def charter_text(draft: Draft) -> str:
    """`model.yaml`; what only people know is a question in `<…?>`, and refused until it is answered."""
    return "\n".join([*_purpose(draft), *_data(draft), *_training(draft)]) + "\n"


def _purpose(draft: Draft) -> Iterator[str]:
    yield f"# The charter of {draft.model}, drafted by `serin init`: refused until the questions in <…?> are answered."
    yield "# models/flight-delay/model.yaml explains every line and shows what else there is: views, code, a pipeline."
    yield "charter: 1"
    yield f"model: {draft.model}"
    yield f"task: {draft.task}"
    if draft.positive:
        yield f"positive: {scalar_word(draft.positive.value)}   # {draft.positive.why}"
    yield ""
    yield "design:"
    yield "  problem: <what is asked - by whom - and what do they do with the answer?>"
    yield "  requirements:"
    yield "    # A model below this floor is not registered. On the labels of this file,"
    yield f"    # {_BASELINE[draft.task].format(draft.baseline)}; say what is good enough to be of use."
    yield "    metrics:"
    yield f"      {draft.metric}: <from which {draft.metric} on is a model of use?>"
    yield ""


def _data(draft: Draft) -> Iterator[str]:
    name = draft.dataset
    is_moment = draft.time is not None and draft.time.is_moment
    derive = "" if is_moment else ', derive: {call: "features:with_moments"}'
    yield "datasets:"
    yield f"  {name}: {{contract: contracts/{name}.yaml{derive}}}"
    yield ""
    yield "# What somebody who asks knows. Remove what is known only afterwards: a model must not learn from it."
    for column, reason in draft.left_out.items():
        yield f"# Left out: {column}, {reason}."
    yield "inputs:"
    for item in draft.inputs:
        nullable = "" if required(item) else ", nullable: true"
        doubt = f"   # {draft.suspects[item.name]}: known only afterwards?" if item.name in draft.suspects else ""
        yield f"  {word(item.name)}: {{type: {item.type}{nullable}}}{doubt}"
    yield ""
    yield "features:"
    if draft.time is None:
        yield "  # No time in the data: the order in which rows arrive stands for it (features.py)."
    yield f"  moment: {draft.moment}"
    keys = [draft.entity.name] if draft.entity else [item.name for item in draft.inputs]
    entity = draft.entity.name.removesuffix("_id") if draft.entity else "case"
    if draft.entity is None:
        yield "  # Nothing names what a question is about, so its own values do."
    yield f"  entities: {{{word(entity)}: [{', '.join(map(word, keys))}]}}"
    yield f"  model_uses: [{', '.join(word(item.name) for item in draft.uses)}]"
    yield ""
    yield f"truth: {{dataset: {name}, entity: {word(entity)}, label: {word(draft.label.name)}}}"
    yield ""


def _training(draft: Draft) -> Iterator[str]:
    spans = draft.spans
    yield "training:"
    yield f"  start_on: {{features: {draft.dataset}}}   # the first training starts by itself"
    yield f"  window: {spans.window}   # the newest labelled rows that are used"
    if draft.time is None:
        chosen = f"{how_many(spans.judges, 'row')} of this file, by chance" if spans.judges else "all rows in turn"
        yield f"  holdout: random   # there is no time: {chosen} judge what learnt from the others"
    else:
        yield f"  holdout: {spans.holdout}   # the newest of these judge: {spans.judges:,} rows here, at least 200"
    yield f"  minimum_rows: {spans.minimum_rows}   # to learn from; this file has {spans.learns:,}"
    block = "entity" if draft.time is None and draft.entity else spans.block
    yield f"  gate: {{block: {block}}}   # one observation is a day, an entity or a row"
    yield "  search:"
    yield "    method: grid"
    yield "    trials: 4"
    yield "    concurrency: 2"
    yield f"    optimise: {_OPTIMISE[draft.task]}"
    yield "    space: {max_leaf_nodes: [4, 15], learning_rate: [0.05, 0.1]}"
    yield ""
    yield "release:"
    yield "  golden: golden.json   # rows of the file, each with a wide band: narrow it where you know better"
    policy = ReleasePolicy()
    canary, low = policy.canary, policy.canary.low_traffic
    few, many = (needed_requests(steps, policy) for steps in (low.steps, canary.steps))
    yield "  # basic: golden rows, then all traffic. canary: a new version is first compared with the live one, on"
    yield f"  # logged requests and on a growing share of callers; that takes {how_many(many, 'request')} within"
    yield f"  # {written(canary.deadline)}, {few:,} where fewer than {low.below_per_hour} come in an hour."
    yield "  strategy: basic"
