"""What the checks look at: the well-formed part of a charter, and the files it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from serin.domain.contracts import Column, Contract
from serin.domain.personal import Treatment
from serin.files.charter_schema import CharterFile, InputSection, ViewSection
from serin.files.code_outlines import Function, Outline
from serin.files.faults import Finding


@dataclass(frozen=True)
class Subject:
    """A charter under examination.

    `charter` lacks its ill-formed sections, so a check says which sections it needs. Contracts, as they are `written`,
    and modules that could not be read are absent: their own faults are reported already.
    """

    charter: CharterFile
    folder: Path
    written: Mapping[str, Contract]
    modules: Mapping[str, Outline]

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts of what is kept: without personal data that is dropped."""
        personal = self.personal_data()
        return {name: contract.protecting(personal) for name, contract in self.written.items()}

    def personal_data(self) -> Mapping[str, Treatment]:
        """What becomes of which columns before they are kept."""
        known = "design" in self.charter.model_fields_set
        return self.charter.design.compliance.personal_data if known else {}

    def column(self, dataset: str, name: str) -> Column | None:
        """The column in the dataset's contract, or None."""
        contract = self.contracts.get(dataset)
        columns = (column for column in contract.columns if column.name == name) if contract else iter(())
        return next(columns, None)

    def has_column(self, dataset: str, name: str) -> bool:
        """Whether the contract promises the column or the dataset's derivation speaks of it."""
        if dataset not in self.contracts or self.column(dataset, name):
            return True
        return self.derives(dataset, name)

    def derives(self, dataset: str, name: str) -> bool:
        """Whether the module that derives the dataset's columns speaks of this one."""
        derive = self.charter.datasets[dataset].derive
        if derive is None:
            return False
        outline = self.modules.get(derive.call.partition(":")[0])
        return outline is None or name in outline.words

    def function(self, call: str) -> Function | None:
        """The function `module:function` names, or None."""
        module, _, name = call.partition(":")
        outline = self.modules.get(module)
        return outline.functions.get(name) if outline else None

    def inputs(self) -> Mapping[str, InputSection]:
        """The request's fields by name."""
        return self.charter.inputs

    def views(self) -> Mapping[str, ViewSection]:
        """The views by name."""
        return self.charter.features.views

    def view_values(self) -> dict[str, str]:
        """How an on-demand function asks for a view's value (`<view>_<column>`) → `view.column`."""
        return {f"{name}_{column}": f"{name}.{column}" for name, view in self.views().items() for column in view.values}


@dataclass(frozen=True)
class Check:
    """One question about a charter, asked when the sections it `needs` are well-formed."""

    needs: frozenset[str]
    findings: Callable[[Subject], Iterator[Finding]]


def check(*needs: str) -> Callable[[Callable[[Subject], Iterator[Finding]]], Check]:
    """Make a function a check that needs these sections."""
    return lambda findings: Check(frozenset(needs), findings)
