"""The permissions of Budgets' requests.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
"""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest

_SEEING = {"DescribeBudget", "DescribeBudgets", "DescribeNotificationsForBudget"}
_CHANGING = {"CreateBudget", "DeleteBudget", "CreateNotification", "DeleteNotification"}


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    name = request.params.get("BudgetName") or request.params.get("Budget", {}).get("BudgetName", "*")
    if request.operation in _SEEING:
        return [Asked("budgets:ViewBudget", _budget(request, name))]
    if request.operation in _CHANGING:
        return [Asked("budgets:ModifyBudget", _budget(request, name))]
    return None


def _budget(request: ApiRequest, name: str) -> str:
    """A budget belongs to no region."""
    parts = request.arn(f"budget/{name}").split(":")
    parts[3] = ""
    return ":".join(parts)
