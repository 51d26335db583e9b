"""*Upload Accepted* and *Backfill Wanted* → the features of one model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.charter import Charter
from serin.domain.view_statistics import view_metrics
from serin.logs import logged, tell_of
from serin.services.backfill_features import backfill_step, begin_backfill, step_of
from serin.services.build_features import Built, FeatureBuilder
from serin.services.steps.released_code import ReleasedCode
from serin.services.steps.released_views import released_views
from serin.services.steps.view_writer import Functions


@logged("build_features", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Write what an upload changes of the model's features, or what they lack of earlier uploads."""
    detail = event["detail"]
    if "upload_id" in detail:
        return {"written": build(detail["dataset"], detail["upload_id"], detail["correlation"])}
    writers = [builder.writer for builder in (deployed(), *older())]
    if "definition" in detail:
        return {"written": backfill_step(writers, step_of(detail), detail["correlation"], events=platform().events)}
    return {"begun": begin_backfill(writers, detail.get("view"), detail["correlation"], events=platform().events)}


def build(dataset: str, upload: str, correlation: str) -> int:
    """The deployed views, which are announced, and then those that only older versions ask for."""
    world, newest = platform(), deployed()
    built = newest.build(dataset, upload, correlation, events=world.events)
    if built.refused:
        tell_of(built.refused)
    for line in metrics(newest.charter, built):
        print(line)
    return built.written + sum(builder.renew(dataset, upload).written for builder in older())


def metrics(charter: Charter, built: Built) -> Iterator[str]:
    """A line for each view that was built."""
    world = platform()
    for name, statistics in built.statistics.items():
        yield view_metrics(charter.model, name, statistics, world.clock.now(), world.stage)


def deployed() -> FeatureBuilder:
    """The views of the charter that is deployed, by the code that is."""
    world = platform()
    return builder(world.charters[world.model], world.model_function)


def older() -> Iterator[FeatureBuilder]:
    """The views that serving versions ask for and the charter has no more, by the code they came with."""
    world = platform()
    charter = world.charters[world.model]
    for view in released_views(
        charter, world.contracts, catalog=world.catalog, artifacts=world.artifacts, code_of=ReleasedCode
    ):
        yield builder(view.charter, view.functions)


def builder(charter: Charter, functions: Functions) -> FeatureBuilder:
    """What fills a charter's views."""
    world = platform()
    return FeatureBuilder(
        charter,
        world.contracts,
        functions,
        lake=world.lake,
        catalog=world.catalog,
        online=world.online,
        clock=world.clock,
    )
