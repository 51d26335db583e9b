"""Handing a role to a service needs iam:PassRole on it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest


def passes(request: ApiRequest, parameter: str, service: str) -> list[Asked]:
    """The permission to give the service the role that a parameter names, where it names one."""
    role = request.text(parameter)
    return [Asked("iam:PassRole", role, {"iam:passedtoservice": (service,)})] if role else []
