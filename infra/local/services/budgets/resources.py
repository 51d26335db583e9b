"""Budgets of an account: they are kept and can be looked at, and no bill ever reaches one."""

from __future__ import annotations

from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import BudgetsBackend, budgets_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted
from serin.domain.errors import Conflict

_PARTITION = "aws"


def _backend(one: Wanted | Deployed) -> BudgetsBackend:
    return budgets_backends[one.account][_PARTITION]


class Budget(ResourceType):
    """`Ref` is its name, which lies inside the property `Budget`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
    """

    type = "AWS::Budgets::Budget"
    properties = "Budget NotificationsWithSubscribers"
    replaced_by = "NotificationsWithSubscribers"

    def create(self, wanted: Wanted) -> Made:
        """A name that is taken is refused."""
        name = _named(wanted)
        if name in _backend(wanted).budgets[wanted.account]:
            raise Conflict(f"Error creating budget: {name} - the budget already exists.", "Give it another name.")
        return self._put(name, wanted)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The same budget with another limit or other filters; another name is another budget."""
        name = _named(wanted)
        if name != before.physical_id:
            another = self.create(wanted)
            self.delete(before)
            return another
        return self._put(name, wanted)

    def delete(self, deployed: Deployed) -> None:
        """With its notifications."""
        try:
            _backend(deployed).delete_budget(deployed.account, deployed.physical_id)
        except NotFoundException:
            return

    def _put(self, name: str, wanted: Wanted) -> Made:
        backend = _backend(wanted)
        backend.budgets[wanted.account].pop(name, None)
        budget: dict[str, Any] = {**wanted.properties["Budget"], "BudgetName": name}
        backend.create_budget(wanted.account, budget, wanted.get("NotificationsWithSubscribers", []))
        return Made(name)


def _named(wanted: Wanted) -> str:
    return str(wanted.properties["Budget"].get("BudgetName", wanted.name))
