"""An answer in which the model's code failed, for CloudWatch: Lambda counts a call as good that was answered at all."""

from __future__ import annotations

import json
from datetime import datetime

NAMESPACE, FAILED_ANSWERS = "Serin", "failed_answers"


def failed_answer(model: str, at: datetime, stage: str) -> str:
    """One line of the embedded metric format: one more answer of the model that failed, in whole or of some rows.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage", "model"]],
        "Metrics": [{"Name": FAILED_ANSWERS, "Unit": "Count"}],
    }
    about = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [definition]}
    return json.dumps({"_aws": about, "stage": stage, "model": model, FAILED_ANSWERS: 1})
