"""Columns that only the live version uses: kept in a training set, so that it can be scored beside its challenger."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import get_args

from serin.domain.charter import Charter, Input, InputType, View
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
    learnt = catalog.training_set(charter.model, champion.training_set)
    return ChampionColumns(champion.version, learnt.uses, views=learnt.views, entities=learnt.entities)


def only_champions(charter: Charter, champion: ChampionColumns | None) -> tuple[str, ...]:
    """The features that the champion uses and the charter does not any more."""
    mine = set(charter.features.model_uses)
    views = {name for name in mine if "." not in name}
    uses = () if champion is None else champion.uses
    return tuple(name for name in uses if name not in mine and name.partition(".")[0] not in views)


def charter_beside(charter: Charter, contracts: Mapping[str, Contract], champion: ChampionColumns | None) -> Charter:
    """The charter with what the champion, if it is not lost, used as well; Invalid where the data has it no more."""
    if champion is None or champion.lost:
        return charter
    kept = only_champions(charter, champion)
    return charter_with(charter, contracts, kept, champion) if kept else charter


def charter_with(
    charter: Charter, contracts: Mapping[str, Contract], features: tuple[str, ...], champion: ChampionColumns
) -> Charter:
    """The charter as if it used these features of the champion too; Invalid where the data has one of them no more.

    A view that the charter has no more is the champion's own; a column of the truth's dataset that is no input any more
    is one here.
    """
    mine = charter.features
    views, entities = _views(charter, features, champion), {**champion.entities, **mine.entities}
    keys = (name for view in views for name in entities[view.entity])
    added = tuple(_inputs(charter, contracts[charter.truth.dataset], (*features, *keys), {view.name for view in views}))
    wider = replace(
        mine,
        entities={**mine.entities, **{view.entity: entities[view.entity] for view in views}},
        views=(*mine.views, *views),
        model_uses=(*mine.model_uses, *(name for name in features if name not in mine.model_uses)),
    )
    return replace(charter, features=wider, inputs=(*charter.inputs, *added))


def _views(charter: Charter, features: tuple[str, ...], champion: ChampionColumns) -> tuple[View, ...]:
    """The champion's views that these features are of and the charter does not have."""
    known = {view.name for view in charter.features.views}
    wanted = {name.partition(".")[0] for name in features} - known
    views = tuple(view for view in champion.views if view.name in wanted)
    datasets = {use.name for use in charter.datasets}
    for view in views:
        if view.source not in datasets:
            raise Invalid(
                f"its view {view.name} is of {view.source}, which the charter does not read any more",
                "Judge without the champion.",
                "datasets",
            )
    return views


def _inputs(charter: Charter, truth: Contract, features: tuple[str, ...], others: Collection[str]) -> Iterator[Input]:
    known = {item.name for item in charter.inputs} | set(charter.features.on_demand) | set(others)
    views = {view.name: view.values for view in charter.features.views}
    columns = {column.name: column for column in truth.columns}
    for name in dict.fromkeys(features):
        view, _, column = name.partition(".")
        if name in known or view in others or (view in views and (not column or column in views[view])):
            continue
        if name not in columns or columns[name].type not in get_args(InputType):
            raise Invalid(f"the data has no {name} any more", "Judge without the champion.", "features.model_uses")
        yield Input(name, columns[name].type, nullable=True)  # type: ignore[arg-type]
