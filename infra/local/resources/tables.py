"""DynamoDB tables with time to live and point-in-time recovery."""

from __future__ import annotations

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from infra.local.resources.model import Made, Wanted, resource


@resource("AWS::DynamoDB::Table", name="TableName")
def table(wanted: Wanted) -> Made:
    """moto drops time to live and point-in-time recovery."""
    made: Table = Table.create_from_cloudformation_json(
        wanted.name, {"Properties": dict(wanted.properties)}, wanted.account, wanted.region
    )
    backend = dynamodb_backends[wanted.account][wanted.region]
    if ttl := wanted.get("TimeToLiveSpecification"):
        backend.update_time_to_live(wanted.name, {"Enabled": ttl["Enabled"], "AttributeName": ttl["AttributeName"]})
    if recovery := wanted.get("PointInTimeRecoverySpecification"):
        backend.update_continuous_backups(wanted.name, recovery)
    attributes = {"Arn": made.table_arn}
    if made.latest_stream_label:
        attributes["StreamArn"] = f"{made.table_arn}/stream/{made.latest_stream_label}"
    return Made(wanted.name, attributes, delete=lambda: backend.delete_table(wanted.name))
