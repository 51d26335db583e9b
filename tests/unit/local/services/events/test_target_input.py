"""What a rule hands to its target."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.services.events.target_input import RuleName, check_input, target_input
from serin.domain.errors import Invalid

EVENT = {
    "id": "e-1",
    "detail-type": "Model Registered",
    "detail": {"model": "flight-delay", "version": 3, "note": 'say "hi"', "tags": ["a", "b"]},
}


def given(target: dict[str, Any]) -> str:
    return target_input({"Arn": "arn", **target}, EVENT, RuleName("rule", "arn:rule"), "2013-05-01T08:00:00Z")


def transformed(template: str, **paths: str) -> str:
    return given({"InputTransformer": {"InputTemplate": template, "InputPathsMap": paths}})


def test_without_input_the_target_gets_the_event() -> None:
    assert json.loads(given({})) == EVENT


def test_a_constant_input_replaces_the_event() -> None:
    assert given({"Input": '{"fixed": 1}'}) == '{"fixed": 1}'


def test_an_input_path_takes_a_part_of_the_event() -> None:
    assert json.loads(given({"InputPath": "$.detail"})) == EVENT["detail"]
    assert json.loads(given({"InputPath": "$.detail-type"})) == "Model Registered"
    assert json.loads(given({"InputPath": "$.detail.tags[1]"})) == "b"


def test_unquoted_variables_become_json() -> None:
    text = transformed(
        '{"model":<m>,"version":<v>,"run":<id>,"cause":"x"}', m="$.detail.model", v="$.detail.version", id="$.id"
    )
    assert json.loads(text) == {"model": "flight-delay", "version": 3, "run": "e-1", "cause": "x"}


def test_variables_inside_quotes_become_text() -> None:
    text = transformed('{"said":"they <note> <v> times"}', note="$.detail.note", v="$.detail.version")
    assert json.loads(text) == {"said": 'they say "hi" 3 times'}


def test_a_template_may_be_one_string() -> None:
    assert json.loads(transformed('"model <m>"', m="$.detail.model")) == "model flight-delay"


def test_a_path_that_leads_nowhere_becomes_null() -> None:
    assert json.loads(transformed('{"a":<a>}', a="$.detail.absent")) == {"a": None}


def test_the_predefined_variables_are_there() -> None:
    names = {"rule": "rule-name", "event": "event", "at": "event.ingestion-time"}
    template = ",".join(f'"{key}":<aws.events.{name}>' for key, name in names.items())
    text = transformed(f"{{{template}}}")
    assert json.loads(text) == {"rule": "rule", "event": EVENT, "at": "2013-05-01T08:00:00Z"}


def test_a_path_with_wildcards_is_refused() -> None:
    with pytest.raises(Invalid, match="input path"):
        check_input({"InputPath": "$.detail.*"})
