"""One table written by several programs in their own types: `formats_writers.py TABLE FOLDER`.

Each file is called `<writer>.<format>`. A column that a writer cannot hold is left out of its files.
"""

from __future__ import annotations

import datetime
import gzip
import json
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.parquet

ZONE = "Asia/Kolkata"
NUMPY = {"bigint": "int64", "smallint": "float64", "unsigned integer": "uint8", "double": "float64", "float": "float32"}
ARROW = {
    "bigint": pyarrow.int64(),
    "nullable integer": pyarrow.int64(),
    "smallint": pyarrow.int16(),
    "unsigned integer": pyarrow.uint8(),
    "decimal(12,2)": pyarrow.decimal128(12, 2),
    "double": pyarrow.float64(),
    "float": pyarrow.float32(),
    "boolean": pyarrow.bool_(),
    "0 or 1": pyarrow.int8(),
    "category": pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
    "timestamp": pyarrow.timestamp("us", "UTC"),
    "timestamp in Asia/Kolkata": pyarrow.timestamp("us", ZONE),
    "date": pyarrow.date32(),
}
DUCKDB = {
    "text": "varchar",
    "text, null or empty": "varchar",
    "text with NA": "varchar",
    "text of digits": "varchar",
    "nullable integer": "integer",
    "unsigned integer": "utinyint",
    "0 or 1": "tinyint",
    "category": "varchar",
    "timestamp": "timestamptz",
    "timestamp in Asia/Kolkata": "timestamptz",
}
READ: Mapping[str, Callable[[str], Any]] = {
    "bigint": int,
    "nullable integer": int,
    "smallint": int,
    "unsigned integer": int,
    "0 or 1": int,
    "decimal(12,2)": Decimal,
    "double": float,
    "float": float,
    "boolean": "true".__eq__,
    "timestamp": datetime.datetime.fromisoformat,
    "timestamp in Asia/Kolkata": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
}
Columns = list[dict[str, Any]]


def values(column: Mapping[str, Any]) -> list[Any]:
    """The column's values as Python has them."""
    read = READ.get(column["kind"], str)
    return [None if text is None else read(text) for text in column["values"]]


def arrow_table(columns: Columns) -> pyarrow.Table:
    """The table in Arrow's types."""
    arrays = {
        column["name"]: pyarrow.array(values(column), ARROW.get(column["kind"], pyarrow.string())) for column in columns
    }
    return pyarrow.table(arrays)


def write_pandas(columns: Columns, folder: Path) -> None:
    """As pandas has it: a number column with nulls is one of floats, and an empty text is no more than a null."""
    frame = pandas.DataFrame({column["name"]: _series(column) for column in columns})
    frame.drop(columns="huge").to_parquet(folder / "pandas.parquet", index=False)
    for name in ("pandas.csv", "pandas.csv.gz"):
        frame.drop(columns=["huge", "maybe"]).to_csv(folder / name, index=False)


def _series(column: Mapping[str, Any]) -> pandas.Series:
    kind, own = column["kind"], values(column)
    if kind.startswith("timestamp"):
        moments = pandas.Series(pandas.to_datetime(pandas.Series(own), utc=True, format="ISO8601"))
        return moments if kind == "timestamp" else moments.dt.tz_convert(ZONE)
    if kind == "category":
        return pandas.Series(own, dtype="category")
    if kind == "nullable integer":
        return pandas.Series(own)
    return pandas.Series(own, dtype=NUMPY.get(kind) if column["name"] != "huge" else "object")


def write_polars(columns: Columns, folder: Path) -> None:
    """As polars has it."""
    frame = polars.from_arrow(arrow_table(columns))
    assert isinstance(frame, polars.DataFrame)
    frame.write_csv(folder / "polars.csv")
    (folder / "polars.csv.gz").write_bytes(gzip.compress(frame.write_csv().encode()))
    frame.write_parquet(folder / "polars.parquet")


def write_duckdb(columns: Columns, folder: Path) -> None:
    """As DuckDB has it, its session in the zone of a laptop."""
    with duckdb.connect() as session:
        session.execute(f"SET TimeZone = '{ZONE}'")
        types = ", ".join(f'"{column["name"]}" {DUCKDB.get(column["kind"], column["kind"])}' for column in columns)
        session.execute(f"CREATE TABLE rows ({types})")
        marks = ", ".join("?" for _ in columns)
        session.executemany(
            f"INSERT INTO rows VALUES ({marks})", list(zip(*(c["values"] for c in columns), strict=True))
        )
        names = ", ".join(f'"{column["name"]}"' for column in columns if column["name"] != "ident")
        session.execute(f"COPY rows TO '{folder}/duckdb.csv' (HEADER)")
        session.execute(f"COPY rows TO '{folder}/duckdb.csv.gz' (HEADER, COMPRESSION gzip)")
        # Its Parquet has an identifier as sixteen bytes.
        session.execute(f"COPY (SELECT {names} FROM rows) TO '{folder}/duckdb.parquet' (FORMAT parquet)")


def write_pyarrow(columns: Columns, folder: Path) -> None:
    """As Arrow has it; its CSV writer knows no dictionaries."""
    table = arrow_table(columns)
    pyarrow.parquet.write_table(table, folder / "pyarrow.parquet")
    plain = table.set_column(table.column_names.index("kind"), "kind", table["kind"].cast(pyarrow.string()))
    pyarrow.csv.write_csv(plain, folder / "pyarrow.csv")
    (folder / "pyarrow.csv.gz").write_bytes(gzip.compress((folder / "pyarrow.csv").read_bytes()))


def main() -> None:
    """Write all files, and say by which versions."""
    columns, folder = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    for write in (write_pandas, write_polars, write_duckdb, write_pyarrow):
        write(columns, folder)
    programs = {"pandas": pandas, "polars": polars, "duckdb": duckdb, "pyarrow": pyarrow}
    print(json.dumps({name: program.__version__ for name, program in programs.items()}))


if __name__ == "__main__":
    main()
