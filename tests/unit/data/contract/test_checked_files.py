"""A file looked at block by block comes out as the same file looked at all at once, to the bit."""

from __future__ import annotations

import csv
import gzip
import io
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from serin.data.contract.checked_files import CheckedFile, check_file
from serin.data.contract.rules import Surroundings
from serin.data.files.reading import opened, read_table
from serin.data.files.table import CAPS, Caps
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Reference, Rule
from serin.domain.errors import Rejected, TooLarge
from tests.checking import check

NOON = datetime(2013, 1, 10, 12, tzinfo=UTC)
SHOPS = Reference("shops", ("name",))
COLUMNS = ("order_id", "shop", "amount", "at", "day", "note")
CONTRACT = Contract(
    "orders",
    "1.0.0",
    (
        Column("order_id", "integer", required=True),
        Column("shop", "string"),
        Column("amount", "number"),
        Column("at", "timestamp"),
        Column("day", "date"),
    ),
    (
        Rule("orders.key", "unique", ("order_id", "shop"), "consistency"),
        Rule("orders.amount.unique", "unique", ("amount",), "consistency", "warning"),
        Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=0, maximum=3),
        Rule("orders.amount.low", "range", ("amount",), "accuracy", "warning", minimum=1),
        Rule("orders.shop.pattern", "pattern", ("shop",), "accuracy", "warning", pattern="^[a-c]$"),
        Rule("orders.shop.known", "foreign_key", ("shop",), "consistency", "warning", references=SHOPS),
        Rule("orders.at.latency", "latency", ("at",), "timeliness", "warning", maximum=86_400 * 5),
    ),
    ("order_id", "shop"),
    (
        DatasetRule("orders.rows", "row_count", "completeness", Limit(">", 20), "warning"),
        DatasetRule(
            "orders.shops.twice",
            "broken_rows",
            "consistency",
            Limit("<", 20),
            "warning",
            "percent",
            Rule("orders.shops.twice", "unique", ("shop", "day"), "consistency"),
        ),
        DatasetRule("orders.day", "freshness", "timeliness", Limit("<", 86_400.0), "warning", "seconds", column="day"),
        DatasetRule("orders.at", "freshness", "timeliness", Limit("<", 86_400.0), "warning", "seconds", column="at"),
    ),
)
AROUND = Surroundings(NOON, {SHOPS: pl.DataFrame({"name": ["a", "b"]})})
VALUES = (
    ("", "NA", "1", "2", "3", "4", "05", "x"),
    ("", "a", "b", "c", 'a"b,c\nd', "zebra"),
    ("", "0", "-0", "1", "2.5", "3", "7", "1e999"),
    ("", "2013-01-09T10:00:00Z", "2013-01-01 10:00:00+01:00", "yesterday"),
    ("", "2013-01-09", "2013-01-10", "2013-02-30"),
    ("", "an ordinary note", "é"),
)


def a_file(random: random.Random) -> bytes:
    """Up to 60 rows, few of them alike in nothing; some of a wrong width, some blank, some over two lines."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=random.choice(["\n", "\r\n"]))
    writer.writerow(COLUMNS)
    common = random.choice([0.2, 0.9])
    for number in range(random.randint(1, 60)):
        row = [random.choice(values) for values in VALUES]
        if random.random() < common:
            row[0] = str(10 + number)
        shape = random.random()
        if shape < 0.05:
            written.write("\n")
        writer.writerow(row[: random.randint(2, 5)] if 0.05 < shape < 0.1 else row)
    return written.getvalue().removesuffix("\n" if random.random() < 0.3 else "").encode()


def in_blocks(content: bytes, folder: Path, caps: Caps) -> tuple[CheckedFile, list[pl.DataFrame]]:
    with opened("orders.csv", content, CONTRACT, caps) as blocks:
        found = check_file(blocks, CONTRACT, AROUND, folder, caps)
    return found, [pl.read_parquet(file) if file else pl.DataFrame() for file in (found.accepted, found.quarantine)]


QUICK, LATER = (0,), (1, 2, 3, 4, 5)
"""Seeds; the fifth has a row of a wrong width in a block whose other rows are looked at together."""


@pytest.mark.parametrize("seed", [*QUICK, *(pytest.param(seed, marks=pytest.mark.slow) for seed in LATER)])
def test_blocks_of_any_size_give_the_rows_the_counts_and_the_scorecard_of_the_whole(seed: int, tmp_path: Path) -> None:
    content = a_file(random.Random(seed))
    whole = check(read_table("orders.csv", content, CONTRACT), CONTRACT, AROUND)
    for size in (40, random.Random(-seed).randint(41, 900), 10**6):
        packed = gzip.compress(content) if size % 2 else content
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        found, (accepted, quarantine) = in_blocks(packed, folder, Caps(block=size))
        assert (found.rules, found.warnings) == (whole.rules, whole.warnings), size
        assert (found.measured, found.scorecard) == (whole.measured, whole.scorecard), size
        assert found.tally.rows == whole.rows
        assert accepted.equals(whole.accepted) or (found.accepted is None and whole.accepted.is_empty())
        assert quarantine.equals(whole.quarantine) or (found.quarantine is None and whole.quarantine.is_empty())


@pytest.mark.slow
def test_the_generated_files_hold_every_case_that_blocks_could_get_wrong() -> None:
    found = [check(read_table("a.csv", a_file(random.Random(seed)), CONTRACT), CONTRACT, AROUND) for seed in range(40)]
    rules = {name for one in found for name in (*one.rules, *one.warnings)}
    assert {rule.id for rule in CONTRACT.rules} | {"orders.row.shape", "orders.note.unexpected"} <= rules
    assert sum(one.accepted.height for one in found) > 200
    assert sum(one.rules.get("orders.key", 0) for one in found) > 50
    assert {one.rule.kind for both in found for one in both.measured if not one.holds} == {
        "row_count",
        "broken_rows",
        "freshness",
    }


def test_a_row_that_repeats_a_key_of_an_earlier_block_yields_to_the_first_that_breaks_nothing(tmp_path: Path) -> None:
    rows = ["1,a,9,,,", "2,a,1,,,", "1,a,2,,,", "3,a,3,,,", "1,a,2.5,,,"]
    content = "\n".join([",".join(COLUMNS), *rows]).encode()
    _, (accepted, quarantine) = in_blocks(content, tmp_path, Caps(block=len(rows[0]) + 1))
    assert accepted["order_id"].to_list() == [2, 1, 3]
    assert quarantine.select("__row", "__rules").rows() == [
        (1, ["orders.key", "orders.amount.range"]),
        (5, ["orders.key"]),
    ]


@pytest.mark.slow
def test_equal_files_give_equal_bytes_however_they_are_named_or_packed(tmp_path: Path) -> None:
    content = a_file(random.Random(3))
    made = []
    for number, packed in enumerate((content, gzip.compress(content))):
        (tmp_path / str(number)).mkdir()
        found, _ = in_blocks(packed, tmp_path / str(number), Caps(block=100))
        made.append([file.read_bytes() for file in (found.accepted, found.quarantine) if file])
    assert made[0] == made[1]
    assert len(made[0]) == 2


def test_a_parquet_file_is_looked_at_in_blocks_of_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({name: ["1"] * 50 if name != "order_id" else list(range(50)) for name in COLUMNS})
    frame = frame.with_columns(amount=pl.int_range(50) % 4, at=pl.lit(NOON), day=pl.lit(NOON.date()))
    buffer = io.BytesIO()
    frame.write_parquet(buffer, row_group_size=7)
    whole = check(read_table("orders.parquet", buffer.getvalue(), CONTRACT), CONTRACT, AROUND)
    file = tmp_path / "orders.parquet"
    file.write_bytes(buffer.getvalue())
    with opened("orders.parquet", file, CONTRACT, Caps(values=6 * 13)) as blocks:
        assert [table.numbers.to_list()[0] for table in blocks] == [1, 14, 27, 40]
        assert blocks.again(2).numbers.to_list() == list(range(27, 40))
    for caps in (Caps(values=6 * 50), CAPS):
        with opened("orders.parquet", file, CONTRACT, caps) as blocks:
            found = check_file(blocks, CONTRACT, AROUND, tmp_path, caps)
        assert found.accepted is not None
        assert pl.read_parquet(found.accepted).equals(whole.accepted)
        assert found.scorecard == whole.scorecard


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (b'5,"a"b,1,,,', "row 4 has a quote"),
        (b"5,\xff,1,,,", r"byte 65 \(line 6\)"),
        (b"5,\x00,1,,,", r"NUL character at byte 65 \(line 6\)"),
        (b"5,a", "1 row does not have the header's 6 values; 0 can"),
    ],
)
def test_what_is_wrong_in_a_later_block_is_told_by_its_place_in_the_file(
    row: bytes, found: str, tmp_path: Path
) -> None:
    good = b"".join(b'%d,"\n",2,,,\n' % number for number in (1, 2))[:-1]
    content = ",".join(COLUMNS).encode() + b'\n1,a,1,,,\n2,a,1,,,\n3,"b\n",2,,,\n' + row + b"\n" + good
    with pytest.raises((Rejected, TooLarge), match=found):
        in_blocks(content, tmp_path, Caps(block=20, ragged=0))


def test_a_row_longer_than_a_block_is_read_as_long_as_it_may_be(tmp_path: Path) -> None:
    content = ",".join(COLUMNS).encode() + b"\n1,a,1,,," + b"x" * 500 + b"\n2,b,1,,,\n"
    found, _ = in_blocks(content, tmp_path, Caps(block=20))
    assert found.tally.rows == 2
    with pytest.raises(TooLarge, match="row 1 has more than 400 bytes"):
        in_blocks(content, tmp_path, Caps(block=20, together=400))


def test_more_rows_that_share_a_key_than_can_be_compared_are_refused_by_their_number(tmp_path: Path) -> None:
    content = ",".join(COLUMNS).encode() + b"\n" + b"1,a,1,,,\n" * 30
    with pytest.raises(TooLarge, match="10 can be compared"):
        in_blocks(content, tmp_path, Caps(block=9 * 8, values=60))
    apart = b"".join(b"%d,a,1,,,\n" % (number % 10) for number in range(30))
    with pytest.raises(TooLarge, match="10 can be compared"):
        in_blocks(content[:35] + apart, tmp_path, Caps(block=9 * 8, values=60))


@pytest.mark.slow
def test_keys_that_are_not_there_repeat_nothing(tmp_path: Path) -> None:
    content = ",".join(COLUMNS).encode() + b"\n" + b",a,1,,,\n" * 30
    found, _ = in_blocks(content, tmp_path, Caps(block=50, values=6 * 30))
    assert "orders.key" not in found.rules
