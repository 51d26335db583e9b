"""Records how PostgreSQL and a spreadsheet write the table: `record.py FOLDER`, for people who have both installed.

The files lie beside this one; README.md says by which versions. PostgreSQL is started for the moment, as its own user.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("table.json")
SQL = {
    "nullable integer": "integer",
    "unsigned integer": "smallint",
    "decimal(12,2)": "numeric(12,2)",
    "double": "double precision",
    "float": "real",
    "timestamp": "timestamptz",
    "timestamp in Asia/Kolkata": "timestamptz",
    "bigint": "bigint",
    "smallint": "smallint",
    "boolean": "boolean",
    "date": "date",
    "uuid": "uuid",
}
# What a cell of a spreadsheet cannot be: a number of more than 15 digits, a time in a zone, an empty text.
NOT_IN_CELLS = ("huge", "share", "maybe", "seen_at", "local_at")
CELLS = ("boolean", "date")
STYLES = (
    '<number:boolean-style style:name="b"><number:boolean/></number:boolean-style>'
    '<number:date-style style:name="d"><number:year number:style="long"/><number:text>-</number:text><number:month'
    ' number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>'
    '<style:style style:name="boolean" style:family="table-cell" style:data-style-name="b"/>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="d"/>'
)
NUMBERS = ("bigint", "nullable integer", "smallint", "unsigned integer", "decimal(12,2)", "float", "0 or 1")
# Comma, double quotes, UTF-8, from the first line; texts quoted or not; values as they are, or as they are shown.
FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,{quoted},{shown},false"
Columns = list[dict[str, Any]]


def postgresql(columns: Columns, folder: Path) -> None:
    """COPY in CSV form, with a header, from a session in UTC and from one in India; gzipped by the server."""
    binaries = next(Path("/usr/lib/postgresql").glob("*/bin"))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        shutil.chown(home, "postgres")
        script = home / "table.sql"
        script.write_text(_sql(columns, home), encoding="utf-8")
        cluster = f"-D {home}/data -w -o '-c listen_addresses= -k {home}'"
        steps = (
            f"{binaries}/initdb -D {home}/data -E UTF8 --locale=C.UTF-8",
            f"{binaries}/pg_ctl {cluster} start",
            f"{binaries}/psql -h {home} -d postgres -v ON_ERROR_STOP=1 -f {script}",
            f"{binaries}/pg_ctl {cluster} stop",
        )
        for step in steps:
            subprocess.run(["su", "postgres", "-c", step], check=True, stdout=subprocess.DEVNULL, cwd=home)
        for file in home.glob("postgresql*"):
            shutil.copyfile(file, folder / file.name)


def _sql(columns: Columns, home: Path) -> str:
    types = ", ".join(f"{column['name']} {SQL.get(column['kind'], 'text')}" for column in columns)
    rows = zip(*([_literal(text) for text in column["values"]] for column in columns), strict=True)
    values = ",\n".join(f"({', '.join(row)})" for row in rows)
    copy = "COPY rows TO {to} WITH (FORMAT csv, HEADER{more});"
    return "\n".join(
        (
            f"CREATE TABLE rows ({types});\nINSERT INTO rows VALUES\n{values};\nSET TimeZone = 'UTC';",
            copy.format(to=f"'{home}/postgresql.csv'", more=""),
            copy.format(to=f"PROGRAM 'gzip -9n > {home}/postgresql.csv.gz'", more=""),
            "SET TimeZone = 'Asia/Kolkata';",
            copy.format(to=f"'{home}/postgresql_quoted.csv'", more=", FORCE_QUOTE *"),
        )
    )


def _literal(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def spreadsheet(columns: Columns, folder: Path) -> None:
    """A sheet of typed cells saved as CSV: as the dialog proposes it, and with all texts quoted."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "libreoffice.fods").write_text(_sheet(columns), encoding="utf-8")
        for called, quoted in (("libreoffice.csv", "false"), ("libreoffice_quoted.csv", "true")):
            command = ["soffice", "--headless", f"-env:UserInstallation=file://{home}/profile", "--convert-to"]
            command += [
                FILTER.format(quoted=quoted, shown="true"),
                "--outdir",
                str(home),
                str(home / "libreoffice.fods"),
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "en_US.UTF-8"})
            shutil.copyfile(home / "libreoffice.csv", folder / called)


def _sheet(columns: Columns) -> str:
    held = [column for column in columns if column["name"] not in NOT_IN_CELLS]
    head = "".join(_cell("text", column["name"]) for column in held)
    rows = zip(*([_cell(column["kind"], text) for text in column["values"]] for column in held), strict=True)
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in ([head], *rows))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
        ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.3"'
        ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="rows">{body}</table:table></office:spreadsheet></office:body></office:document>'
    )


def _cell(kind: str, text: str | None) -> str:
    if text is None:
        return "<table:table-cell/>"
    if kind in NUMBERS:
        return f'<table:table-cell office:value-type="float" office:value="{float(text)!r}"/>'
    if kind in CELLS:
        value = f'office:value-type="{kind}" office:{kind}-value="{text}"'
        return f'<table:table-cell table:style-name="{kind}" {value}/>'
    # White space at the edges is kept as elements of its own.
    words = escape(text).replace(" ", "<text:s/>").replace("\n", "</text:p><text:p>")
    return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'


def main(arguments: Mapping[int, str]) -> None:
    """Record both."""
    columns, folder = json.loads(TABLE.read_text(encoding="utf-8")), Path(arguments[1])
    postgresql(columns, folder)
    spreadsheet(columns, folder)


if __name__ == "__main__":
    main(dict(enumerate(sys.argv)))
