"""What files call their columns, and what the contract calls them here: one column may have a name for each."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.contracts import Contract


def named_here(names: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """The names of a file's columns as the contract has them here.

    A file may have them already, as one does that was exported from quarantine; names the contract does not know stay.
    """
    here = {column.written: column.name for column in contract.columns if column.written}
    return tuple(here.get(text, text) for text in names)


def spellings(contract: Contract) -> dict[str, tuple[str, ...]]:
    """Of each column the names that files may have for it; the contract's own for files comes first."""
    return {one.name: tuple(dict.fromkeys((one.name_in_files, one.name))) for one in contract.columns}
