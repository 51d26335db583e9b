"""What must hold of a charter's section `retraining`: that a training is judged by days nobody has learnt from."""

from __future__ import annotations

from collections.abc import Iterator

from serin.files.durations import written
from serin.files.faults import FieldPath, Finding
from serin.files.retraining_schema import least_cooldown
from serin.files.subjects import Check, Subject, check


@check("retraining", "training", "truth")
def _cooldown(subject: Subject) -> Iterator[Finding]:
    charter = subject.charter
    holdout, watermark = charter.training.holdout, charter.truth.watermark
    cooldown, least = charter.retraining.cooldown, least_cooldown(holdout, watermark)
    if cooldown is not None and cooldown < least:
        spans = f"training.holdout ({written(holdout)}) and truth.watermark" if holdout else "truth.watermark"
        found = f"{written(cooldown)}, less than {spans} ({written(watermark)})"
        remedy = f"Write {written(least)} or more: until then the live version has learnt from days that would judge."
        yield Finding(("retraining", "cooldown"), found, remedy)


@check("retraining")
def _every(subject: Subject) -> Iterator[Finding]:
    section, path = subject.charter.retraining, ("retraining", "every")
    if section.every is not None and section.cooldown is not None and section.every < section.cooldown:
        found = f"{written(section.every)}, and no training begins within {written(section.cooldown)} of another"
        yield Finding(path, found, f"Write {written(section.cooldown)} or more, or shorten retraining.cooldown.")


@check("retraining", "design")
def _never(subject: Subject) -> Iterator[Finding]:
    section = subject.charter.retraining
    if subject.charter.design.budget.trainings_per_month:
        return
    asked = {
        "every": section.every is not None,
        "new_rows": section.new_rows is not None,
        "on_performance": "on_performance" in section.model_fields_set and section.on_performance == "train",
        "on_data_drift": section.on_data_drift == "train",
    }
    for name in (name for name, asks in asked.items() if asks):
        path: FieldPath = ("retraining", name)
        yield Finding(path, "a reason to train, and design.budget.trainings_per_month is 0", "Remove one of the two.")


RETRAINING_CHECKS: tuple[Check, ...] = (_cooldown, _every, _never)
