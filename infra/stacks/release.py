"""From a registered version to what is live, and the sweeper that finishes what was interrupted."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.alarms import Bad, Notice, about, alarm
from infra.constructs.bus import call_function, on_early_end, on_event, start_workflow
from infra.constructs.function import ServiceFunction
from infra.constructs.permissions import publish
from infra.constructs.stack import Deployment, SerinStack
from infra.constructs.workflow import Workflow
from infra.names import EVERY_MODEL
from infra.stacks.release_permissions import ReleasePermissions
from infra.stacks.release_states import release_definition

_ENVIRONMENT = (
    *("SERIN_ARTIFACTS_BUCKET", "SERIN_CATALOG_TABLE", "SERIN_CONTROL_TABLE", "SERIN_BUS"),
    *("SERIN_TRAINING_ARN_PREFIX", "SERIN_RELEASE_ARN", "SERIN_LAKE_BUCKET", "SERIN_NOTICES_TOPIC"),
)


class ReleaseStack(SerinStack):
    """The only roles that may move a live alias."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "release", deployment, "Serin: from registered version to live")
        self._may = ReleasePermissions(self)
        release = self._release_model()
        workflow = Workflow(
            self,
            "release",
            definition=release_definition(release.arn, self.addresses.function("join_truth")),
            functions=[release],
            others=[self.addresses.function("join_truth", EVERY_MODEL)],
        )
        workflow.tell_of_failures(
            self,
            "release",
            Notice(
                about(self, None),
                "a release failed; what was live before is put back",
                "`./scripts/serin release list MODEL` says of which model and why; correct the cause and "
                "release again: `./scripts/serin release start MODEL`.",
            ),
        )
        self._start_on_registration(workflow)
        self._abandon_what_died(release, workflow)
        self._abandon_on_demand(release)
        self._release_what_was_deployed(release)
        self._reconcile()

    def _start_on_registration(self, workflow: Workflow) -> None:
        rule = on_event(self, "ModelRegistered", "Model Registered")
        given = {
            "model": events.EventField.from_path("$.detail.model"),
            "version": events.EventField.from_path("$.detail.version"),
            "release": events.EventField.event_id,
            "cause": "registered",
            "correlation": events.EventField.from_path("$.detail.correlation"),
        }
        start_workflow(rule, workflow.machine, given, self.addresses.queue("undelivered"))

    def _abandon_what_died(self, release: ServiceFunction, workflow: Workflow) -> None:
        """No catcher of a workflow sees States.DataLimitExceeded, States.Runtime, a time-out or a stop."""
        rule = on_early_end(
            self,
            "ReleaseDied",
            "A release whose workflow ended without an end of its own",
            [workflow.machine.state_machine_arn],
        )
        call_function(rule, release, self.addresses.queue("undelivered"))

    def _abandon_on_demand(self, release: ServiceFunction) -> None:
        """Who aborts a release need not wait for its next look."""
        rule = on_event(self, "AbortWanted", "Release Abort Wanted")
        given = {
            "step": "roll_back",
            "model": events.EventField.from_path("$.detail.model"),
            "release": events.EventField.from_path("$.detail.release"),
            "reason": events.EventField.from_path("$.detail.reason"),
            "correlation": events.EventField.from_path("$.detail.correlation"),
        }
        call_function(rule, release, self.addresses.queue("undelivered"), given)

    def _release_what_was_deployed(self, release: ServiceFunction) -> None:
        """New code of an endpoint goes live by the same workflow as a new model, as does what a destroyed one had."""
        rule = events.Rule(
            self,
            "Deployed",
            description="The endpoint of a model was deployed",
            event_pattern=events.EventPattern(
                source=["aws.cloudformation"],
                detail_type=["CloudFormation Stack Status Change"],
                detail={
                    "stack-id": [{"prefix": self.addresses.stacks("endpoint-")}],
                    "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
                },
            ),
        )
        given = {
            "step": "deployed",
            "stack": events.EventField.from_path("$.detail.stack-id"),
            "release": events.EventField.event_id,
        }
        call_function(rule, release, self.addresses.queue("undelivered"), given)

    def _release_model(self) -> ServiceFunction:
        return ServiceFunction(
            self,
            "release_model",
            layers=["core", "charters"],
            environment=_ENVIRONMENT,
            permissions=[
                *self._may.records(),
                *self._may.putting_back(),
                *self._may.publishing(),
                *self._may.evidence(),
                publish("Release Finished", on=self.addresses.bus()),
            ],
            called_by="event",
            memory=1024,
            timeout=cdk.Duration.minutes(5),
        )

    def _reconcile(self) -> None:
        reconcile = ServiceFunction(
            self,
            "reconcile",
            layers=["core", "charters"],
            environment=_ENVIRONMENT,
            permissions=[
                *self._may.records(),
                *self._may.putting_back(),
                publish("Backfill Wanted", "Release Finished", on=self.addresses.bus()),
            ],
            memory=512,
            called_by="event",
            timeout=cdk.Duration.minutes(2),
        )
        rule = events.Rule(
            self,
            "ReconcileOften",
            description="Compare what is live with what was intended",
            schedule=events.Schedule.rate(cdk.Duration.minutes(self.settings.reconcile_minutes)),
        )
        call_function(rule, reconcile, self.addresses.queue("undelivered"))
        self._tell_of_silence(reconcile)

    def _tell_of_silence(self, reconcile: ServiceFunction) -> None:
        """Nobody else sees that the sweeper, which sees what others miss, does not run.

        A new stage has not run it yet, and so begins with this alarm; nobody has confirmed the topic's mail by then.
        """
        period = cdk.Duration.minutes(self.settings.reconcile_minutes)
        runs = reconcile.function.metric_invocations(period=period, statistic="Sum")
        silence = 3 * self.settings.reconcile_minutes
        notice = Notice(
            about(self, None),
            f"what is live was not compared with what was intended for more than {silence} minutes",
            f"Interrupted releases and lost events wait until it is: see that the rule that calls "
            f"{reconcile.full_name} is enabled, and read the function's log.",
        )
        bad = Bad(1, 3, 3, below=True, silent=True)
        alarm(self, "ReconcileSilent", self.names.alarm("reconcile"), runs, bad, notice)
