"""A stage of a hundred models and more keeps AWS's quotas, or is refused with the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.app import use_packaged_node
from infra.quotas import ROUTES_OF_ALL, RULES_OF_ALL, refuse_more_than_fits, uses
from infra.settings import Settings, target_for
from serin.domain.charter import Charter
from serin.domain.errors import TooLarge
from serin.domain.sources import Source
from tests.builders import a_charter
from tests.infra.quotas import ALLOWED, used
from tests.infra.templates import Assembly, TinyPackages

RATES = [timedelta(minutes=minutes) for minutes in (15, 60, 90, 360, 1440)]


def many(models: int, sources: int = 18) -> list[Charter]:
    """Models with names of the longest kind, looked at in five rhythms, some fed from other people's buckets."""
    orders, shops = a_charter().datasets
    truth = replace(a_charter().truth, feedback=True)
    return [
        a_charter(
            model=f"model-{at:03d}-of-a-name-that-is-long",
            truth=truth,
            monitoring=replace(a_charter().monitoring, every=RATES[at % len(RATES)]),
            datasets=(
                replace(orders, name=f"orders-{at:03d}", source=_source(at)) if at < sources else orders,
                shops,
            ),
        )
        for at in range(models)
    ]


def _source(at: int) -> Source:
    return Source(f"acme-exports-of-{at % 3}", f"daily/orders/{at:03d}/", RATES[at % len(RATES)])


def templates(charters: Sequence[Charter], folder: Path) -> Mapping[str, Any]:
    """The stacks all models share, and those of the first model: another's differ by its name."""
    use_packaged_node()
    import aws_cdk as cdk

    from infra.constructs.stack import Deployment
    from infra.stacks.order import add_model, add_shared

    settings, target = Settings(), target_for(Settings(), "aws")
    models = tuple(charter.model for charter in charters)
    app = cdk.App(outdir=str(folder / "assembly"), analytics_reporting=False)
    deployment = Deployment(settings, target, TinyPackages(folder / "packages", target), models)
    add_model(app, deployment, charters[0], add_shared(app, deployment, charters))
    app.synth()
    return Assembly(folder / "assembly").templates


@pytest.mark.slow
@pytest.mark.parametrize("models", [90, 240])
def test_every_template_and_policy_of_many_models_keeps_awss_quotas(models: int, tmp_path: Path) -> None:
    charters = many(models)
    found = templates(charters, tmp_path)
    own = {f"{part}-{charters[0].model}" for part in ("training", "endpoint")}
    assert own < found.keys()
    numbers = used(found, dict.fromkeys(own, models))
    assert numbers["routes of an API"] > models
    assert numbers["rules of a bus"] >= models
    assert {what: number for what, number in numbers.items() if number > ALLOWED[what]} == {}
    refuse_more_than_fits(charters)
    # What `validate` counts is what the templates come to, or a little more.
    counted = {use.what: use.used for use in uses(charters)}
    assert 0 <= counted["routes of its API"] - numbers["routes of an API"] <= ROUTES_OF_ALL
    assert 0 <= counted["rules on one of its buses"] - numbers["rules of a bus"] <= RULES_OF_ALL
    lake = used({"lake": found["lake"]}, {})["characters of a role's own policies"]
    assert lake <= counted["characters in the policy that reads its sources"] <= lake + 1_500, (lake, counted)


@pytest.mark.parametrize(
    ("charters", "says"),
    [
        (many(251), "A stage of 251 models needs 301 routes of its API, where there is room for 300"),
        (many(100, sources=100), r"100 models needs 2\d,\d{3} characters in the policy that reads its sources"),
        (
            [
                replace(charter, monitoring=replace(charter.monitoring, every=timedelta(minutes=15 + at)))
                for at, charter in enumerate(many(249, sources=0))
            ],
            "249 models needs 309 rules on the account's default bus, where there is room for 300",
        ),
    ],
)
def test_models_that_a_stage_has_no_room_for_are_refused_with_the_numbers(charters: list[Charter], says: str) -> None:
    with pytest.raises(TooLarge, match=says):
        refuse_more_than_fits(charters)
