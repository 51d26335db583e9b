"""Where data lies and how it gets there: three buckets, the upload queue, accepting, collecting."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.alarms import Notice, about
from infra.constructs.buckets import private_bucket
from infra.constructs.bus import send_to_queue
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import allow, publish
from infra.constructs.personal_data import PersonalData
from infra.constructs.queues import dead_letters, queue, when_not_empty
from infra.constructs.retention import keep_no_longer
from infra.constructs.stack import Deployment, SerinStack
from infra.limits import ACCEPT_DISK_MB, ACCEPT_MEMORY_MB, ACCEPT_SECONDS
from infra.names import EVERY_MODEL
from infra.retention import of_the_lake, of_uploads
from infra.stacks.erasing import erase_people
from infra.stacks.lake_sources import acquire_from
from serin.domain.charter import Charter, sources_of


class LakeStack(SerinStack):
    """An upload's way: S3 → EventBridge → queue → accept_upload → bus."""

    def __init__(self, scope: Construct, deployment: Deployment, charters: Sequence[Charter]) -> None:
        super().__init__(scope, "lake", deployment, "Serin: data, from upload to features")
        received, lake = private_bucket(self, "uploads", events=True), private_bucket(self, "lake")
        keep_no_longer(lake, of_the_lake(charters))
        keep_no_longer(received, of_uploads(charters))
        private_bucket(self, "artifacts")
        uploads = self._upload_queue()
        self._accept_upload(uploads, PersonalData(self, charters))
        self._collect_predictions()
        acquire_from(self, sources_of(charters))
        erase_people(self, charters)

    def _upload_queue(self) -> sqs.Queue:
        dead = dead_letters(self, "UploadDeadLetters", self.names.queue("uploads-dead"))
        self._tell_of_dead_uploads()
        uploads = queue(self, "UploadQueue", self.names.queue("uploads"), dead, serves_seconds=ACCEPT_SECONDS)
        rule = events.Rule(
            self,
            "RawObjectCreated",
            description="A file arrived under raw/",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self.addresses.bucket_name("uploads")]},
                    "object": {"key": [{"prefix": "raw/"}]},
                },
            ),
        )
        send_to_queue(rule, uploads, self.addresses.queue("undelivered"))
        return uploads

    def _tell_of_dead_uploads(self) -> None:
        notice = Notice(
            about(self, None),
            "a file could not be worked on five times, and was laid aside",
            f"Read the log of {self.names.function('accept_upload')}, correct the cause, and move the messages of the "
            f"queue {self.names.queue('uploads-dead')} back: `aws sqs start-message-move-task`.",
        )
        when_not_empty(self, "DeadUploads", self.names.queue("uploads-dead"), self.names.alarm("uploads-dead"), notice)

    def _accept_upload(self, uploads: sqs.Queue, personal: PersonalData) -> None:
        accept = ServiceFunction(
            self,
            "accept_upload",
            layers=["core", "data", "charters"],
            environment=[
                *("SERIN_UPLOADS_BUCKET", "SERIN_UPLOADS_QUEUE", "SERIN_LAKE_BUCKET"),
                *("SERIN_CATALOG_TABLE", "SERIN_BUS"),
                *personal.environment,
            ],
            permissions=[
                *personal.made,
                # An event names the version, and reading a version asks for nothing else.
                allow("s3:GetObjectVersion", on=self.addresses.objects("uploads", "raw/*")),
                allow("s3:PutObject", on=self.addresses.objects("lake", "datasets/*", "quarantine/*")),
                # Foreign keys: what other datasets have accepted so far. Corrections: which rows are still set aside.
                allow("s3:GetObject", on=self.addresses.objects("lake", "datasets/*", "quarantine/*")),
                allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", on=self.addresses.table("catalog")),
                # How often files come: when the last was accepted.
                allow("dynamodb:Query", on=self.addresses.index("catalog", "by-moment")),
                publish("Upload Accepted", "Upload Rejected", on=self.addresses.bus()),
                # Lambda reads the queue by this role; the function itself lets what failed come again soon.
                allow(
                    *(
                        "sqs:ReceiveMessage",
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ChangeMessageVisibility",
                    ),
                    on=uploads.queue_arn,
                ),
            ],
            called_by="queue",
            memory=ACCEPT_MEMORY_MB,
            disk=ACCEPT_DISK_MB,
            timeout=cdk.Duration.seconds(ACCEPT_SECONDS),
        )
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "UploadsToAcceptUpload",
            event_source_arn=uploads.queue_arn,
            function_name=accept.function.function_name,
            # A batch has the time of one call, which one large file may need for itself.
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=5),
        )
        acknowledge(
            mapping,
            "Serverless-LambdaEventSourceMappingDestination",
            "A queue keeps its failed messages by its own redrive policy; a mapping's destination is for streams.",
        )

    def _collect_predictions(self) -> None:
        collect = ServiceFunction(
            self,
            "collect_predictions",
            layers=["core"],
            environment=["SERIN_LAKE_BUCKET"],
            permissions=[
                # What a release has kept of its shadow itself lies beside the lines.
                allow(
                    "s3:PutObject",
                    on=self.addresses.objects("lake", "predictions/*", "invocations/*", "shadow/*/lines-*"),
                )
            ],
            called_by="event",
            memory=512,
            timeout=cdk.Duration.minutes(1),
        )
        # One for the logs of all models: a function's policy has room for some fifty.
        lambda_.CfnPermission(
            self,
            "LogsMayCollect",
            action="lambda:InvokeFunction",
            function_name=collect.arn,
            principal="logs.amazonaws.com",
            source_arn=self.addresses.log_streams(self.names.function_log(self.names.function("predict", EVERY_MODEL))),
        )
