"""What a person names to be uploaded."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from serin.domain.errors import Invalid, NotFound, Rejected, SerinError
from serin.domain.names import FILE
from serin_cli.incoming import incoming
from serin_cli.init import look


def test_a_partitioned_folder_is_its_files_with_the_columns_of_their_partition(tmp_path: Path) -> None:
    root, into = tmp_path / "rows", tmp_path / "into"
    for city in ("São%20Paulo", "__HIVE_DEFAULT_PARTITION__"):
        folder = root / "year=2013" / f"city={city}"
        folder.mkdir(parents=True)
        pl.DataFrame({"n": [1, 2]}).write_parquet(folder / "part-0.parquet")
    into.mkdir()
    files = list(incoming(root, into))
    assert all(FILE.match(file.name) for file in files)
    assert [pl.read_parquet(file).rows() for file in sorted(files)] == [
        [(1, "2013", "São Paulo"), (2, "2013", "São Paulo")],
        [(1, "2013", None), (2, "2013", None)],
    ]
    seen = look(root)
    assert (seen.rows, [(one.name, one.type) for one in seen.columns]) == (
        4,
        [("n", "integer"), ("year", "integer"), ("city", "string")],
    )


def test_partitions_of_csv_keep_their_rows_and_say_what_their_folder_says(tmp_path: Path) -> None:
    root, into = tmp_path / "rows", tmp_path / "into"
    texts = (b'a,"b"\r\n1,"NA"\r\n2,"x\ny"', b'a,"b"\n3,\n')
    for city, text in zip(("a,b", "__HIVE_DEFAULT_PARTITION__"), texts, strict=True):
        (folder := root / "year=2013" / f"city={city}").mkdir(parents=True)
        (folder / "part-0.csv.gz").write_bytes(gzip.compress(text))
    into.mkdir()
    none, named = sorted(incoming(root, into))
    assert none.read_bytes() == b'a,"b",year,city\n3,,2013,\n'
    assert named.read_bytes() == b'a,"b",year,city\r\n1,"NA",2013,"a,b"\r\n2,"x\ny",2013,"a,b"\n'
    seen = look(root)
    assert (seen.rows, [(one.name, one.nulls) for one in seen.columns]) == (
        3,
        [("a", 0), ("b", 1), ("year", 0), ("city", 1)],
    )


def test_another_folder_is_refused_and_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(Invalid, match="is a folder, and not one") as caught:
        list(incoming(tmp_path, tmp_path))
    assert "*.csv" in caught.value.remedy
    with pytest.raises(NotFound, match="No such file"):
        list(incoming(tmp_path / "none.csv", tmp_path))
    assert list(incoming(tmp_path / "a.csv", tmp_path)) == [tmp_path / "a.csv"]


def test_a_file_that_is_only_called_a_workbook_is_what_its_bytes_are(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("a\n1\n")
    assert list(incoming(tmp_path / "a.xlsx", tmp_path)) == [tmp_path / "a.xlsx"]
    with pytest.raises(SerinError):
        look(tmp_path / "empty.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a;b\n1;2,5\n", "its values are separated by semicolons"),
        ("# source: a till\na,b\n1,2\n", "its header is on line 2"),
    ],
)
def test_what_a_file_would_be_refused_for_it_is_in_a_partition_too(tmp_path: Path, text: str, message: str) -> None:
    (folder := tmp_path / "rows" / "year=2013").mkdir(parents=True)
    (folder / "part.csv").write_text(text)
    for named in (tmp_path / "rows", folder / "part.csv"):
        with pytest.raises(Rejected, match=message):
            look(named)
