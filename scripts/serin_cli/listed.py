"""Models and versions as a table shows them: which answers, which is withdrawn, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from serin.domain.compilation import Compilation
from serin.domain.records import from_record
from serin.domain.release_progress import Progress

Record = Mapping[str, Any]


def listed_model(model: Record) -> dict[str, Any]:
    """A model with the number that is live, and in `now` what that number does not say."""
    notes = []
    if model.get("under_way"):
        notes.append(from_record(Progress, model["under_way"]).sentence)
    if model.get("withdrawn"):
        notes.append(f"the live version is withdrawn and answers on: {model['withdrawn']['why']}")
    return {**model, "live": (model.get("live") or {}).get("version"), "now": "; ".join(notes) or None}


def listed_version(version: Record) -> dict[str, Any]:
    """A version, why it is withdrawn if it is, and by what it is served."""
    withdrawn = version.get("withdrawn")
    return {**version, "withdrawn": withdrawn["why"] if withdrawn else None, "served": served(version)}


def served(version: Record) -> str:
    """By what a version answers, and why by scikit-learn, or how well that was proven."""
    if version.get("compilation") is None:
        return "Served by scikit-learn: it was registered before models were compiled."
    return from_record(Compilation, version["compilation"]).sentence


def after_withdrawal(model: str, version: int, models: Iterable[Record]) -> str:
    """What the withdrawal of a version has changed, and what is left to do."""
    live = {item["model"]: (item.get("live") or {}).get("version") for item in models}
    barred = "It is not released again, and no challenger need beat it."
    if live.get(model) != version:
        return barred
    ways = f"`release rollback {model}`, `release start {model} --version N`, or `train {model}`"
    return f"It is live and answers on until another version is: {ways}. {barred}"
