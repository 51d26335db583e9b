"""The salts of personal values, as services use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class SaltReads(Protocol):
    """For whoever looks up what is known already; names are those of `serin.domain.personal.salt_name`."""

    def secret(self) -> bytes | None:
        """The stage's secret that salts are found by; None before there is any salt."""

    def read(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """The salts of those names that have one."""


class ErasableSalts(SaltReads, Protocol):
    """For whoever erases."""

    def destroy(self, name: str) -> None:
        """Destroy the salt of that name; nothing happens where it is gone."""


class Salts(SaltReads, Protocol):
    """For whoever takes in new data."""

    def make_secret(self) -> bytes:
        """The stage's secret, made where there is none; whoever is first makes it for all."""

    def make(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """The salt of each name, made where there is none; whoever is first makes it for all."""
