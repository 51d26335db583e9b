"""Files scored as a whole: the workflow that all models share, and the function of each that runs its own code."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import Permission, allow, allow_items, list_keys
from infra.constructs.personal_data import PersonalData
from infra.constructs.stack import Deployment, SerinStack
from infra.constructs.workflow import Workflow, maps_itself
from infra.limits import ACCEPT_DISK_MB, BATCH_MEMORY_MB
from infra.names import EVERY_MODEL
from infra.stacks.batch_states import batch_definition
from serin.domain.batches import FOLDER, WORK
from serin.domain.charter import Charter


class BatchStack(SerinStack):
    """One state machine, however many models: which functions it calls is said by the model's name."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "batch", deployment, "Serin: files that are scored as a whole")
        score, estimate = (self.addresses.function(name) for name in ("score_batch", "train_model"))
        Workflow(
            self,
            "batch",
            definition=batch_definition(score, estimate, self.addresses.bucket_name("lake")),
            functions=[],
            others=[self.addresses.function(name, EVERY_MODEL) for name in ("score_batch", "train_model")],
            permissions=maps_itself(self, "batch", "batch/*/plans/*", "batch/*/maps/*"),
        )


def score_batch(stack: SerinStack, charter: Charter) -> ServiceFunction:
    """What cuts, joins and scores the files of one model, by the code that its versions came with."""
    model, personal = charter.model, PersonalData(stack, [charter])
    own = stack.addresses.objects("lake", *(f"{folder}/{model}/*" for folder in (FOLDER, WORK)))
    return ServiceFunction(
        stack,
        "score_batch",
        model=model,
        layers=["core", "data", "kernel", "charters"],
        environment=[
            *("SERIN_UPLOADS_BUCKET", "SERIN_LAKE_BUCKET", "SERIN_ARTIFACTS_BUCKET"),
            *("SERIN_CATALOG_TABLE", "SERIN_RUNTIME"),
            *personal.environment,
        ],
        permissions=[
            # The batch names the version of the file, so that it is scored as it was when it was asked for.
            allow("s3:GetObjectVersion", on=stack.addresses.objects("uploads", f"batch/{model}/*")),
            list_keys(stack.addresses.bucket("lake"), f"batch/{model}/"),
            allow("s3:GetObject", "s3:PutObject", on=own),
            allow("s3:GetObject", on=stack.addresses.objects("lake", "datasets/*")),
            allow("s3:GetObject", on=stack.addresses.objects("artifacts", f"models/{model}/*")),
            _records(stack, model),
            *personal.looked_up,
        ],
        called_by="workflow",
        memory=BATCH_MEMORY_MB,
        disk=ACCEPT_DISK_MB,
        timeout=cdk.Duration.minutes(15),
    )


def _records(stack: SerinStack, model: str) -> Permission:
    kinds = ["DATASET#*", f"MODEL#{model}"]
    return allow_items("dynamodb:GetItem", "dynamodb:Query", on=stack.addresses.table("catalog"), of=kinds)
