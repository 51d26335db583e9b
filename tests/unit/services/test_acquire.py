from __future__ import annotations

from typing import Any

import pytest

from serin.domain.datasets import raw_file
from serin.domain.errors import NotFound, Unavailable
from serin.domain.sources import LARGEST_COPY, Source, SourceObject
from serin.services.accept_upload import Arrival
from serin.services.acquire import source_of
from tests.builders import NOON, a_charter
from tests.unit.services.acquiring import BUCKET, PREFIX, SOURCE, Shop
from tests.unit.services.ports_that_crash import Fuse


@pytest.fixture
def shop() -> Shop:
    return Shop()


def raw_names(shop: Shop) -> list[str]:
    return [raw_file(key, None, 1).name for key in shop.uploads.keys("raw/orders/")]


def test_new_objects_are_copied_in_and_their_rows_join_the_dataset(shop: Shop) -> None:
    ids = shop.write("shop/a.csv", 2) + shop.write("shop/b.csv", 3)
    look = shop.look()
    assert (look.seen, look.copied, look.refused, look.after, look.error) == (2, 2, 0, None, None)
    shop.deliver(shop.sources.copies)
    assert shop.rows() == dict.fromkeys(ids, 1)
    assert shop.catalog.acquisition("orders") == look


def test_a_second_look_copies_nothing_and_a_new_object_alone(shop: Shop) -> None:
    shop.write("shop/a.csv")
    shop.look()
    assert (shop.look().seen, len(shop.sources.copies)) == (1, 1)
    shop.write("shop/0.csv")
    look = shop.look()
    assert (look.seen, look.copied) == (2, 1)
    assert len(shop.sources.copies) == 2


def test_an_object_that_was_written_again_is_a_new_one(shop: Shop) -> None:
    ids = shop.write("shop/a.csv")
    shop.look()
    ids += shop.write("shop/a.csv")
    assert shop.look().copied == 1
    assert shop.look().copied == 0
    shop.deliver(shop.sources.copies)
    assert shop.rows() == dict.fromkeys(ids, 1)


def test_what_is_gone_from_the_source_stays_ours_and_may_come_back(shop: Shop) -> None:
    ids = shop.write("shop/a.csv")
    shop.look()
    shop.deliver(shop.sources.copies)
    shop.sources.delete(BUCKET, "shop/a.csv")
    assert (shop.look().seen, shop.rows()) == (0, dict.fromkeys(ids, 1))


def test_a_neighbour_of_the_prefix_is_not_looked_at(shop: Shop) -> None:
    for key in ("shop-other/a.csv", "shop", "sho/a.csv", "other/shop/a.csv"):
        shop.write(key)
    shop.write("shop/deep/down/a.csv")
    assert shop.look().seen == 1
    whole = shop.look(source=Source(BUCKET, "", SOURCE.every))
    assert whole.seen == 5


def test_folders_and_marks_without_bytes_are_left_where_they_are(shop: Shop) -> None:
    for key in ("shop/", "shop/day/", "shop/day/_SUCCESS"):
        shop.sources.write(BUCKET, key, b"", NOON)
    shop.write("shop/day/a.csv")
    look = shop.look()
    assert (look.seen, look.copied, look.after) == (1, 1, None)


def test_two_objects_of_one_name_in_two_folders_are_two_uploads(shop: Shop) -> None:
    ids = shop.write("shop/north/a.csv") + shop.write("shop/south/a.csv")
    shop.look()
    assert len(raw_names(shop)) == 2
    assert all(name.startswith("a-") and name.endswith(".csv") for name in raw_names(shop))
    shop.deliver(shop.sources.copies)
    assert shop.rows() == dict.fromkeys(ids, 1)


def test_a_long_source_is_read_page_by_page(shop: Shop) -> None:
    shop.sources.page = 3
    for number in range(10):
        shop.write(f"shop/{number}.csv")
    assert (shop.look().copied, shop.look().copied, shop.look().seen) == (10, 0, 10)


def test_a_thousand_known_objects_cost_four_requests_and_each_new_one_two_more() -> None:
    shop = Shop()
    for number in range(1000):
        shop.write(f"shop/{number}.csv")
    new, known = Fuse(10_000), Fuse(10_000)
    assert shop.look(guard=new.guard).copied == 1000
    assert shop.look(guard=known.guard).seen == 1000
    assert (new.calls, known.calls) == (4 + 2 * 1000, 4)


def test_a_source_that_ends_with_a_full_page_is_over(shop: Shop) -> None:
    shop.sources.page = 2
    for number in range(2):
        shop.write(f"shop/{number}.csv")
    look = shop.look()
    assert (look.copied, look.after) == (2, None)


def test_a_look_whose_time_is_up_stops_between_two_objects_and_the_next_one_goes_on_there(shop: Shop) -> None:
    shop.sources.page = 2
    for number in range(5):
        shop.write(f"shop/{number}.csv")
    left = iter([True, True, True, False])
    first = shop.look("first", may_go_on=lambda: next(left))
    assert (first.copied, first.after) == (3, "shop/2.csv")
    shop.write("shop/0-late.csv")
    second = shop.look("second")
    assert (second.seen, second.copied, second.after) == (6, 3, None), "after the end it goes on from the front"
    assert len(shop.sources.copies) == 6


def test_a_look_that_goes_on_and_is_out_of_time_again_leaves_the_front_to_the_next(shop: Shop) -> None:
    for number in range(4):
        shop.write(f"shop/{number}.csv")
    for run, copied in (("first", 2), ("second", 2), ("third", 0)):
        left = iter([True, True])
        look = shop.look(run, may_go_on=lambda: next(left, False))  # noqa: B023
        assert look.copied == copied
    assert look.after == "shop/1.csv"


def test_what_was_refused_is_counted_once_by_a_look_that_goes_on_from_the_front(shop: Shop) -> None:
    for number in range(3):
        shop.write(f"shop/{number}.csv")
    shop.sources.closed = {"shop/2.csv"}
    left = iter([True])
    assert shop.look(may_go_on=lambda: next(left, False)).after == "shop/0.csv"
    look = shop.look()
    assert (look.seen, look.copied, look.refused) == (3, 1, 1)


def test_what_ends_a_look_leaves_the_place_it_had_come_to(shop: Shop) -> None:
    shop.sources.page = 1
    for number in range(3):
        shop.write(f"shop/{number}.csv")
    with pytest.raises(Unavailable):
        shop.look(guard=lambda port: _Silent(port, "shop/1.csv"))
    look = shop.catalog.acquisition("orders")
    assert look is not None
    assert (look.copied, look.after, look.error) == (1, "shop/0.csv", "S3 did not answer.")
    assert shop.look().copied == 2


class _Silent:
    """Sources that do not answer about one key."""

    def __init__(self, port: Any, key: str) -> None:
        self._port, self._key = port, key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def copy(self, bucket: str, found: SourceObject, raw: str) -> str | None:
        if found.key == self._key:
            raise Unavailable("S3 did not answer.", "Wait.")
        version: str | None = self._port.copy(bucket, found, raw)
        return version


def test_a_look_without_any_time_changes_nothing(shop: Shop) -> None:
    shop.write("shop/a.csv")
    look = shop.look(may_go_on=lambda: False)
    assert (look.seen, look.copied, look.after) == (0, 0, None)
    assert shop.look().copied == 1


def test_another_source_is_looked_at_from_the_front(shop: Shop) -> None:
    for key in ("shop/a.csv", "shop/b.csv"):
        shop.write(key)
    left = iter([True, False])
    assert shop.look(may_go_on=lambda: next(left)).after == "shop/a.csv"
    assert shop.look(source=Source(BUCKET, "", SOURCE.every)).seen == 2


def test_another_bucket_with_the_same_keys_is_copied_in_as_well(shop: Shop) -> None:
    shop.write("shop/a.csv")
    shop.look()
    shop.sources.create("other")
    shop.sources.write("other", "shop/a.csv", b"x", NOON)
    assert shop.look(source=Source("other", PREFIX, SOURCE.every)).copied == 1


def test_what_is_too_large_for_a_copy_is_told_with_its_numbers_and_holds_up_nothing(shop: Shop) -> None:
    shop.sources.pretend_size(BUCKET, shop.sources.write(BUCKET, "shop/a.csv", b"x", NOON), LARGEST_COPY + 1)
    shop.write("shop/b.csv")
    look = shop.look()
    assert (look.seen, look.copied, look.refused, look.after) == (2, 1, 1, None)
    assert look.error == "shop/a.csv: 5,368,709,121 bytes; S3 copies 5,368,709,120 in one request."
    assert look.remedy is not None
    assert "Split the file" in look.remedy


def test_what_may_not_be_read_is_told_and_tried_again_by_the_next_look(shop: Shop) -> None:
    for key in ("shop/a.csv", "shop/b.csv", "shop/c.csv"):
        shop.write(key)
    shop.sources.closed = {"shop/a.csv", "shop/b.csv"}
    look = shop.look()
    assert (look.copied, look.refused) == (1, 2)
    assert look.error is not None
    assert "shop/a.csv" in look.error, "the first is the one that is told"
    shop.sources.closed = set()
    look = shop.look()
    assert (look.copied, look.refused, look.error) == (2, 0, None)


def test_what_is_written_while_it_is_copied_is_seen_anew_by_the_next_look(shop: Shop) -> None:
    shop.write("shop/a.csv")
    ids: list[int] = []

    class Busy:
        def __init__(self, port: object) -> None:
            self.port = port

        def __getattr__(self, name: str) -> object:
            if name == "copy" and not ids:
                ids.extend(shop.write("shop/a.csv"))
            return getattr(self.port, name)

    look = shop.look(guard=Busy)
    assert (look.seen, look.copied, look.refused, look.error) == (1, 0, 0, None)
    assert shop.look().copied == 1
    shop.deliver(shop.sources.copies)
    assert shop.rows() == dict.fromkeys(ids, 1)


def test_a_bucket_that_is_not_there_is_recorded_and_raised(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.look(source=Source("elsewhere", PREFIX, SOURCE.every))
    look = shop.catalog.acquisition("orders")
    assert look is not None
    assert (look.source, look.error) == ("s3://elsewhere/shop/", "There is no bucket 'elsewhere'.")
    assert look.remedy == "Correct the source in the charter, and deploy."


def test_every_copy_is_told_with_the_id_of_the_upload_it_becomes(shop: Shop) -> None:
    shop.write("shop/a.csv")
    shop.look("run7")
    ((key, version),) = shop.sources.copies
    (copied,) = shop.told
    assert (copied.raw, copied.run, copied.key, copied.bucket) == (key, "run7", "shop/a.csv", BUCKET)
    assert copied.correlation == Arrival(key, version, 1).correlation
    shop.deliver(shop.sources.copies)
    assert shop.events.published[-1].correlation == copied.correlation


def test_a_dataset_without_a_source_is_said_to_have_none() -> None:
    with pytest.raises(NotFound, match="No charter names a source of 'orders'"):
        source_of("orders", [a_charter()])
