"""Which columns a model may be asked by, which say nothing to it, and which of them name a row."""

from __future__ import annotations

from serin.data.looks.inference import ColumnSeen, FileSeen

LONGEST_INPUT = 256
ENOUGH_TO_REQUIRE = 100
INPUT_TYPES = ("string", "integer", "number", "boolean")


def required(column: ColumnSeen) -> bool:
    """Whether enough rows had a value, and each of them did."""
    return column.nulls == 0 and column.rows >= ENOUGH_TO_REQUIRE


def left_out(seen: FileSeen, label: ColumnSeen, time: ColumnSeen | None, entity: ColumnSeen | None) -> dict[str, str]:
    """The columns that are no inputs, each with the reason."""
    reasons = {column.name: _reason(column) for column in seen.columns if column is not entity}
    reasons |= {label.name: "the label"} | ({time.name: "the time"} if time else {})
    return {name: reason for name, reason in reasons.items() if reason}


def key_of(seen: FileSeen, time: ColumnSeen | None, entity: ColumnSeen | None) -> tuple[str, ...]:
    """The columns that name a row; none where an entity, with its time, does not."""
    if entity is None:
        return ()
    if entity.names_rows:
        return (entity.name,)
    if time is None or seen.typed.select(entity.name, time.name).is_duplicated().any():
        return ()
    return (entity.name, time.name)


def _reason(column: ColumnSeen) -> str:
    """Why a column says nothing to a model, or empty."""
    if column.distinct < 2:
        return "no value in any row" if column.distinct == 0 else "one value in every row"
    if column.type not in INPUT_TYPES or column.time:
        kind = "time that does not say its zone" if column.time == "local" else column.time or column.type
        return f"a {kind}; derive numbers from it in features.py"
    if column.longest > LONGEST_INPUT:
        return f"texts of up to {column.longest:,} characters"
    if column.names_rows and (column.type == "string" or column.name.split("_")[-1] == "id"):
        return "another value in every row, which is nothing to learn; --entity names it"
    return ""
