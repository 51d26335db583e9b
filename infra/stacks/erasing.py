"""Erasing people: the workflow, and the one function whose role may delete what was there before.

A stage has them where a charter hashes a column: by it people are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk

from infra.constructs.alarms import Notice, about
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import Permission, allow, allow_items, list_keys, list_versions, publish
from infra.constructs.personal_data import SALTS
from infra.constructs.stack import SerinStack
from infra.constructs.workflow import RETRY, Workflow, answer_at, call
from infra.limits import ACCEPT_DISK_MB, BATCH_MEMORY_MB
from serin.domain.batches import FOLDER, WORK
from serin.domain.charter import Charter
from serin.domain.cut_pieces import FOLDER as PIECES
from serin.domain.erasures import DELIVERED, SETTLED

_LAKE = (
    *("datasets/", "quarantine/", "training-sets/", "predictions/", "shadow/", "truth/"),
    *("watching/", "reports/", f"{FOLDER}/", f"{WORK}/", f"{PIECES}/", "erasures/"),
)
_UPLOADS = ("raw/", "batch/")
_AGAIN = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 5, "BackoffRate": 2}


def erase_people(stack: SerinStack, charters: Sequence[Charter]) -> None:
    """Add both to the stack that has the buckets, where they are needed."""
    if not any(charter.compliance.hashed for charter in charters):
        return
    function = _erase_person(stack)
    workflow = Workflow(stack, "erase", definition=erasure_definition(function.arn), functions=[function])
    workflow.tell_of_failures(
        stack,
        "erase",
        Notice(
            about(stack, None),
            "an erasure stopped, and not all of a person is gone",
            "`./scripts/serin erase` says which; correct the cause and give the same command again: it goes on.",
        ),
    )


def erasure_definition(function: str) -> dict[str, Any]:
    """Let go by who reads files now, forget, go through all there is; and once more when logs have arrived."""
    erasure = {"erasure.$": "$.erasure", "correlation.$": "$.correlation"}

    def step(name: str, **rest: Any) -> dict[str, Any]:
        return {**call(function, {"step": name, **erasure}, **rest), "Retry": [*RETRY, _AGAIN]}

    def sweep(following: str, again: str) -> dict[str, dict[str, Any]]:
        cursor = {"step": "sweep", **erasure, "cursor.$": "$.at.answer"}
        more = {"Variable": "$.at.answer.more", "BooleanEquals": True, "Next": again}
        task = call(function, cursor, **answer_at("$.at"), Next=f"{again}More")
        return {
            again: {**task, "Retry": [*RETRY, _AGAIN]},
            f"{again}More": {"Type": "Choice", "Choices": [more], "Default": following},
        }

    return {
        "Comment": "A person erased from all that was kept",
        "StartAt": "Settle",
        "States": {
            "Settle": {"Type": "Wait", "Seconds": int(SETTLED.total_seconds()), "Next": "Forget"},
            "Forget": step("forget", **answer_at("$.at"), Next="Sweep"),
            **sweep("Deliver", "Sweep"),
            "Deliver": {"Type": "Wait", "Seconds": int(DELIVERED.total_seconds()), "Next": "Close"},
            "Close": step("close", **answer_at("$.at"), Next="SweepAgain"),
            **sweep("End", "SweepAgain"),
            "End": step("end", OutputPath="$.Payload", End=True),
        },
    }


def _erase_person(stack: SerinStack) -> ServiceFunction:
    names = stack.addresses
    return ServiceFunction(
        stack,
        "erase_person",
        layers=["core", "data", "charters"],
        environment=[
            *("SERIN_UPLOADS_BUCKET", "SERIN_LAKE_BUCKET", "SERIN_CATALOG_TABLE", "SERIN_CONTROL_TABLE"),
            *("SERIN_FEATURES_TABLE", "SERIN_BUS", "SERIN_LOG_DAYS"),
        ],
        permissions=[
            *_objects(stack, "lake", _LAKE, "s3:GetObject"),
            list_keys(names.bucket("lake"), *_LAKE),
            *_objects(stack, "uploads", _UPLOADS),
            allow("dynamodb:GetItem", "dynamodb:Query", on=names.table("catalog")),
            allow("dynamodb:Query", on=names.index("catalog", "by-moment")),
            allow_items(
                "dynamodb:PutItem",
                on=names.table("catalog"),
                of=["ERASURES", "REWRITTEN#*", "DATASET#*", "UPLOAD#*", "TRAINING-SET#*", "AUDIT#data#*"],
            ),
            allow_items("dynamodb:BatchGetItem", "dynamodb:DeleteItem", on=names.table("control"), of=SALTS),
            allow("dynamodb:BatchGetItem", "dynamodb:DeleteItem", on=names.table("online-features")),
            publish("Backfill Wanted", on=names.bus()),
        ],
        called_by="workflow",
        memory=BATCH_MEMORY_MB,
        disk=ACCEPT_DISK_MB,
        timeout=cdk.Duration.minutes(15),
    )


def _objects(stack: SerinStack, bucket: str, folders: Sequence[str], *more: str) -> list[Permission]:
    """Versions of objects, which are read, written anew and deleted."""
    actions = ("s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObjectVersion", *more)
    objects = stack.addresses.objects(bucket, *(f"{folder}*" for folder in folders))
    return [allow(*actions, on=objects), list_versions(stack.addresses.bucket(bucket), *folders)]
