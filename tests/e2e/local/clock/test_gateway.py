"""The gateway's cached decisions and throttles on the cloud's clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx

from infra.local.cloud import LocalCloud
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import Record, function, ref, resource
from tests.e2e.local.test_http_api import api

AUTHORIZES = """
import os

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write('{"event": 1}\\n')
    return {"isAuthorized": True}
"""


def asked(cloud: LocalCloud) -> int:
    return httpx.post(f"{cloud.api_url}/models/m/predict", headers={"Authorization": "Bearer good"}).status_code


def test_a_decision_is_forgotten_when_its_time_to_live_has_passed(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, api() | {"Authorize": function("authorize", AUTHORIZES, record)}) as cloud:
        assert [asked(cloud), asked(cloud)] == [200, 200]
        assert len(record.lines) == 1
        cloud.advance(timedelta(minutes=2))
        assert asked(cloud) == 200
        assert len(record.lines) == 2


def test_a_throttle_fills_up_as_the_clock_passes(tmp_path: Path) -> None:
    slow = {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 1}
    stage = resource(
        "ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True, DefaultRouteSettings=slow
    )
    with running(tmp_path, api() | {"Stage": stage}) as cloud:
        assert [asked(cloud), asked(cloud)] == [200, 429]
        cloud.advance(timedelta(minutes=2))
        assert asked(cloud) == 200
