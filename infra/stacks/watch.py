"""Watching live models: one function for all of them, and a schedule for each."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.bus import call_function
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import Permission, allow, allow_items, list_keys, publish
from infra.constructs.stack import Deployment, SerinStack
from serin.domain.charter import Charter

_LISTED = ("predictions", "truth", "watching")


class WatchStack(SerinStack):
    """Runs no code of a model, and neither releases nor trains: it can only ask for a training."""

    def __init__(self, scope: Construct, deployment: Deployment, charters: Sequence[Charter]) -> None:
        super().__init__(scope, "watch", deployment, "Serin: what live models are asked, answer and get right")
        watch = self._watch_model()
        for charter in charters:
            self._look_often(charter, watch)

    def _look_often(self, charter: Charter, watch: ServiceFunction) -> None:
        """A call a model: one that fails, or takes long, keeps no other from being looked at."""
        rule = events.Rule(
            self,
            f"Watch-{charter.model}",
            description=f"Look at {charter.model}: monitoring.every of its charter",
            schedule=events.Schedule.rate(cdk.Duration.minutes(charter.monitoring.every.total_seconds() / 60)),
        )
        waiting = self.addresses.queue("undelivered", charter.model)
        call_function(rule, watch, waiting, {"model": charter.model})

    def _watch_model(self) -> ServiceFunction:
        machines = [self.addresses.machine(f"training-{model}") for model in self.deployment.models]
        return ServiceFunction(
            self,
            "watch_model",
            layers=["core", "data", "charters"],
            environment=[
                *("SERIN_LAKE_BUCKET", "SERIN_CATALOG_TABLE", "SERIN_BUS", "SERIN_NOTICES_TOPIC"),
                *("SERIN_TRAINING_ARN_PREFIX", "SERIN_RELEASE_ARN"),
            ],
            permissions=[
                *self._files(),
                *self._records(),
                allow("sns:Publish", on=self.addresses.topic("notices")),
                publish("Drift Detected", "Performance Degraded", on=self.addresses.bus()),
                allow("states:StartExecution", on=machines),
            ],
            called_by="event",
            memory=3008,
            timeout=cdk.Duration.minutes(10),
        )

    def _files(self) -> list[Permission]:
        """What was asked, what turned out to be right, what versions learnt from, and what was made of it here."""
        reports = [f"reports/{model}/*" for model in self.deployment.models]
        read = (*(f"{below}/*" for below in _LISTED), "training-sets/*", *reports)
        return [
            *(list_keys(self.addresses.bucket("lake"), f"{below}/") for below in _LISTED),
            *(list_keys(self.addresses.bucket("lake"), report.removesuffix("*")) for report in reports),
            allow("s3:GetObject", on=self.addresses.objects("lake", *read)),
            allow("s3:PutObject", on=self.addresses.objects("lake", "watching/*", *reports)),
        ]

    def _records(self) -> list[Permission]:
        catalog = self.addresses.table("catalog")
        return [
            allow("dynamodb:GetItem", "dynamodb:Query", on=catalog),
            allow("dynamodb:Query", on=self.addresses.index("catalog", "by-moment")),
            allow_items("dynamodb:PutItem", on=catalog, of=["WATCH#*", "WINDOW#*"]),
        ]
