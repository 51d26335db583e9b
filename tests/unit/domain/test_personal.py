from __future__ import annotations

import re

from serin.domain.contracts import Column
from serin.domain.personal import PSEUDONYM, UNKNOWN, pseudonym, salt_name
from tests.builders import a_contract

SALT = bytes(range(32))


def test_a_digest_tells_nothing_without_its_salt_and_is_another_one_with_another() -> None:
    digest = pseudonym(SALT, "mail", "ann@example.org")
    assert digest == pseudonym(SALT, "mail", "ann@example.org")
    assert digest != pseudonym(SALT[::-1], "mail", "ann@example.org")
    assert "ann" not in digest
    assert re.search(PSEUDONYM, digest)
    assert not re.search(PSEUDONYM, UNKNOWN)


def test_equal_values_of_other_columns_are_other_people() -> None:
    assert pseudonym(SALT, "customer", "7") != pseudonym(SALT, "driver", "7")
    assert salt_name(SALT, "customer", "7") != salt_name(SALT, "driver", "7")
    assert salt_name(SALT, "a", "bc") != salt_name(SALT, "ab", "c")


def test_a_protected_contract_promises_what_is_kept() -> None:
    contract = a_contract()
    assert contract.protecting({"nobody": "drop"}) == contract
    assert not contract.personal
    kept = contract.protecting({"shop": "hash", "amount": "drop"})
    assert kept.personal
    assert [column.name for column in kept.hashed] == ["shop"]
    assert [column.name for column in kept.columns] == ["order_id", "at", "shop", "late"]
    assert not any("amount" in rule.columns for rule in kept.rules)
    assert {column.name for column in kept.in_files.columns} == {column.name for column in contract.columns}


def test_what_identifies_people_is_shown_to_nobody_whatever_its_class_was() -> None:
    public = Column("shop", "string", classification="public")
    contract = a_contract().protecting({"shop": "hash"})
    assert public.shown
    assert not contract.hashed[0].shown
