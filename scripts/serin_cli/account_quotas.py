"""What the connected AWS account allows, as Service Quotas has it; with the person's own permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serin.domain.account_quotas import Quota
from serin_cli.connection import Connection, aws_client


def account_quotas(connection: Connection, quotas: Iterable[Quota]) -> tuple[Mapping[Quota, int], str]:
    """Those of the quotas that could be read, and why the others could not."""
    if connection.endpoint_url is not None:
        return {}, "for the platform is a local one"
    try:
        client = aws_client(connection, "service-quotas")
        named = [quota for quota in quotas if quota.name]
        return {quota: value for quota in named if (value := _value(client, quota)) is not None}, "for it has none"
    except ClientError as error:
        return {}, f"for Service Quotas may not be read ({error.response['Error']['Code']})"
    except BotoCoreError as error:
        return {}, f"for Service Quotas could not be asked ({type(error).__name__})"


def _value(client: Any, quota: Quota) -> int | None:
    for page in client.get_paginator("list_service_quotas").paginate(ServiceCode=quota.service):
        for each in page["Quotas"]:
            if each["QuotaName"] == quota.name:
                return int(each["Value"])
    return None
