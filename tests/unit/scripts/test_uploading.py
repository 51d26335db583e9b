from __future__ import annotations

from serin_cli.uploading import said


def test_rows_of_people_who_were_erased_are_told() -> None:
    upload = {"file": "a.csv", "dataset": "orders", "status": "accepted", "accepted": 4, "rows": 5, "erased": 1}
    (line,) = said(upload)
    assert line.startswith("a.csv: 1 row is of somebody who was erased, and left out")


def test_an_upload_that_was_taken_tells_of_the_warnings_it_broke_and_one_without_any_says_nothing() -> None:
    upload = {"file": "a.csv", "dataset": "orders", "status": "accepted", "accepted": 400, "rows": 400}
    assert list(said(upload)) == []
    warned = {**upload, "warnings": {"orders.y.inferred": 400, "orders.x.inferred": 1}}
    assert list(said(warned)) == [
        "a.csv: taken, though the contract warns of it: orders.y.inferred (400 rows), orders.x.inferred (1 row)"
    ]
