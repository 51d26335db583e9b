"""An upload's quality for CloudWatch, as one line of its embedded metric format: no call, just a line of the log."""

from __future__ import annotations

import json

from serin.domain.datasets import Upload

NAMESPACE = "Serin"


def quality_metrics(upload: Upload, stage: str) -> str | None:
    """Percentages by stage and dataset: the score of each dimension, and the rows set aside; None without a scorecard.

    None of a file of corrections either: an alarm on a dataset's quality is not of the one row somebody puts right.

    None of them is a sum, so a line that a redelivery writes again changes no average, lowest or highest value.
    """
    scores = {} if upload.is_correction else upload.scorecard
    values = {name: score.value for name, score in scores.items()}
    if not values:
        return None
    if upload.rows:
        values["set_aside"] = round(100 * upload.quarantined / upload.rows, 4)
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage", "dataset"]],
        "Metrics": [{"Name": name, "Unit": "Percent"} for name in values],
    }
    about = {"Timestamp": int(upload.at.timestamp() * 1000), "CloudWatchMetrics": [definition]}
    return json.dumps({"_aws": about, "stage": stage, "dataset": upload.dataset, "upload": upload.id, **values})
