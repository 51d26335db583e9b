"""What the trainings of all models share: who judges them, by records no model's own code can write."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.bus import call_function, on_early_end
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import allow, publish
from infra.constructs.stack import Deployment, SerinStack
from serin.domain.training_size import JUDGE_DISK_MB, JUDGE_MEMORY_MB


class TrainingsStack(SerinStack):
    """The judge, which no model's own code runs in."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "training", deployment, "Serin: what judges the trainings of all models")
        self._end_what_died(self._evaluate_model())

    def _end_what_died(self, evaluate: ServiceFunction) -> None:
        """A run whose workflow was stopped, or took too long, says so at once, and the next one need not wait."""
        machines = [{"prefix": self.addresses.machine("training-")}]
        rule = on_early_end(self, "TrainingDied", "A training that ended without an end of its own", machines)
        call_function(rule, evaluate, self.addresses.queue("undelivered"))

    def _evaluate_model(self) -> ServiceFunction:
        return ServiceFunction(
            self,
            "evaluate_model",
            layers=["core", "science", "charters"],
            environment=[
                *("SERIN_LAKE_BUCKET", "SERIN_ARTIFACTS_BUCKET"),
                *("SERIN_CATALOG_TABLE", "SERIN_BUS", "SERIN_NOTICES_TOPIC", "SERIN_COMMIT"),
            ],
            permissions=[
                # The judge looks labels up itself: the model's own function wrote the scores.
                allow("s3:GetObject", on=self.addresses.objects("lake", "training-sets/*")),
                allow("s3:GetObject", on=self.addresses.objects("artifacts", "runs/*")),
                allow("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", on=self.addresses.table("catalog")),
                allow("dynamodb:Query", on=self.addresses.index("catalog", "by-moment")),
                # It asks people about a training, where a charter wants their word.
                allow("sns:Publish", on=self.addresses.topic("notices")),
                publish("Model Registered", on=self.addresses.bus()),
            ],
            called_by="event",
            memory=JUDGE_MEMORY_MB,
            disk=JUDGE_DISK_MB,
            timeout=cdk.Duration.minutes(15),
        )
