from __future__ import annotations

from typing import Any

import pytest

from infra.local.delivery import embedded
from serin.domain.failed_answers import failed_answer
from tests.builders import NOON


def test_metrics_that_a_function_writes_into_its_log_are_taken_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = []
    monkeypatch.setattr(embedded, "measure", lambda *measured: found.append(measured))
    others = ["{", '{"_aws": 7}', '{"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "x"}]}]}}', "plain"]
    embedded.measure_embedded("us-east-1", [failed_answer("returns", NOON, "dev"), *others])
    dimensions = {"stage": "dev", "model": "returns"}
    assert found == [("Serin", "us-east-1", [("failed_answers", 1.0, "Count")], dimensions)]
