"""The app is synthesised once for all tests of this folder: for AWS, and for this machine, which has other code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from infra.app import build_app
from infra.settings import Cloud, Settings, target_for
from serin.domain.charter import Charter, Monitoring, Objectives
from serin.domain.compliance import Budget, Compliance
from serin.domain.sources import Source
from tests.builders import a_charter
from tests.infra.templates import Assembly, TinyPackages

MODELS = ("late-orders", "returns")
SIGNED = ("returns",)
"""Whose callers sign with their AWS credentials."""
TRACED = Monitoring(traced=True)
"""Of the first model, so of what the two share."""
COMPLIANCE = Compliance("us-east-1", timedelta(days=29))
BUDGET = Budget(20.0, 40)
"""Of the first model, too."""
SETTINGS = Settings(notices=("team@example.com",), cors_origins=("https://shop.example.com",))
Synthesise = Callable[..., Assembly]


SOURCE = Source("acme-exports", "shop/orders/", timedelta(hours=6))
"""Where the files of `orders` come from: named by one of the two models that read it."""


@pytest.fixture(scope="session")
def charters() -> list[Charter]:
    orders, shops = a_charter().datasets
    signed = a_charter(
        model="returns",
        access="sigv4",
        objectives=Objectives(latency_p95_ms=100.0),
        budget=Budget(requests_per_second=30),
    )
    truth = replace(a_charter().truth, feedback=True)
    return [
        a_charter(
            model="late-orders",
            datasets=(replace(orders, source=SOURCE), shops),
            truth=truth,
            monitoring=TRACED,
            compliance=COMPLIANCE,
            budget=BUDGET,
        ),
        signed,
    ]


@pytest.fixture(scope="session")
def synthesise(charters: list[Charter], tmp_path_factory: pytest.TempPathFactory) -> Synthesise:
    def made(cloud: Cloud, checks: bool = False) -> Assembly:
        folder = tmp_path_factory.mktemp(cloud)
        target = target_for(SETTINGS, cloud)
        packages = TinyPackages(folder / "packages", target)
        app = build_app(SETTINGS, target, charters, packages, folder / "assembly")
        if checks:
            _add_checks(app)
        try:
            app.synth()
        except RuntimeError as error:
            # The report says more than the error; the tests of the checks read it.
            if "ValidationFailed" not in str(error):
                raise
        return Assembly(folder / "assembly")

    return made


def _add_checks(app: Any) -> None:
    import aws_cdk as cdk
    import cdk_nag

    for pack in (cdk_nag.AwsSolutionsChecks, cdk_nag.ServerlessChecks):
        cdk.Validations.of(app).add_plugins(pack(app))


@pytest.fixture(scope="session")
def aws(synthesise: Synthesise, request: pytest.FixtureRequest) -> Assembly:
    """With the checks, which take twice as long as all else of it, where a test of this run reads their report."""
    items = (item for item in request.session.items if isinstance(item, pytest.Function))
    return synthesise("aws", checks=any("report" in item.fixturenames for item in items))


@pytest.fixture(scope="session")
def local(synthesise: Synthesise) -> Assembly:
    return synthesise("local")


@pytest.fixture(scope="session")
def report(aws: Assembly) -> Any:
    return json.loads((aws.folder / "validation-report.json").read_text())
