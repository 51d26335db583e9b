"""What must hold of a charter's section `monitoring`: that looks fit into windows, and slices are there to see."""

from __future__ import annotations

from collections.abc import Iterator

from serin.files.durations import written
from serin.files.faults import Finding
from serin.files.subjects import Check, Subject, check


@check("monitoring")
def _looks_fit(subject: Subject) -> Iterator[Finding]:
    section = subject.charter.monitoring
    if section.window % section.every:
        found = f"{written(section.window)}, which is no whole number of looks {written(section.every)} apart"
        yield Finding(("monitoring", "window"), found, "Write a multiple of monitoring.every.")


@check("monitoring", "inputs", "features", "design")
def _slices(subject: Subject) -> Iterator[Finding]:
    features = subject.charter.features
    views = {f"{name}.{value}" for name, view in features.views.items() for value in view.values}
    used = {name for use in features.model_uses for name in _columns(use, views)}
    numbers = {name for name, item in subject.inputs().items() if item.type in ("number", "timestamp")}
    known = (used | set(subject.charter.design.requirements.slices)) - numbers
    for place, name in enumerate(subject.charter.monitoring.slices):
        path = ("monitoring", "slices", place)
        if name not in known:
            found = f"{name!r}, which the model does not use" if name not in numbers else f"{name!r}, which is a number"
            yield Finding(path, found, f"One of: {', '.join(sorted(known))}.")
        elif name in subject.charter.monitoring.slices[:place]:
            yield Finding(path, f"{name!r} for the second time", "Remove one.")


def _columns(use: str, views: set[str]) -> set[str]:
    """The columns that an entry of `features.model_uses` stands for."""
    of_view = {name for name in views if name == use or name.startswith(f"{use}.")}
    return of_view or {use}


MONITORING_CHECKS: tuple[Check, ...] = (_looks_fit, _slices)
