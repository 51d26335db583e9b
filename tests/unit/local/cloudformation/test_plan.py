"""What an update changes, and in which order, without touching anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.plan import plan, wish
from infra.local.cloudformation.records import Change
from tests.unit.local.cloudformation.stacks import kinds, made_of, one, scope_of, template


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    made = made_of(template(before))
    scope = scope_of(template(after), made)
    return plan(made, wish(scope), scope, kinds)


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(change.action, change.logical_id, change.replacement) for change in changes(before, after)]


def test_the_same_template_changes_nothing() -> None:
    same = {"A": one(Size=1), "B": one(Of={"Fn::GetAtt": ["A", "Arn"]})}
    assert changes(same, same) == []


def test_a_number_written_as_text_is_the_same_number() -> None:
    assert changes({"A": one(Size=5, On=True)}, {"A": one(Size="5", On="true")}) == []


def test_a_reference_written_out_is_the_same_reference() -> None:
    assert changes({"A": one(), "B": one(Of={"Ref": "A"})}, {"A": one(), "B": one(Of="id-A")}) == []


def test_a_changed_property_is_changed_in_place() -> None:
    (change,) = changes({"A": one(Size=1)}, {"A": one(Size=2)})
    assert (change.action, change.replacement, change.physical_id) == ("Modify", "False", "id-A")
    assert [(found.name, found.recreates, found.dynamic) for found in change.properties] == [("Size", False, False)]


def test_a_property_that_comes_or_goes_is_a_change() -> None:
    assert told({"A": one(Size=1)}, {"A": one()}) == [("Modify", "A", "False")]
    assert told({"A": one()}, {"A": one(Size=1)}) == [("Modify", "A", "False")]


def test_a_property_that_names_the_resource_means_a_new_one() -> None:
    assert told({"A": one(Name="a")}, {"A": one(Name="b")}) == [("Modify", "A", "True")]


def test_who_refers_to_a_new_resource_changes_with_it() -> None:
    after = {"A": one(Name="b"), "B": one(Of={"Ref": "A"}), "C": one(Name={"Fn::GetAtt": ["A", "Arn"]})}
    before = {**after, "A": one(Name="a")}
    assert told(before, after) == [("Modify", "A", "True"), ("Modify", "B", "False"), ("Modify", "C", "Conditional")]
    dynamic = changes(before, after)[2].properties
    assert [(found.name, found.dynamic) for found in dynamic] == [("Name", True)]


def test_who_refers_to_a_resource_changed_in_place_stays() -> None:
    after = {"A": one(Size=2), "B": one(Of={"Ref": "A"})}
    assert told({**after, "A": one(Size=1)}, after) == [("Modify", "A", "False")]


def test_attributes_that_a_change_in_place_may_move_are_not_known() -> None:
    after = {"A": one("Test::Volatile", Size=2), "B": one(Of={"Fn::GetAtt": ["A", "Arn"]}), "C": one(Of={"Ref": "A"})}
    before = {**after, "A": one("Test::Volatile", Size=1)}
    assert [name for _, name, _ in told(before, after)] == ["A", "B"]


def test_additions_come_in_order_and_removals_last_in_the_opposite_one() -> None:
    before = {"Old": one(), "Older": one(), "Uses": one(Of=[{"Ref": "Old"}, {"Ref": "Older"}])}
    after = {"New": one(Of={"Ref": "First"}), "First": one()}
    found = [(change.action, change.logical_id) for change in changes(before, after)]
    assert found[:3] == [("Add", "First"), ("Add", "New"), ("Remove", "Uses")]
    assert sorted(found[3:]) == [("Remove", "Old"), ("Remove", "Older")]


def test_a_policy_or_metadata_alone_is_a_change_of_its_own_scope() -> None:
    (change,) = changes({"A": one()}, {"A": {**one(), "DeletionPolicy": "Retain", "Metadata": {"x": 1}}})
    assert (change.replacement, change.scope, change.properties) == ("False", ("Metadata", "DeletionPolicy"), ())


def test_another_type_under_the_same_name_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        changes({"A": one()}, {"A": one("Test::Other")})
    assert refused.value.message == (
        "Update of resource type is not permitted. The new template modifies resource type of the following "
        "resources: [A]"
    )


def test_a_resource_whose_condition_no_longer_holds_is_removed() -> None:
    conditional = {"A": one(), "B": {**one(), "Condition": "Never"}}
    read = template(conditional, Conditions={"Never": {"Fn::Equals": ["a", "b"]}})
    made = made_of(template({"A": one(), "B": one()}))
    scope = scope_of(read, made)
    assert [(change.action, change.logical_id) for change in plan(made, wish(scope), scope, kinds)] == [("Remove", "B")]
