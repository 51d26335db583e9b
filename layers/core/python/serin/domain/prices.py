"""What AWS asks for what Serin uses: list prices of us-east-1 in USD, without taxes and other free shares than named.

Read at the addresses of SOURCES, by the day below.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

AS_OF = date(2025, 12, 31)
SOURCES: Mapping[str, str] = {
    "CloudWatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "Lambda": "https://aws.amazon.com/lambda/pricing/",
    "API Gateway": "https://aws.amazon.com/api-gateway/pricing/",
    "DynamoDB": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "S3": "https://aws.amazon.com/s3/pricing/",
    "SQS": "https://aws.amazon.com/sqs/pricing/",
    "Step Functions": "https://aws.amazon.com/step-functions/pricing/",
    "X-Ray": "https://aws.amazon.com/xray/pricing/",
    "SageMaker": "https://aws.amazon.com/sagemaker/ai/pricing/",
}

ALARM_METRIC = 0.10
"""A month, for each metric an alarm reads, looked at each minute or less often."""
FAST_ALARM_METRIC = 0.30
"""The same, with a period below a minute."""
COMPOSITE_ALARM = 0.50
CUSTOM_METRIC = 0.30
"""A month, for each set of dimensions, by the hours in which it is sent; detailed metrics of a route are such."""
DASHBOARD = 3.00
"""A month, beyond the account's first three of at most fifty metrics each."""
FREE_DASHBOARDS, FREE_DASHBOARD_METRICS = 3, 50
LOG_GB = 0.50
"""For each GB that is written to CloudWatch Logs."""

LAMBDA_CALL = 0.20 / 1_000_000
LAMBDA_GB_SECOND = 0.0000133334
"""On arm64, which stages use by default; x86_64 costs a quarter more."""

TRAINER_SECOND = LAMBDA_GB_SECOND * 3008 / 1024
"""A second of a training's functions, which have 3,008 MB."""

HTTP_API_CALL = 1.00 / 1_000_000
READ_UNIT, WRITE_UNIT = 0.125 / 1_000_000, 0.625 / 1_000_000
"""On demand. A unit reads 4 KB, or 8 KB that may be a second old."""
TABLE_GB, TABLE_BACKUP_GB = 0.25, 0.20
"""A month of a table's GB, and of being able to restore it to any second."""
BUCKET_GB = 0.023
BUCKET_PUT, BUCKET_GET = 0.005 / 1_000, 0.0004 / 1_000
QUEUE_REQUEST = 0.40 / 1_000_000
STATE_TRANSITION = 0.025 / 1_000
TRACE = 5.00 / 1_000_000

SAGEMAKER_INSTANCE = "ml.t2.medium"
SAGEMAKER_INSTANCE_CORES = 2
"""The smallest that real-time endpoints have: 2 vCPUs that may burst, and 4 GB."""
SAGEMAKER_INSTANCE_HOUR = 0.056
SAGEMAKER_SERVERLESS_GB_SECOND = 0.00002
SAGEMAKER_DATA_GB = 0.016
"""Of requests and of answers, each."""
TRAINING_HOUR: Mapping[str, float] = {
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.m5.2xlarge": 0.461,
    "ml.m5.4xlarge": 0.922,
    "ml.m5.12xlarge": 2.765,
    "ml.m5.24xlarge": 5.53,
}
"""Of a training job on demand, by the second; spot costs less, by how much changes."""


def calls_cost(calls: int, gb_seconds: float) -> float:
    """What so many calls of functions cost, which were billed so many seconds times GB of memory."""
    return calls * LAMBDA_CALL + gb_seconds * LAMBDA_GB_SECOND
