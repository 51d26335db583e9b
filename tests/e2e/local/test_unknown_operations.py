"""What the local cloud has not got is refused by name in the form of the service, and never by a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly
from tests.e2e.local.templates import aws

UNKNOWN: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    ("dynamodb", "list_contributor_insights", {}, "UnknownOperationException", "ListContributorInsights"),
    ("events", "list_endpoints", {}, "UnknownOperationException", "ListEndpoints"),
    ("logs", "list_anomalies", {}, "UnknownOperationException", "ListAnomalies"),
    ("ssm", "list_nodes", {}, "UnknownOperationException", "ListNodes"),
    ("sns", "list_sms_sandbox_phone_numbers", {}, "InvalidAction", "ListSmsSandboxPhoneNumbers"),
    ("iam", "list_service_specific_credentials", {}, "InvalidAction", "ListServiceSpecificCredentials"),
    ("cloudwatch", "list_metric_streams", {}, "UnknownOperationException", "ListMetricStreams"),
    ("lambda", "get_account_settings", {}, "UnknownOperationException", "/2016-08-19/account-settings"),
    ("apigatewayv2", "list_portals", {}, "UnknownOperationException", "/v2/portals"),
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud.start(Assembly("us-east-1", ()), scratch=tmp_path_factory.mktemp("unknown")) as started:
        yield started


@pytest.mark.parametrize(("service", "operation", "arguments", "code", "says"), UNKNOWN)
def test_an_operation_that_is_not_here_is_refused_by_its_name(
    cloud: LocalCloud, service: str, operation: str, arguments: dict[str, Any], code: str, says: str
) -> None:
    client = aws(cloud, service)
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**arguments)
    answer = refused.value.response
    assert answer["Error"]["Code"].removesuffix("Exception") == code.removesuffix("Exception")
    assert says in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
