from __future__ import annotations

from pydantic import BaseModel

from serin.files.fields import leaf_fields, unknown_fields, without


class Wheel(BaseModel):
    size: int
    tyre: str | None = None


class Car(BaseModel):
    wheels: list[Wheel]
    spare: Wheel | None = None
    doors: dict[str, Wheel] = {}
    names: list[str] = []


def test_leaf_fields_are_what_holds_a_value() -> None:
    assert set(leaf_fields(Car)) == {"wheels", "spare.size", "spare.tyre", "doors.*.size", "doors.*.tyre", "names"}


def test_unknown_fields_are_found_at_any_depth() -> None:
    value = {"wheels": [{"size": 1}, {"sise": 2}], "doors": {"left": {"tire": "x"}}, "colour": "red"}
    found = {unknown.path: unknown.suggestion for unknown in unknown_fields(Car, value)}
    assert found == {
        ("wheels", 1, "sise"): "did you mean size?",
        ("doors", "left", "tire"): "did you mean tyre?",
        ("colour",): "",
    }


def test_values_of_a_wrong_shape_have_no_unknown_fields() -> None:
    assert list(unknown_fields(Car, {"wheels": 3, "spare": [1], "doors": "x"})) == []


def test_a_field_can_be_taken_out_and_the_original_stays() -> None:
    value = {"a": [{"b": 1, "c": 2}, {"b": 3}], "d": 4}
    assert without(value, ("a", 0, "b")) == {"a": [{"c": 2}, {"b": 3}], "d": 4}
    assert value["a"] == [{"b": 1, "c": 2}, {"b": 3}]
