"""A run that repeats another one: how far they lie apart, and what was another thing the second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from serin.domain.runs import Provenance

UNKNOWN = "not recorded"


@dataclass(frozen=True)
class Repeat:
    """`artifacts` says of each file that both runs wrote whether it is the same to the bit.

    `predictions` is the greatest difference between two scores of one row in the two contests; None where they did not
    score the same rows. `changed` names what the two runs were made of that is not the same.
    """

    artifacts: Mapping[str, bool]
    predictions: float | None
    changed: tuple[str, ...]
    sentence: str

    @property
    def is_exact(self) -> bool:
        """Whether nothing differs."""
        return self.predictions == 0 and all(self.artifacts.values())


def repeated(
    artifacts: Mapping[str, bool], predictions: float | None, changed: Sequence[str], verdicts: tuple[str, str]
) -> Repeat:
    """The comparison in one sentence; `verdicts` are the gate's of the run that is repeated, and of the rerun."""
    blank = Repeat(artifacts, predictions, tuple(changed), "")
    return Repeat(artifacts, predictions, tuple(changed), " ".join(_sentences(blank, *verdicts)))


def _sentences(repeat: Repeat, before: str, now: str) -> Iterator[str]:
    others = "; ".join(repeat.changed)
    if repeat.is_exact:
        same = "".join(f", {name} has the same digest" for name in sorted(repeat.artifacts))
        yield f"The rerun is the same to the bit: no prediction differs{same}."
        if others:
            yield f"That is so although something else has changed: {others}."
    else:
        yield f"The rerun differs: {_difference(repeat)}."
        if others:
            yield f"What has changed: {others}."
        elif repeat.predictions == 0 and repeat.artifacts.get("estimator", True):
            yield "The fits are the same, so it is what was packed beside them that differs."
        else:
            yield (
                "Rows, charter, code, libraries, layer and processor are the same, so the pipeline does not repeat "
                "itself: give each of its parts a random_state, and let it read nothing but its columns."
            )
    if before != now:
        yield f"The verdict was {before} and is {now}."


def _difference(repeat: Repeat) -> str:
    told = [f"{name} has another digest" for name, same in sorted(repeat.artifacts.items()) if not same]
    if repeat.predictions is None:
        told = ["other rows were scored", *told]
    elif repeat.predictions > 0:
        told = [f"a prediction by up to {repeat.predictions:.3g}", *told]
    return ", ".join(told)


def changed_between(before: Provenance, now: Provenance) -> tuple[str, ...]:
    """What two runs are made of that is not the same, each as a few words for a reader."""
    return tuple(_changed(before, now))


def _changed(before: Provenance, now: Provenance) -> Iterator[str]:
    if before.rows != now.rows:
        yield "the rows, which are not made of the lake again as they were"
    if before.charter != now.charter:
        yield "the charter"
    if before.code != now.code:
        yield "the model's code"
    if before.lock != now.lock:
        yield f"the lock of what is installed beside scikit-learn{_versions(before.runtime, now.runtime)}"
    elif before.runtime != now.runtime:
        yield f"the interpreter or a library{_versions(before.runtime, now.runtime)}"
    if before.rows_lock != now.rows_lock:
        yield "the lock of what is installed beside polars, which made the rows"
    if before.layer != now.layer:
        yield f"the platform's library (layer {before.layer[:12] or UNKNOWN}, now {now.layer[:12]})"
    if before.processor != now.processor:
        yield f"the processor ({before.processor or UNKNOWN}, now {now.processor})"
    if before.shards != now.shards:
        yield f"into how many shards the rows are dealt ({before.shards}, now {now.shards})"


def _versions(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    names = [name for name in now if before.get(name) != now[name]]
    told = ", ".join(f"{name} {before.get(name, UNKNOWN)}, now {now[name]}" for name in names)
    return f" ({told})" if told else ""
