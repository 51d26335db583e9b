"""All stacks of a stage and what each must wait for."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk

from infra.constructs.stack import Deployment
from infra.stacks.api import ApiStack
from infra.stacks.catalog import CatalogStack
from infra.stacks.endpoint import EndpointStack
from infra.stacks.lake import LakeStack
from infra.stacks.release import ReleaseStack
from infra.stacks.training import TrainingStack
from infra.stacks.trainings import TrainingsStack
from infra.stacks.watch import WatchStack
from serin.domain.charter import Charter


def add_stacks(app: cdk.App, deployment: Deployment, charters: Sequence[Charter]) -> None:
    """Rules wait for the bus; an endpoint waits for the collector of its log and for the API it adds a route to.

    A model's training waits for the stack all trainings share, which had them all once: it has to give up a name before
    another stack can take it. The schedules of `watch` call functions of trainings, and so come after them.
    """
    catalog = CatalogStack(app, deployment)
    lake = LakeStack(app, deployment, charters)
    api = ApiStack(app, deployment)
    trainings, release = TrainingsStack(app, deployment), ReleaseStack(app, deployment)
    watch = WatchStack(app, deployment, charters)
    for stack in (lake, trainings, release, watch):
        stack.add_stack_dependency(catalog)
    for charter in charters:
        training = TrainingStack(app, deployment, charter)
        training.add_stack_dependency(trainings)
        watch.add_stack_dependency(training)
        endpoint = EndpointStack(app, deployment, charter)
        for needed in (lake, api):
            endpoint.add_stack_dependency(needed)
