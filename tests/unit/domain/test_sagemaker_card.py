"""SageMaker's own schema of a model card's content, as the linter of CloudFormation ships it, decides what it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft7Validator

from serin.domain.card import Card
from serin.domain.sagemaker_card import sagemaker_card
from tests.unit.pages.cards import a_card

OWN_NAMES = ("Metadata", "CustomDetails")
"""Below these the names are the writer's."""


@cache
def validator() -> Any:
    """AWS::SageMaker::ModelCard has the content's fields under CloudFormation's names."""
    folder = files("cfnlint") / "data" / "schemas" / "resources"
    texts = (item.read_text() for item in folder.iterdir() if item.name.endswith(".json"))
    schema = next(json.loads(text) for text in texts if '"typeName": "AWS::SageMaker::ModelCard"' in text)
    return Draft7Validator({**schema["definitions"]["Content"], "definitions": schema["definitions"]})


def in_cloudformation(value: Any, own_names: bool = False) -> Any:
    """The same content as a template would write it: model_overview is ModelOverview there."""
    if isinstance(value, list):
        return [in_cloudformation(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = {name: name if own_names else "".join(word.title() for word in name.split("_")) for name in value}
    return {names[name]: in_cloudformation(item, names[name] in OWN_NAMES) for name, item in value.items()}


def faults(content: Any) -> list[str]:
    return [
        f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(in_cloudformation(content))
    ]


def bare() -> Card:
    """All that a version of an older record has."""
    card = a_card()
    design = replace(card.design, intended_for=None, not_for=(), value=None)
    return replace(
        card, design=design, measured=None, value=None, data=None, sources=(), views=(), metrics=(), trials=0
    )


@pytest.mark.parametrize("card", [a_card(), bare(), a_card("long words " * 900)], ids=["whole", "bare", "long"])
def test_the_content_is_what_sagemaker_takes(card: Card) -> None:
    content = sagemaker_card(card)
    assert faults(content) == []
    assert len(json.dumps(content)) <= 100_000


def test_a_field_that_sagemaker_does_not_know_would_be_found() -> None:
    content = sagemaker_card(a_card())
    content["training_details"]["sentence"] = "x"
    content["evaluation_details"][0]["metric_groups"][0]["metric_data"][0]["value"] = [1]
    assert len(faults(content)) == 2


def test_every_part_of_the_card_is_somewhere_in_the_content() -> None:
    content = sagemaker_card(a_card())
    (gate,) = content["evaluation_details"]
    groups = [group["name"] for group in gate["metric_groups"]]
    assert groups == ["Quality", "Value", "By shop", "Calibration", "What it relies on", "Feature views"]
    caveats = content["additional_information"]["caveats_and_recommendations"]
    assert "Withdrawn: it knew the answer" in caveats
    assert "slices: nobody knows." in caveats
    assert "intended_uses" not in sagemaker_card(bare())
