"""Operations that are not served here: refused as AWS refuses what a service does not know, and never by a page."""

from __future__ import annotations

from typing import Any

import boto3

from benches.rules.model import Attempt, refused, rule
from infra.local.cloud import LocalCloud

_COMMON = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html"
_JSON, _QUERY = ("UnknownOperationException", 400), ("InvalidAction", 400)
_REST = ("UnknownOperationException", 404)

_UNKNOWN: tuple[tuple[str, str, tuple[str, int], str], ...] = (
    ("dynamodb", "list_contributor_insights", _JSON, "ListContributorInsights"),
    ("events", "list_endpoints", _JSON, "ListEndpoints"),
    ("logs", "list_anomalies", _JSON, "ListAnomalies"),
    ("ssm", "list_nodes", _JSON, "ListNodes"),
    ("cloudwatch", "list_metric_streams", _JSON, "ListMetricStreams"),
    ("sns", "list_sms_sandbox_phone_numbers", _QUERY, "ListSmsSandboxPhoneNumbers"),
    ("iam", "list_service_specific_credentials", _QUERY, "ListServiceSpecificCredentials"),
    ("lambda", "get_account_settings", _REST, "/2016-08-19/account-settings"),
    ("apigatewayv2", "list_portals", _REST, "/v2/portals"),
)


def _refusing(service: str, operation: str, code: tuple[str, int], says: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        client: Any = boto3.client(service, **cloud.client)  # type: ignore[call-overload]
        with refused(*code, message=says):
            getattr(client, operation)()

    attempt.__name__ = f"{operation}_is_unknown"
    return attempt


for _service, _operation, _code, _says in _UNKNOWN:
    rule(service=_service, says=f"what it does not know is refused by name: {_operation}", source=_COMMON)(
        _refusing(_service, _operation, _code, _says)
    )
