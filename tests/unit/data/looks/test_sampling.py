from __future__ import annotations

import polars as pl
import pytest

from serin.data.looks.sampling import spread, thinned
from serin.domain.datasets import Part


def parts(*rows: int) -> list[Part]:
    return [
        Part("orders", number, f"u{number}", f"{number}.parquet", count, "d") for number, count in enumerate(rows, 1)
    ]


def places(chosen: object) -> list[int]:
    assert isinstance(chosen, list)
    return [part.sequence for part in chosen]


@pytest.mark.parametrize(
    ("rows", "most", "read"),
    [
        ((5, 5, 5), 15, [1, 2, 3]),
        ((5, 5, 5, 5), 10, [2, 4]),
        ((5, 5, 5, 5, 5), 10, [3, 5]),
        ((5, 5, 5), 1, [3]),
        ((1_000,), 10, [1]),
    ],
)
def test_of_a_long_history_files_at_equal_distances_are_read_the_newest_among_them(
    rows: tuple[int, ...], most: int, read: list[int]
) -> None:
    assert places(spread(parts(*rows), most)) == read


def test_a_share_of_the_keys_is_kept_the_same_in_every_file() -> None:
    frame = pl.DataFrame({"id": range(20_000), "at": ["x"] * 20_000})
    kept = thinned(frame, ["id"], 0.25, seed=1)
    assert 4_700 < kept.height < 5_300
    assert kept["id"].is_sorted()
    again = thinned(frame.with_columns(at=pl.lit("y")).reverse(), ["id"], 0.25, seed=2)
    assert set(again["id"]) == set(kept["id"])


def test_rows_without_a_key_are_kept_by_their_place() -> None:
    frame = pl.DataFrame({"id": range(20_000)})
    first, again, other = (thinned(frame, [], 0.25, seed=seed)["id"].to_list() for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert 4_700 < len(first) < 5_300


def test_of_few_rows_all_are_kept() -> None:
    frame = pl.DataFrame({"id": range(10)})
    assert thinned(frame, ["id"], 1.5, seed=1).equals(frame)
