"""DynamoDB tables with time to live and point-in-time recovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table as MotoTable

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, is_true, tags_of
from serin.domain.errors import Conflict, Invalid

_RECOVERY_OFF = {"PointInTimeRecoveryEnabled": False}


def _backend(one: Wanted | Deployed) -> DynamoDBBackend:
    return dynamodb_backends[one.account][one.region]


class Table(ResourceType):
    """moto drops time to live and point-in-time recovery, and cannot change a table by a template."""

    type = "AWS::DynamoDB::Table"
    properties = (
        "AttributeDefinitions BillingMode DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema "
        "LocalSecondaryIndexes PointInTimeRecoverySpecification SSESpecification TableName Tags "
        "TimeToLiveSpecification"
    )
    name_property = "TableName"
    replaced_by = "KeySchema LocalSecondaryIndexes TableName"

    def create(self, wanted: Wanted) -> Made:
        """With its indexes."""
        backend = _backend(wanted)
        if wanted.name in backend.tables:
            raise Conflict(f"{wanted.name} already exists", "Delete the table, or give this one another name.")
        properties = {
            **wanted.properties,
            "DeletionProtectionEnabled": is_true(wanted.get("DeletionProtectionEnabled")),
        }
        made: MotoTable = MotoTable.create_from_cloudformation_json(
            wanted.name, {"Properties": properties}, wanted.account, wanted.region
        )
        _set_expiry(backend, wanted.name, wanted.get("TimeToLiveSpecification"))
        if recovery := wanted.get("PointInTimeRecoverySpecification"):
            backend.update_continuous_backups(wanted.name, recovery)
        return _made(made, wanted)

    def adopt(self, wanted: Wanted) -> Made:
        """With its items."""
        return _made(_backend(wanted).get_table(wanted.name), wanted)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The items stay."""
        backend, name = _backend(wanted), before.physical_id
        indexes = _index_updates(before.get("GlobalSecondaryIndexes") or [], wanted.get("GlobalSecondaryIndexes") or [])
        backend.update_table(
            name,
            attr_definitions=wanted.properties["AttributeDefinitions"],
            global_index=indexes,
            throughput=wanted.get("ProvisionedThroughput"),
            billing_mode=wanted.get("BillingMode", "PROVISIONED"),
            stream_spec={},
            deletion_protection_enabled=is_true(wanted.get("DeletionProtectionEnabled")),
            warm_throughput=None,
        )
        _set_expiry(backend, name, wanted.get("TimeToLiveSpecification"), before.get("TimeToLiveSpecification"))
        recovery = wanted.get("PointInTimeRecoverySpecification") or _RECOVERY_OFF
        if recovery != (before.get("PointInTimeRecoverySpecification") or _RECOVERY_OFF):
            backend.update_continuous_backups(name, recovery)
        backend.get_table(name).sse_specification = wanted.get("SSESpecification")
        _tag(backend, before, wanted)
        return Made(name, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """A protected table stays; DynamoDB refuses."""
        backend = _backend(deployed)
        if deployed.physical_id in backend.tables:
            backend.delete_table(deployed.physical_id)


def _made(table: MotoTable, wanted: Wanted) -> Made:
    attributes = {"Arn": table.table_arn}
    if table.latest_stream_label:
        attributes["StreamArn"] = f"{table.table_arn}/stream/{table.latest_stream_label}"
    return Made(wanted.name, attributes)


def _set_expiry(
    backend: DynamoDBBackend, name: str, wanted: Mapping[str, Any] | None, before: Mapping[str, Any] | None = None
) -> None:
    if wanted == before:
        return
    chosen = wanted or {**(before or {}), "Enabled": False}
    backend.update_time_to_live(name, {"Enabled": is_true(chosen["Enabled"]), "AttributeName": chosen["AttributeName"]})


def _index_updates(before: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """DynamoDB makes or drops one index at a time, and so does CloudFormation."""
    old, new = ({index["IndexName"]: index for index in indexes} for indexes in (before, wanted))
    for name in set(old) & set(new):
        if any(old[name].get(key) != new[name].get(key) for key in ("KeySchema", "Projection")):
            raise Invalid(
                f"Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights "
                f"Specification. You can create a new GSI with a different name. ({name})",
                "Give the changed index a new name.",
            )
    updates: list[dict[str, Any]] = [{"Delete": {"IndexName": name}} for name in old if name not in new]
    updates += [{"Create": dict(index)} for name, index in new.items() if name not in old]
    if len(updates) > 1:
        raise Invalid(
            "Cannot perform more than one GSI creation or deletion in a single update",
            "Change one index a deploy.",
        )
    return updates


def _tag(backend: DynamoDBBackend, before: Deployed, wanted: Wanted) -> None:
    arn = backend.get_table(before.physical_id).table_arn
    if before.get("Tags"):
        backend.untag_resource(arn, sorted(tags_of(before.properties)))
    if wanted.get("Tags"):
        backend.tag_resource(arn, tags_of(wanted.properties))
