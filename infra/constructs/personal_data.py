"""Who may reach the salts of personal values, where a charter has such: they lie in the control table."""

from __future__ import annotations

from collections.abc import Sequence

from infra.constructs.permissions import Permission, allow_items
from infra.constructs.stack import SerinStack
from serin.domain.charter import Charter

SALTS = ("PERSONAL#*",)


class PersonalData:
    """What a function needs for the hashed columns of these charters; nothing where they have none."""

    def __init__(self, stack: SerinStack, charters: Sequence[Charter]) -> None:
        self._table = stack.addresses.table("control")
        self._any = any(charter.compliance.hashed for charter in charters)

    @property
    def environment(self) -> list[str]:
        """The variables of a function that has no other use for the table."""
        return ["SERIN_CONTROL_TABLE"] if self._any else []

    @property
    def looked_up(self) -> list[Permission]:
        """For whoever asks about people."""
        return [allow_items("dynamodb:BatchGetItem", on=self._table, of=SALTS)] if self._any else []

    @property
    def made(self) -> list[Permission]:
        """For whoever takes in data about people who were not known."""
        actions = ("dynamodb:BatchGetItem", "dynamodb:UpdateItem")
        return [allow_items(*actions, on=self._table, of=SALTS)] if self._any else []
