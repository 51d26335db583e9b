"""Columns that only the live version uses: kept in a training set, so that it can be scored beside its challenger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args

from serin.domain.charter import Charter, Input, InputType
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.domain.experiments import ChampionColumns
from serin.ports import Catalog
from serin.services.steps.champions import live_version


def champion_columns(charter: Charter, *, catalog: Catalog) -> ChampionColumns | None:
    """What the champion uses; None without a champion."""
    champion = live_version(charter.model, catalog=catalog)
    if champion is None:
        return None
    return ChampionColumns(champion.version, catalog.training_set(charter.model, champion.training_set).uses)


def only_champions(charter: Charter, champion: ChampionColumns | None) -> tuple[str, ...]:
    """The features that the champion uses and the charter does not any more."""
    mine = set(charter.features.model_uses)
    views = {name for name in mine if "." not in name}
    uses = () if champion is None else champion.uses
    return tuple(name for name in uses if name not in mine and name.partition(".")[0] not in views)


def charter_with(charter: Charter, contracts: Mapping[str, Contract], features: tuple[str, ...]) -> Charter:
    """The charter as if it used these features too; Invalid where the data does not have one of them any more.

    A column of the truth's dataset that is no input any more is one here.
    """
    uses = charter.features.model_uses
    features_too = replace(charter.features, model_uses=(*uses, *(name for name in features if name not in uses)))
    added = tuple(_inputs(charter, contracts[charter.truth.dataset], features))
    return replace(charter, features=features_too, inputs=(*charter.inputs, *added))


def _inputs(charter: Charter, truth: Contract, features: tuple[str, ...]) -> Iterator[Input]:
    known = {item.name for item in charter.inputs} | set(charter.features.on_demand)
    views = {view.name: view.values for view in charter.features.views}
    columns = {column.name: column for column in truth.columns}
    for name in features:
        view, _, column = name.partition(".")
        if name in known or (view in views and (not column or column in views[view])):
            continue
        if name not in columns or columns[name].type not in get_args(InputType):
            raise Invalid(f"the data has no {name} any more", "Judge without the champion.", "features.model_uses")
        yield Input(name, columns[name].type, nullable=True)  # type: ignore[arg-type]
