"""What of a profile a person should look at first, and what its marks mean."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.profiles import ColumnProfile, Flag, Profile

FLAGS: Mapping[Flag, tuple[str, str]] = {
    "label": ("label", "what the model is to predict"),
    "suspect": (
        "suspect",
        "it all but is the label, or has values only where the label has one: is it known only afterwards? "
        "Then say so in the contract",
    ),
    "all_missing": ("all missing", "no row has a value"),
    "mostly_missing": ("mostly missing", "more than half of the rows have no value"),
    "constant": ("constant", "every value is the same: there is nothing to learn"),
    "almost_unique": (
        "almost unique",
        "nearly every row has another value: it names rows, and says nothing about new ones",
    ),
    "afterwards": ("known afterwards", "known only after the question was asked, so it never helps to answer it"),
}
TROUBLED: tuple[Flag, ...] = ("all_missing", "mostly_missing", "constant", "almost_unique")
_GROUPS: tuple[tuple[Flag, ...], ...] = (("label",), ("suspect",), TROUBLED)


def ordered(profile: Profile) -> list[ColumnProfile]:
    """The label, what is suspect, what lacks something, then what says most about the label; last what may not help."""

    def place(column: ColumnProfile) -> tuple[float, ...]:
        flags = set(column.flags)
        group = next((number for number, wanted in enumerate(_GROUPS) if flags.intersection(wanted)), len(_GROUPS))
        group = len(_GROUPS) + 1 if "afterwards" in flags else group
        lacks = column.missing if group == _GROUPS.index(TROUBLED) else 0
        return group, -lacks, -(column.association.strength if column.association else -1.0), -column.missing

    return sorted(profile.columns, key=place)
