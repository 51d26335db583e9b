from __future__ import annotations

import json

from serin.domain.quality_metrics import quality_metrics
from serin.domain.scorecard import Score
from tests.builders import NOON, an_upload


def test_an_uploads_quality_is_one_line_that_cloudwatch_reads_metrics_from() -> None:
    upload = an_upload(scorecard={"accuracy": Score(99.5, 3), "timeliness": Score(0.0, 1)})
    line = quality_metrics(upload, "dev")
    assert line is not None
    assert "\n" not in line
    found = json.loads(line)
    (metrics,) = found["_aws"]["CloudWatchMetrics"]
    assert found["_aws"]["Timestamp"] == NOON.timestamp() * 1000
    assert {item["Name"]: found[item["Name"]] for item in metrics["Metrics"]} == {
        "accuracy": 99.5,
        "timeliness": 0.0,
        "set_aside": 33.3333,
    }
    assert [found[name] for name in metrics["Dimensions"][0]] == ["dev", "flights"]


def test_a_file_that_could_not_be_read_has_no_metrics() -> None:
    assert quality_metrics(an_upload(), "dev") is None
