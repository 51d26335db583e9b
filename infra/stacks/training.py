"""From accepted uploads to a registered version, of one model."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.alarms import Notice, about
from infra.constructs.bus import call_function, on_event, start_workflow
from infra.constructs.buses import ACCEPTED, BACKFILL, TRUTH
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import Permission, allow, allow_items, list_keys, publish
from infra.constructs.queues import failed, undelivered
from infra.constructs.schedules import FEEDBACK, schedules_may_call
from infra.constructs.stack import Deployment, SerinStack
from infra.constructs.training_job import TrainingJobs
from infra.constructs.workflow import Workflow, maps_itself
from infra.limits import ACCEPT_DISK_MB
from infra.stacks.batch import score_batch
from infra.stacks.training_states import Trainer, training_definition
from serin.domain.batches import WORK
from serin.domain.charter import Charter
from serin.domain.events import SOURCE, source_of

_FITS_BY = ("SERIN_LAKE_BUCKET", "SERIN_ARTIFACTS_BUCKET")


_BUILDS_BY = ("SERIN_LAKE_BUCKET", "SERIN_CATALOG_TABLE")


def _fits_with(model: str) -> list[str]:
    return ["core", "science", "kernel", "charters", f"code-{model}"]


def _builds_with(model: str) -> list[str]:
    return ["core", "data", "charters", f"code-{model}"]


class TrainingStack(SerinStack):
    """A model's own code runs only in its own functions, whose roles reach its own prefixes and cannot release."""

    def __init__(self, scope: Construct, deployment: Deployment, charter: Charter) -> None:
        model = charter.model
        super().__init__(scope, f"training-{model}", deployment, f"Serin: from features to versions of {model}")
        queues = failed(self, model), undelivered(self, model)
        self._on_accepted_uploads(charter, self._build_features(model), self._profile_dataset(model))
        self._join_truth(charter)
        score_batch(self, charter)
        self._train(charter)
        # Both name a queue by its ARN, and a service may look for it there and then.
        for part in self.node.find_all():
            if isinstance(part, events.Rule | lambda_.CfnEventInvokeConfig):
                part.node.add_dependency(*queues)

    def _train(self, charter: Charter) -> None:
        build = self._build_training_set(charter.model)
        train = self._train_model(charter)
        evaluate = self.addresses.function("evaluate_model")
        jobs, terms, share = self._jobs(charter), charter.training.job, self._piece_jobs(charter)
        trainer = Trainer(train.arn, None if jobs is None else jobs.request, terms is not None and terms.spot)
        workflow = Workflow(
            self,
            f"training-{charter.model}",
            definition=training_definition(
                *(build.arn, trainer, evaluate, charter.training, charter.people.training),
                self.addresses.bucket_name("lake"),
                None if share is None else share.request,
            ),
            functions=[build, train],
            others=[evaluate],
            permissions=[
                *maps_itself(
                    self, f"training-{charter.model}", f"cut/{charter.model}/*/rounds/*", f"cut/{charter.model}/maps/*"
                ),
                *(jobs.for_the_machine if jobs else []),
                *(share.for_the_machine if share else []),
            ],
            model=charter.model,
        )
        workflow.tell_of_failures(
            self,
            f"training-{charter.model}",
            Notice(
                about(self, charter.model),
                "a training failed, and what is live stays so",
                f"`./scripts/serin runs {charter.model}` says why; correct the cause and train again: "
                f"`./scripts/serin train {charter.model}`.",
            ),
        )
        self._start_on_features(charter, workflow)

    def _start_on_features(self, charter: Charter, workflow: Workflow) -> None:
        rule = on_event(
            self,
            f"FeaturesBuilt-{charter.model}",
            "Features Built",
            {"model": [charter.model], "dataset": [charter.training.start_on], "training": ["due"]},
            [source_of(charter.model)],
        )
        start_workflow(
            rule,
            workflow.machine,
            {
                "model": charter.model,
                "run": events.EventField.event_id,
                "cause": "features",
                "correlation": events.EventField.from_path("$.detail.correlation"),
            },
            self.addresses.queue("undelivered", charter.model),
        )

    def _on_accepted_uploads(self, charter: Charter, build: ServiceFunction, profile: ServiceFunction) -> None:
        """Both are called, each by itself, so that neither waits for the other or falls with it."""
        model, waiting = charter.model, self.addresses.queue("undelivered", charter.model)
        read = [dataset.name for dataset in charter.datasets]
        bus = self.names.bus_of(ACCEPTED)
        rule = on_event(self, f"Accepted-{model}", "Upload Accepted", {"dataset": read}, bus=bus)
        call_function(rule, build, waiting)
        call_function(rule, profile, waiting)
        # The sweeper or the API ask for a backfill to begin, and its steps for the next one.
        sources = [SOURCE, source_of(model)]
        bus = self.names.bus_of(BACKFILL)
        rule = on_event(self, f"Backfill-{model}", "Backfill Wanted", {"model": [model]}, sources, bus)
        call_function(rule, build, waiting)

    def _build_features(self, model: str) -> ServiceFunction:
        return ServiceFunction(
            self,
            "build_features",
            model=model,
            layers=["core", "data", "charters", f"code-{model}"],
            environment=[
                *("SERIN_LAKE_BUCKET", "SERIN_ARTIFACTS_BUCKET"),
                *("SERIN_CATALOG_TABLE", "SERIN_FEATURES_TABLE", "SERIN_BUS"),
            ],
            permissions=[
                allow("s3:GetObject", on=self.addresses.objects("lake", "datasets/*")),
                # What versions that serve were trained with: their views, and the code these are derived by.
                allow("s3:GetObject", on=self.addresses.objects("artifacts", f"models/{model}/*")),
                *self._records(model, reads=("DATASET#*", "UPLOAD#*", "RELEASE", "MODEL"), keeps=("FILL",)),
                self._newest_runs(model),
                allow_items("dynamodb:PutItem", on=self.addresses.table("online-features"), of=[f"{model}#*"]),
                publish(
                    "Features Built",
                    "Features Refused",
                    "Backfill Wanted",
                    on=self.addresses.bus(),
                    source=source_of(model),
                ),
            ],
            called_by="event",
            memory=2048,
            timeout=cdk.Duration.minutes(5),
        )

    def _profile_dataset(self, model: str) -> ServiceFunction:
        return ServiceFunction(
            self,
            "profile_dataset",
            model=model,
            layers=["core", "data", "charters", f"code-{model}"],
            environment=["SERIN_LAKE_BUCKET", "SERIN_CATALOG_TABLE"],
            permissions=[
                allow("s3:GetObject", on=self.addresses.objects("lake", "datasets/*")),
                allow("s3:PutObject", on=self.addresses.objects("lake", f"reports/profiles/{model}/*")),
                *self._records(model, reads=("DATASET#*",), keeps=("PROFILE",)),
            ],
            called_by="event",
            memory=2048,
            timeout=cdk.Duration.minutes(5),
        )

    def _build_training_set(self, model: str) -> ServiceFunction:
        return ServiceFunction(
            self,
            "build_training_set",
            model=model,
            layers=_builds_with(model),
            environment=_BUILDS_BY,
            permissions=[
                *self._runs_pieces(model),
                allow("s3:PutObject", on=self.addresses.objects("lake", f"training-sets/{model}/*")),
                # How many rows one entity has.
                allow("s3:GetObject", on=self.addresses.objects("lake", f"reports/profiles/{model}/*")),
                *self._records(
                    model,
                    reads=("DATASET#*", "UPLOAD#*", "MODEL", "RELEASE", "WITHDRAWAL", "FILL", "PROFILE"),
                    keeps=("RUN", "TRAINING-SET", "TRAINING", "AUDIT#trainings"),
                ),
                self._newest_runs(model),
            ],
            called_by="workflow",
            memory=3008,
            # Pieces are cut once more there, and hand over to each other where one process runs them all.
            disk=ACCEPT_DISK_MB,
            timeout=cdk.Duration.minutes(15),
        )

    def _join_truth(self, charter: Charter) -> None:
        """What is true is derived by the model's own code. The release workflow asks for it too, by its name."""
        model, own = charter.model, ("shadow", "truth", "predictions")
        # Files that it remembers may be rewritten by an erasure.
        erasures = ("ERASURES*",) if charter.compliance.hashed else ()
        join = ServiceFunction(
            self,
            "join_truth",
            model=model,
            layers=["core", "data", "charters", f"code-{model}"],
            environment=["SERIN_LAKE_BUCKET", "SERIN_ARTIFACTS_BUCKET", "SERIN_CATALOG_TABLE"],
            permissions=[
                *(list_keys(self.addresses.bucket("lake"), f"{below}/{model}/") for below in own),
                allow(
                    "s3:GetObject",
                    on=self.addresses.objects("lake", "datasets/*", *(f"{below}/{model}/*" for below in own)),
                ),
                # What versions answered and what callers sent is not the model's own code to say.
                allow(
                    "s3:PutObject",
                    on=self.addresses.objects(
                        *("lake", f"shadow/{model}/*/truth-*", f"truth/{model}/facts/*", f"truth/{model}/asked/*")
                    ),
                ),
                allow("s3:GetObject", on=self.addresses.objects("artifacts", f"models/{model}/*")),
                *self._records(model, reads=("DATASET#*", "UPLOAD#*", "MODEL", "RELEASE", *erasures), keeps=("TRUTH",)),
            ],
            called_by="event",
            memory=3008,
            timeout=cdk.Duration.minutes(5),
        )
        asked = {"dataset": [charter.truth.dataset]}
        rule = on_event(self, f"Truth-{model}", "Upload Accepted", asked, bus=self.names.bus_of(TRUTH))
        call_function(rule, join, self.addresses.queue("undelivered", model))
        if charter.truth.feedback:
            schedules_may_call(self, FEEDBACK, join.function, model)

    def _train_model(self, charter: Charter) -> ServiceFunction:
        model, hands_over = charter.model, charter.training.job is not None
        return ServiceFunction(
            self,
            "train_model",
            model=model,
            layers=_fits_with(model),
            environment=_FITS_BY,
            permissions=[
                *self._fits(model),
                # Parts of files that a version without a compiled model scores.
                allow("s3:GetObject", "s3:PutObject", on=self.addresses.objects("lake", f"{WORK}/{model}/features/*")),
                # Whether a job has left an answer, and not only whether it may be read.
                *([list_keys(self.addresses.bucket("artifacts"), f"runs/{model}/")] if hands_over else []),
            ],
            called_by="workflow",
            memory=3008,
            timeout=cdk.Duration.minutes(15),
        )

    def _jobs(self, charter: Charter) -> TrainingJobs | None:
        """Where the charter allows it, what the trainer's function has no room for goes to a machine."""
        if charter.training.job is None:
            return None
        model = charter.model
        permissions = self._fits(model)
        if charter.training.job.shards > 1:
            # Whether a shard was fitted before the machine was taken back, and not only whether it may be read.
            permissions.append(list_keys(self.addresses.bucket("artifacts"), f"runs/{model}/"))
        return TrainingJobs(
            *(self, model, "train_model"),
            layers=_fits_with(model),
            environment=_FITS_BY,
            permissions=permissions,
            output=f"s3://{self.addresses.bucket_name('artifacts')}/runs/{model}/jobs",
        )

    def _piece_jobs(self, charter: Charter) -> TrainingJobs | None:
        """Where the charter allows jobs, they may share the pieces of a training set, too."""
        if charter.training.job is None:
            return None
        model = charter.model
        return TrainingJobs(
            *(self, model, "build_training_set"),
            layers=_builds_with(model),
            environment=_BUILDS_BY,
            permissions=[*self._runs_pieces(model), self._reads(model, "DATASET#*", "UPLOAD#*")],
            output=f"s3://{self.addresses.bucket_name('lake')}/cut/{model}/jobs",
            of="PieceJobs",
        )

    def _runs_pieces(self, model: str) -> list[Permission]:
        """What a piece takes: rows, the code they are made by, and what pieces hand over to each other."""
        return [
            # A rerun goes by the code that was kept beside the rows of the run it repeats.
            allow("s3:GetObject", on=self.addresses.objects("lake", "datasets/*", f"training-sets/{model}/sources/*")),
            list_keys(self.addresses.bucket("lake"), f"cut/{model}/"),
            allow("s3:GetObject", "s3:PutObject", on=self.addresses.objects("lake", f"cut/{model}/*")),
        ]

    def _fits(self, model: str) -> list[Permission]:
        """What fitting takes: the rows, and a place for what comes of them."""
        own = (f"runs/{model}/*", f"models/{model}/*")
        return [
            allow("s3:GetObject", on=self.addresses.objects("lake", f"training-sets/{model}/*")),
            allow("s3:GetObject", "s3:PutObject", on=self.addresses.objects("artifacts", *own)),
        ]

    def _records(self, model: str, reads: Sequence[str], keeps: Sequence[str]) -> list[Permission]:
        """What the model's own code reads of the catalog and what it writes there: kinds of records of its model.

        A kind that says its partitions itself (`DATASET#*`) belongs to no model.
        """
        own = [f"{kind}#{model}" for kind in keeps]
        return [
            self._reads(model, *reads, *keeps),
            allow_items("dynamodb:PutItem", on=self.addresses.table("catalog"), of=own),
        ]

    def _newest_runs(self, model: str) -> Permission:
        """Trainings of the model by their moments, for who asks what became of the last one."""
        index = self.addresses.index("catalog", "by-moment")
        return allow_items("dynamodb:Query", on=index, of=[f"RUN#{model}"])

    def _reads(self, model: str, *kinds: str) -> Permission:
        """Kinds of records that the model's own code may read."""
        read = [kind if kind.endswith("*") else f"{kind}#{model}" for kind in kinds]
        return allow_items("dynamodb:GetItem", "dynamodb:Query", on=self.addresses.table("catalog"), of=read)
