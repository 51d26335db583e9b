"""What is known: three tables, the buses our events travel on, the topic people are told by, and what people may."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.buses import event_buses
from infra.constructs.dashboard import stage_dashboard
from infra.constructs.notices import NoticesTopic
from infra.constructs.people import people_policies
from infra.constructs.queues import failed, undelivered
from infra.constructs.stack import KEPT, Deployment, SerinStack


class CatalogStack(SerinStack):
    """Tables, buses, topic, and queues where the paths all share end; nothing here depends on another stack."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "catalog", deployment, "Serin: what is known, what is live, and the bus of events")
        self._record_table("catalog").add_local_secondary_index(
            index_name="by-moment", sort_key=dynamodb.Attribute(name="moment", type=dynamodb.AttributeType.STRING)
        )
        # Sessions of the console are deleted once they are over.
        self._record_table("control", time_to_live="expires")
        self._online_features()
        event_buses(self)
        NoticesTopic(self, "Notices", self.names.topic("notices"), self.settings.notices)
        failed(self)
        undelivered(self)
        stage_dashboard(self)
        people_policies(self)

    def _record_table(self, name: str, time_to_live: str | None = None) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            name.capitalize(),
            table_name=self.names.table(name),
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=time_to_live,
            removal_policy=KEPT,
        )

    def _online_features(self) -> None:
        table = dynamodb.Table(
            self,
            "OnlineFeatures",
            table_name=self.names.table("online-features"),
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires",
            removal_policy=KEPT,
        )
        acknowledge(
            table,
            "AwsSolutions-DDB3",
            "Every item is computed from the lake and can be computed again; backups would only cost money.",
        )
