from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from serin.domain.errors import Invalid, NotFound
from serin_cli.command_line.app import result_of
from serin_cli.features import entities_of, rows_of
from tests.builders import a_charter

NEVER = "1970-01-01T00:00:00Z"


def test_values_are_read_by_the_types_of_the_charters_inputs_and_one_column_again_is_another_row() -> None:
    words = ["order_id=7", "shop=a=b", "order_id=8", "at=2013-04-01T12:00:00Z", "amount=1.5"]
    assert entities_of(words, a_charter()) == {
        "order_id": [7, 8],
        "shop": ["a=b"],
        "at": ["2013-04-01T12:00:00Z"],
        "amount": [1.5],
    }


@pytest.mark.parametrize("word", ["shop", "cakes=1", "=1", ""])
def test_what_names_no_column_is_told_which_there_are(word: str) -> None:
    with pytest.raises(Invalid, match="finds no entity") as refused:
        entities_of([word], a_charter())
    assert "columns: shop" in refused.value.remedy


@pytest.mark.parametrize("word", ["order_id=x", "order_id=1.5", "amount=much"])
def test_a_value_of_another_type_is_refused(word: str) -> None:
    with pytest.raises(Invalid, match=r"is no (integer|number)"):
        entities_of([word], a_charter())


def test_an_answer_is_a_line_for_each_entity_and_feature() -> None:
    key = {"values": ["north", "south"], "statuses": ["PRESENT"] * 2, "event_timestamps": [NEVER] * 2}
    length = {
        "values": [4, None],
        "statuses": ["PRESENT", "NOT_FOUND"],
        "event_timestamps": ["2013-04-01T11:00:00Z", NEVER],
    }
    found = {"metadata": {"feature_names": ["shop", "late-orders.queue__length"]}, "results": [key, length]}
    assert list(rows_of(found, ["queue:length"], {"shop": ["north", "south"]})) == [
        line("north", 4, "PRESENT", "2013-04-01T11:00:00Z"),
        line("south", None, "NOT_FOUND", None),
    ]


def line(entity: str, value: Any, status: str, time: str | None) -> dict[str, Any]:
    return {"entity": entity, "feature": "queue:length", "value": value, "status": status, "event time": time}


def test_a_model_this_checkout_has_not_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound, match=r"no models/late-orders/model\.yaml"):
        result_of("features", "get", "late-orders", "--entity", "shop=north")


def test_columns_by_which_no_view_is_found_are_told_what_finds_which() -> None:
    with pytest.raises(Invalid, match="No view of flight-delay is found") as refused:
        result_of("features", "get", "flight-delay", "--entity", "distance=100")
    assert "weather_now by origin" in refused.value.remedy
