from __future__ import annotations

import pytest

from benches.data_join import join
from benches.data_online import online
from benches.data_quality import quality


@pytest.mark.slow
def test_a_month_of_flights_is_checked_in_processes_of_their_own_and_what_it_costs_is_told() -> None:
    found = quality(peers=False, runs=1, months=1)
    assert found["rules"] >= 24
    assert (found["rows"], found["set_aside"]) == (27_004, 11)
    assert found["broken"]["flights.tailnum.known"] == 4_323
    assert (found["shared"]["rules"], found["flagged"]) == (25, 5_352)
    assert 0 < found["cpu_s"] < 30
    assert 30 < found["peak_mb"] < 1_000


@pytest.mark.slow
def test_a_month_of_flights_is_joined_with_four_views_and_no_row_is_lost_and_values_are_those_of_merge_asof() -> None:
    found = join(peers=False, rounds=1, runs=1, months=1)
    assert (found["rows"], found["lost"], found["views"]) == (26_993, 0, 4)
    assert found["equal_to_merge_asof"]
    assert found["equal_to_polars"]
    assert 0 < found["times_polars"] < 100
    assert 30 < found["peak_mb"] < 1_000


@pytest.mark.slow
def test_flights_are_looked_up_online_and_a_hundred_keys_are_one_request() -> None:
    found = online(peers=False, rounds=1, calls=2, months=1, flights=100)
    # The weather, the plane and its last landing of each: two keys a plane, and three airports at most.
    assert {size: figures["requests"] for size, figures in found.items()} == {"1": 1, "10": 1, "100": 3}
    assert all(figures["known"] > 0.8 for figures in found.values())
    assert 0 < found["1"]["cpu_ms"] < found["100"]["cpu_ms"]
