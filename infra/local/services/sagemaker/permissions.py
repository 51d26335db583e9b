"""The permissions of SageMaker's requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.passing import passes
from infra.local.iam.requests.reading import ApiRequest

_ON_A_JOB = frozenset({"DescribeTrainingJob", "StopTrainingJob"})


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    job = request.arn(f"training-job/{request.text('TrainingJobName')}")
    if request.operation == "CreateTrainingJob":
        tags = [Asked("sagemaker:AddTags", job)] if request.params.get("Tags") else []
        return [
            Asked("sagemaker:CreateTrainingJob", job),
            *passes(request, "RoleArn", "sagemaker.amazonaws.com"),
            *tags,
        ]
    if request.operation in _ON_A_JOB:
        return [Asked(f"sagemaker:{request.operation}", job)]
    return [Asked("sagemaker:ListTrainingJobs", "*")] if request.operation == "ListTrainingJobs" else None
