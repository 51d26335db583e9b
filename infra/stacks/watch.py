"""Watching live models: one function for all of them, and a schedule for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.bus import call_function
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import EVERY_MODELS, Permission, allow, allow_items, list_keys, publish
from infra.constructs.schedules import FEEDBACK, WATCH, Call, call_often, schedules_may_call
from infra.constructs.stack import Deployment, SerinStack
from infra.names import EVERY_MODEL
from serin.domain.auditing.alarms import WENT_OFF
from serin.domain.aws_events import ALARM_CHANGED
from serin.domain.charter import Charter

_LISTED = ("predictions", "truth", "watching")
REPORTS = "reports/*/????-??-??.json"
"""Of windows, by the day they end before; profiles, which lie beside them, are named by digests."""
_ONLY_REPORTS = {
    "StringLike": {"s3:prefix": "reports/*/*"},
    "StringNotLike": {"s3:prefix": "reports/profiles/*"},
}


class WatchStack(SerinStack):
    """Runs no code of a model, and neither releases nor trains: it can only ask for a training."""

    def __init__(self, scope: Construct, deployment: Deployment, charters: Sequence[Charter]) -> None:
        super().__init__(scope, "watch", deployment, "Serin: what live models are asked, answer and get right")
        watch = self._watch_model()
        schedules_may_call(self, WATCH, watch.function)
        looks = [self._look(charter, watch) for charter in charters]
        call_often(self, WATCH, "Look at models: monitoring.every of their charters", looks)
        joins = [self._join(charter.model) for charter in charters if charter.truth.feedback]
        call_often(self, FEEDBACK, "Join what callers said about predictions of models", joins)
        self._note_alarms(watch)

    def _note_alarms(self, watch: ServiceFunction) -> None:
        """That an alarm of the stage went off, and that it is over; not that a new one has begun to look."""
        went_off = [{part: {"value": [WENT_OFF]}} for part in ("state", "previousState")]
        rule = events.Rule(
            self,
            "AlarmChanged",
            # By a name of its own: one of this stack would be among those that may call as schedules do.
            rule_name=f"{self.names.prefix}-alarm-changed",
            description="An alarm of the stage went off, or is over",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=[ALARM_CHANGED],
                detail={"alarmName": [{"prefix": f"{self.names.prefix}-"}], "$or": went_off},
            ),
        )
        call_function(rule, watch, self.addresses.queue("undelivered"))

    def _look(self, charter: Charter, watch: ServiceFunction) -> Call:
        """A call a model: one that fails, or takes long, keeps no other from being looked at."""
        model, waiting = charter.model, self.addresses.queue("undelivered", charter.model)
        return Call(watch.arn, charter.monitoring.every, waiting, {"model": model})

    def _join(self, model: str) -> Call:
        function, waiting = self.addresses.function("join_truth", model), self.addresses.queue("undelivered", model)
        return Call(function, timedelta(days=1), waiting)

    def _watch_model(self) -> ServiceFunction:
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
                allow("states:StartExecution", on=self.addresses.machine(f"training-{EVERY_MODEL}"), why=EVERY_MODELS),
            ],
            called_by="event",
            memory=3008,
            timeout=cdk.Duration.minutes(10),
        )

    def _files(self) -> list[Permission]:
        """What was asked, what turned out to be right, what versions learnt from, and what was made of it here."""
        read = (*(f"{below}/*" for below in _LISTED), "training-sets/*", REPORTS)
        return [
            *(list_keys(self.addresses.bucket("lake"), f"{below}/") for below in _LISTED),
            Permission(("s3:ListBucket",), (self.addresses.bucket("lake"),), conditions=_ONLY_REPORTS),
            allow("s3:GetObject", on=self.addresses.objects("lake", *read)),
            allow("s3:PutObject", on=self.addresses.objects("lake", "watching/*", REPORTS)),
        ]

    def _records(self) -> list[Permission]:
        catalog = self.addresses.table("catalog")
        return [
            allow("dynamodb:GetItem", "dynamodb:Query", on=catalog),
            allow("dynamodb:Query", on=self.addresses.index("catalog", "by-moment")),
            allow_items("dynamodb:PutItem", on=catalog, of=["WATCH#*", "WINDOW#*", "AUDIT#watch#*"]),
        ]
