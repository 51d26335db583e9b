"""What each field about rules, money and people changes; templates are looked at in tests/infra/test_design.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from infra.constructs.region import region_of
from infra.quotas import calls_a_second
from infra.retention import of_the_lake
from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.card import CardDesign
from serin.domain.people import ROLES
from serin.services.show_card import show_card
from tests.builders import a_version
from tests.unit.domain.charter_proofs import Proof, Read

_BEFORE = "  requirements:\n"


def _edit(line: str) -> Mapping[str, str]:
    return {_BEFORE: f"  {line}\n{_BEFORE}"}


def _card(read: Read) -> CardDesign:
    catalog = MemoryCatalog()
    catalog.register(a_version(1, model=read.charter.model))
    return show_card(read.charter, 1, catalog=catalog).design


def _looks_first_at(role: str) -> Callable[[Read], object]:
    return lambda read: next(one.key_metric for one in _card(read).people if one.role == role)


DESIGN_PROOFS: Mapping[str, Proof] = {
    "design.users": Proof(_edit("users: [riders]"), lambda read: _card(read).users, ("riders",)),
    "design.risk": Proof(_edit("risk: minimal"), lambda read: _card(read).risk, "minimal"),
    "design.compliance.region": Proof(
        _edit("compliance: {region: eu-west-1}"), lambda read: region_of([read.charter]), "eu-west-1"
    ),
    "design.compliance.retention": Proof(
        _edit("compliance: {retention: 90d}"),
        lambda read: of_the_lake([read.charter]).get("predictions/trip-delay/"),
        timedelta(days=90),
    ),
    "design.compliance.personal_data.*": Proof(
        _edit("compliance: {personal_data: {station: hash}}"),
        lambda read: [column.personal for column in read.examined.contracts["trips"].columns if column.personal],
        ["hash"],
    ),
    "design.budget.usd_per_month": Proof(
        _edit("budget: {usd_per_month: 20}"), lambda read: read.charter.budget.usd_per_month, 20
    ),
    "design.budget.requests_per_second": Proof(
        _edit("budget: {requests_per_second: 20}"), lambda read: calls_a_second([read.charter], 50), 20
    ),
    **{
        f"people.{role}.key_metric": Proof(
            {f"{role}: {{who: [{owner}]": f"{role}: {{who: [{owner}], key_metric: log_loss"},
            _looks_first_at(role),
            "log_loss",
        )
        for role, owner in zip(ROLES, ("lead", "desk", "science", "data", "ml"), strict=True)
    },
}
