"""The permissions of STS's requests."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/"""
    if request.operation == "GetCallerIdentity":
        return []
    if request.operation != "AssumeRole":
        return None
    given = {"sts:externalid": "ExternalId", "sts:rolesessionname": "RoleSessionName"}
    context = {key: (request.text(name),) for key, name in given.items() if name in request.params}
    return [Asked("sts:AssumeRole", request.text("RoleArn"), context)]
