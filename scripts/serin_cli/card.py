"""`serin card`: what a model version is for, what was measured of it, what it was made of, and what is not known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from rich.text import Text

from serin.domain.card import Card
from serin.domain.judgement.value import TWO_VALUES, values_of
from serin.domain.judgement.verdicts import Check
from serin.domain.measurements import Estimate
from serin.domain.metrics import BROUGHT
from serin.domain.records import from_record
from serin.domain.sagemaker_card import sagemaker_card
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model, OfVersion, Page, option
from serin_cli.lineage import live_version
from serin_cli.scorecards import page_file

Record = Mapping[str, Any]


def card(
    model: Model,
    /,
    *,
    version: OfVersion = None,
    page: Page = None,
    sagemaker: Annotated[
        str | None, option("[FILE]", "write the content of a SageMaker model card, as JSON, to this file")
    ] = None,
    as_json: Json = False,
) -> Any:
    """What a version is for, its figures, origins and limits; as a page."""
    with connected() as client:
        number = live_version(client, model) if version is None else version
        card_shown = client.get(f"/models/{model}/versions/{number}/card")
    if page is None and sagemaker is None:
        if as_json:
            return card_shown
        _print(from_record(Card, card_shown))
        return None
    from serin.pages.card import card_page
    from serin_cli.page_files import written

    shown, files = from_record(Card, card_shown), dict[str, str]()
    if page is not None:
        files |= written(card_page(shown), page_file(page, "card", model))
    if sagemaker is not None:
        file = page_file(sagemaker, "card", model)
        content = json.dumps(sagemaker_card(shown), indent=1)
        said = written(content, file if sagemaker else file.with_suffix(".json"))
        files["sagemaker"] = said["page"]
    return files


def _print(card: Card) -> None:
    out, design = story.out, card.design
    out.print(Text(f"{card.model} version {card.version}: {design.problem}"), soft_wrap=True)
    if design.intended_for is not None:
        refused = f" Not for {', '.join(design.not_for)}." if design.not_for else ""
        out.print(Text(f"For: {design.intended_for}{refused}"), soft_wrap=True)
    for line in _people(card):
        out.print(Text(line), soft_wrap=True)
    out.print(Text(card.verdict.sentence), soft_wrap=True)
    lines = list(_lines(card))
    if lines:
        story.show_table(lines, list(lines[0]))
    if card.value is not None and values_of(card.verdict):
        out.print(Text(TWO_VALUES), soft_wrap=True)
    for missing in card.missing:
        out.print(Text(f"Not known: {missing.part}, because {missing.why}. {missing.remedy}"), soft_wrap=True)
    for warning in card.warnings:
        out.print(Text(f"Warning: {warning}"), soft_wrap=True)


def _people(card: Card) -> Iterator[str]:
    design = card.design
    if design.users:
        yield f"Asked by: {', '.join(design.users)}."
    if design.risk is not None:
        yield f"Risk: {design.risk}."
    for one in design.people:
        first = f", who look first at {one.key_metric}" if one.key_metric else ""
        yield f"{one.role.replace('_', ' ')}: {', '.join(one.who)}{first}."


def _lines(card: Card) -> Iterator[dict[str, Any]]:
    for metric in card.metrics:
        yield _line(metric.name, metric.estimate, metric.champion)
    if card.value is not None:
        unit = card.design.value.unit if card.design.value else "the charter's unit"
        yield _line(f"{BROUGHT}, {unit}", card.value)
    yield from map(_gate_value, values_of(card.verdict))
    for one in card.slices:
        yield _line(f"{one.metric}, {one.column} {one.value}", one.estimate)
    for view in card.measured.views if card.measured else ():
        yield _line(f"{card.measured.metric if card.measured else ''} lost without {view.view}", view.loss)


def _gate_value(check: Check) -> dict[str, Any]:
    side = "" if check.bound is None else f"{check.bound:.4g} on one side"
    return {"what": f"{check.name}, {check.unit}", "measured": f"{check.estimate:.4g}", "95 % interval": side}


def _line(what: str, estimate: Estimate, before: float | None = None) -> dict[str, Any]:
    low, high = estimate.low, estimate.high
    return {
        "what": what,
        "measured": f"{estimate.value:.4g}",
        "95 % interval": "" if low is None or high is None else f"{low:.4g} to {high:.4g}",
        "rows": f"{estimate.rows:,}",
        "blocks": estimate.blocks,
        "champion": "" if before is None else f"{before:.4g}",
    }
