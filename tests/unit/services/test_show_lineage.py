from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.datasets import Upload
from serin.domain.errors import NotFound
from serin.domain.fills import Fill
from serin.services.show_lineage import NEWEST, runs_with, show_lineage
from tests.builders import (
    NOON,
    a_charter,
    a_part,
    a_run,
    a_training_set,
    a_version,
    an_upload_of,
)

MODEL = "late-orders"


@pytest.fixture
def catalog() -> MemoryCatalog:
    return MemoryCatalog()


def uploaded(catalog: MemoryCatalog, dataset: str, number: int) -> Upload:
    """The next upload of a dataset, of ten rows."""
    content = f"{dataset}{number}".encode()
    upload = an_upload_of(dataset, content, f"datasets/{dataset}/{number}.parquet", 10, number)
    assert catalog.record_accepted(upload, a_part(upload, number), catalog.head(dataset))
    return upload


def trained(catalog: MemoryCatalog, number: int) -> None:
    """A version of everything there is of orders and shops."""
    heads = {name: catalog.head(name).digest for name in ("orders", "shops")}
    catalog.save_training_set(a_training_set(id=f"set{number}", heads=heads, definitions={"queue": f"d{number}"}))
    at = NOON + timedelta(hours=number)
    run = a_run(id=f"r{number}", training_set=f"set{number}", status="registered", version=number, at=at)
    assert catalog.begin_run(run)
    assert catalog.register(a_version(number, training_set=f"set{number}"))


def test_a_version_leads_to_its_run_its_training_set_and_the_uploads_up_to_each_head(catalog: MemoryCatalog) -> None:
    orders = [uploaded(catalog, "orders", number) for number in (1, 2)]
    shops = uploaded(catalog, "shops", 1)
    trained(catalog, 1)
    digest = catalog.head("orders").digest
    uploaded(catalog, "orders", 3)
    found = show_lineage(MODEL, 1, catalog=catalog)
    assert found.version == catalog.version(MODEL, 1)
    assert (found.run, found.training_set) == (catalog.run(MODEL, "r1"), catalog.training_set(MODEL, "set1"))
    of_orders, of_shops = found.datasets
    assert (of_orders.dataset, of_orders.digest, of_orders.sequence, of_orders.rows) == ("orders", digest, 2, 20)
    assert (of_orders.uploads, of_orders.earlier) == (tuple(orders), 0)
    assert (of_shops.dataset, of_shops.uploads) == ("shops", (shops,))


def test_of_a_long_history_the_newest_uploads_are_told_and_the_others_counted(catalog: MemoryCatalog) -> None:
    uploads = [uploaded(catalog, "orders", number) for number in range(1, NEWEST + 4)]
    trained(catalog, 1)
    (orders, _) = show_lineage(MODEL, 1, catalog=catalog).datasets
    assert (orders.sequence, orders.earlier, orders.rows) == (NEWEST + 3, 3, 10 * (NEWEST + 3))
    assert orders.uploads == tuple(uploads[3:])


def test_each_view_is_named_as_it_was_then_with_the_uploads_that_are_in_online(catalog: MemoryCatalog) -> None:
    uploaded(catalog, "orders", 1)
    trained(catalog, 1)
    (before,) = show_lineage(MODEL, 1, catalog=catalog).views
    assert (before.view, before.definition, before.fill) == ("queue", "d1", None)
    fill = Fill(MODEL, "queue", "d1", NOON, {"shops": 1}, revision=1)
    catalog.save_fill(fill)
    catalog.save_fill(replace(fill, definition="d2"))
    assert show_lineage(MODEL, 1, catalog=catalog).views == (replace(before, fill=fill),)


def test_what_the_catalog_does_not_know_is_left_out(catalog: MemoryCatalog) -> None:
    catalog.register(a_version(1))
    found = show_lineage(MODEL, 1, catalog=catalog)
    assert (found.run, found.training_set, found.datasets, found.views) == (None, None, (), ())
    uploaded(catalog, "orders", 1)
    catalog.save_training_set(a_training_set(heads={"orders": "of another history"}))
    (orders,) = show_lineage(MODEL, 1, catalog=catalog).datasets
    assert (orders.digest, orders.sequence, orders.rows, orders.uploads) == ("of another history", 0, 0, ())


def test_a_version_nobody_has_registered_is_not_found(catalog: MemoryCatalog) -> None:
    with pytest.raises(NotFound, match="version 7 of late-orders"):
        show_lineage(MODEL, 7, catalog=catalog)


def test_an_upload_leads_to_the_runs_whose_training_sets_came_after_it(catalog: MemoryCatalog) -> None:
    uploads = []
    for number in (1, 2, 3):
        uploads.append(uploaded(catalog, "orders", number))
        trained(catalog, number)
    shop = uploaded(catalog, "shops", 1)
    late = uploaded(catalog, "orders", 4)
    catalog.begin_run(a_run(id="skipped", status="skipped", training_set="never made", at=NOON + timedelta(days=1)))
    catalog.begin_run(a_run(id="begun", at=NOON + timedelta(days=2)))

    def ids(upload: Upload) -> list[str]:
        return [run.id for run in runs_with(upload.id, a_charter(), catalog=catalog).items]

    assert [ids(upload) for upload in uploads] == [["r3", "r2", "r1"], ["r3", "r2"], ["r3"]]
    assert ids(late) == ids(shop) == []


def test_the_runs_of_an_upload_are_read_a_page_at_a_time(catalog: MemoryCatalog) -> None:
    for number in (1, 2, 3):
        upload = uploaded(catalog, "orders", number)
        trained(catalog, number)
    found, pages, after = list[str](), 0, None
    while pages == 0 or after:
        page = runs_with(upload.id, a_charter(), catalog=catalog, limit=1, after=after)
        found, pages, after = [*found, *(run.id for run in page.items)], pages + 1, page.next
    assert (found, pages) == (["r3"], 3)


def test_an_upload_of_a_dataset_the_model_does_not_read_is_not_found(catalog: MemoryCatalog) -> None:
    planes = uploaded(catalog, "planes", 1)
    with pytest.raises(NotFound) as caught:
        runs_with(planes.id, a_charter(), catalog=catalog)
    assert caught.value.field == "upload"
