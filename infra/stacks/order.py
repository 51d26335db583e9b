"""All stacks of a stage and what each must wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk

from infra.constructs.stack import Deployment
from infra.stacks.api import ApiStack
from infra.stacks.batch import BatchStack
from infra.stacks.catalog import CatalogStack
from infra.stacks.endpoint import EndpointStack
from infra.stacks.lake import LakeStack
from infra.stacks.release import ReleaseStack
from infra.stacks.training import TrainingStack
from infra.stacks.trainings import TrainingsStack
from infra.stacks.watch import WatchStack
from serin.domain.charter import Charter


def add_stacks(app: cdk.App, deployment: Deployment, charters: Sequence[Charter]) -> None:
    """All stacks of a stage."""
    shared = add_shared(app, deployment, charters)
    for charter in charters:
        add_model(app, deployment, charter, shared)


@dataclass(frozen=True)
class Shared:
    """What the stacks of a model wait for, and what waits for them."""

    release: ReleaseStack
    lake: LakeStack
    api: ApiStack
    trainings: TrainingsStack
    watch: WatchStack


def add_shared(app: cdk.App, deployment: Deployment, charters: Sequence[Charter]) -> Shared:
    """The stacks all models share: rules wait for the buses."""
    catalog, api = CatalogStack(app, deployment), ApiStack(app, deployment, charters)
    lake, release = LakeStack(app, deployment, charters), ReleaseStack(app, deployment)
    trainings, watch = TrainingsStack(app, deployment), WatchStack(app, deployment, charters)
    BatchStack(app, deployment)
    for stack in (lake, trainings, release, watch):
        stack.add_stack_dependency(catalog)
    return Shared(release, lake, api, trainings, watch)


def add_model(app: cdk.App, deployment: Deployment, charter: Charter, shared: Shared) -> None:
    """A model's own: an endpoint waits for the collector of its log, the API it adds a route to, and who hears of it.

    Its training waits for the stack all trainings share, which had them all once: it has to give up a name before
    another stack can take it. The schedules of `watch` call functions of trainings, and so come after them.
    """
    training = TrainingStack(app, deployment, charter)
    training.add_stack_dependency(shared.trainings)
    shared.watch.add_stack_dependency(training)
    endpoint = EndpointStack(app, deployment, charter)
    for needed in (shared.lake, shared.api, shared.release):
        endpoint.add_stack_dependency(needed)
