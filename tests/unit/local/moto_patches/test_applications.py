"""Which of moto's applications answers for a host."""

from __future__ import annotations

from typing import Any

import pytest
from moto import backends

from infra.local.moto_patches.applications import Applications, application_of


def test_a_host_is_looked_for_among_motos_services_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    modules = list(backends.list_of_moto_modules())
    monkeypatch.setattr(backends, "list_of_moto_modules", lambda: [looks.append("") or name for name in modules[:1]])
    applications = Applications()
    hosts = ["s3.us-east-1.amazonaws.com", "lambda.us-east-1.amazonaws.com"] * 2
    assert [applications.get_backend_for_host(host) for host in hosts] == ["s3", "awslambda"] * 2
    assert len(looks) == 2


def test_only_a_service_that_names_its_operation_in_a_header_is_asked_past_the_framework() -> None:
    services: list[Any] = ["dynamodb", "sqs", "iam", "sts", "cloudwatch", "s3"]
    assert [service for service in services if application_of(service).goes_past] == ["dynamodb"]
