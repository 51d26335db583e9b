"""The newest profile of a dataset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.names import checked_name
from serin.domain.profiles import Profile, ShownProfile
from serin.domain.records import from_record
from serin.ports import Catalog, ObjectStore


def show_profile(
    dataset: str, model: str | None, charters: Mapping[str, Charter], *, catalog: Catalog, lake: ObjectStore
) -> ShownProfile:
    """The dataset as `model` reads it, or, where none is named, the first by name whose label it has, else the first.

    Raises Invalid for what cannot be a name, NotFound for a dataset that the model, or no model, reads, and
    before the first profile is made.
    """
    name = _reader(checked_name(dataset, "dataset"), model, charters)
    made = catalog.profile(name, dataset)
    if made is None:
        raise NotFound(
            f"There is no profile of {dataset} yet.",
            "It is made by itself within a minute of an upload with good rows: upload one, the same one again will do.",
        )
    profile = from_record(Profile, json.loads(lake.get(made.key)))
    return ShownProfile(made, catalog.head(dataset).rows, profile)


def _reader(dataset: str, model: str | None, charters: Mapping[str, Charter]) -> str:
    readers = [
        (charter.truth.dataset != dataset, name)
        for name, charter in charters.items()
        if dataset in {use.name for use in charter.datasets} and model in (None, name)
    ]
    if readers:
        return min(readers)[1]
    if model is not None and checked_name(model, "model") not in charters:
        raise NotFound(f"There is no model {model!r}.", f"Name one of these: {_named(charters)}.")
    known = {use.name for name, charter in charters.items() if model in (None, name) for use in charter.datasets}
    reader = "No model" if model is None else model
    raise NotFound(
        f"{reader} reads {'no' if model else 'a'} dataset {dataset!r}.", f"Name one of these: {_named(known)}."
    )


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "there are none"
