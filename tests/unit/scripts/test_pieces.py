from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path

import pytest

from serin.data.files.source import Plain
from serin.data.files.splitting import cuts
from serin.data.files.table import Caps
from serin.domain.errors import Invalid, Rejected, TooLarge
from serin_cli.pieces import written_pieces

HEADER = b"id,note\n"


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("seed", range(30))
def test_the_pieces_of_a_file_hold_its_rows_in_their_order_and_each_has_the_header(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    notes = ["", "a", 'a "quoted"\nnote of two lines, with a comma', "long " * 8]
    written = io.StringIO(newline="")
    end = chance.choice(["\n", "\r\n"])
    csv.writer(written, lineterminator=end).writerows((n, chance.choice(notes)) for n in range(chance.randint(1, 40)))
    body = written.getvalue().encode().removesuffix(b"\n" if chance.random() < 0.5 else b"")
    file = tmp_path / "big.csv.gz"
    file.write_bytes(gzip.compress(HEADER + body) if seed % 2 else HEADER + body)
    most = chance.randint(120, 400)
    pieces = [(made.name, made.read_bytes()) for made in written_pieces(file, tmp_path, most)]
    assert [name for name, _ in pieces] == [f"big-{number:03}.csv" for number in range(1, len(pieces) + 1)]
    assert all(content.startswith(HEADER) and len(content) <= most for _, content in pieces)
    assert b"".join(content.removeprefix(HEADER) for _, content in pieces) == body
    assert [row for _, content in pieces for row in rows_of(content)[1:]] == rows_of(body)
    assert len(pieces) >= len(body) // most
    assert [made.name for made in tmp_path.iterdir()] == ["big.csv.gz"]


def test_what_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for content, kind, found in (
        (b"PAR1", Invalid, "is Parquet"),
        (b"id,note", Rejected, "has no header"),
        (HEADER + b'1,"a"b\n', Rejected, "row 1 has a quote"),
    ):
        file.write_bytes(content)
        with pytest.raises(kind, match=found):
            list(written_pieces(file, tmp_path))
    with pytest.raises(TooLarge, match="a row is longer than 20 bytes"):
        list(cuts("a.csv", Plain(io.BytesIO(HEADER + b"x" * 50)), 1000, Caps(block=20)))
