"""The section `release` of a charter: what it means, and what is refused before anything is deployed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin.domain.judgement.release_policy import (
    BASIC,
    CanaryPolicy,
    LowTraffic,
    Margins,
    ReleasePolicy,
    ShadowPolicy,
)
from serin.files.charters import read_charter
from tests.unit.files.written_model import RELEASE, write_charter

EVERY_LINE = ReleasePolicy(
    "canary",
    0.05,
    ShadowPolicy(400, timedelta(hours=12)),
    CanaryPolicy((10, 50), timedelta(days=2), LowTraffic(200, (25,))),
    Margins(0.02, 0.1, 0.2, 100),
    "roll_back",
    timedelta(hours=2),
)


def test_every_line_becomes_the_policy_of_the_judge(tmp_path: Path) -> None:
    assert read_charter(write_charter(tmp_path, {})).release.policy == EVERY_LINE


@pytest.mark.parametrize(
    ("written", "policy"),
    [("", BASIC), ("  strategy: canary\n", ReleasePolicy()), ("  strategy: shadow\n", ReleasePolicy("shadow"))],
)
def test_what_is_not_written_is_as_the_judge_has_it(tmp_path: Path, written: str, policy: ReleasePolicy) -> None:
    assert read_charter(write_charter(tmp_path, {RELEASE: written})).release.policy == policy


@pytest.mark.parametrize(
    ("old", "new", "found", "remedy"),
    [
        ("strategy: canary", "strategy: rolling", "strategy: 'rolling'", "'basic', 'shadow' or 'canary'"),
        ("\n  alpha: 0.05", "\n  alpha: 5", "release.alpha: 5", "less than 0.5"),
        ("[10, 50]", "[0, 50]", "canary.steps: [0, 50]", "Write whole percentages from 1 to 99"),
        ("[10, 50]", "[10, 100]", "canary.steps: [10, 100]", "all of it follows the last step"),
        ("[10, 50]", "[10, 12.5]", "canary.steps: [10, 12.5]", "Write whole percentages"),
        ("[10, 50]", "[50, 10]", "canary.steps: [50, 10]", "Write rising percentages"),
        ("[10, 50]", "[10, 10]", "canary.steps: [10, 10]", "Write rising percentages"),
        ("[10, 50]", "[]", "canary.steps: []", "Write a list of 1 to 20 percentages"),
        ("[10, 50]", "10", "canary.steps: 10", "Write a list of 1 to 20 percentages"),
        ("[25]", "[25, 5]", "canary.low_traffic.steps: [25, 5]", "Write rising percentages"),
        ("deadline: 2d", "deadline: 5m", "canary.deadline: '5m'", "Write a span from 10m to 30d."),
        ("deadline: 12h", "deadline: 40d", "shadow.deadline: '40d'", "Write a span from 10m to 30d."),
        ("deadline: 2d", "deadline: tomorrow", "canary.deadline: 'tomorrow'", "such as 30m, 2h or 7d"),
        ("bake: 2h", "bake: 0h", "release.bake: '0h'", "longer than nothing"),
        ("inconclusive: roll_back", "inconclusive: promote", "inconclusive: 'promote'", "'hold', 'roll_back' or 'ask'"),
        ("{error_rate: 0.02", "{error_rate: 0", "margins.error_rate: 0", "greater than 0"),
        ("over_latency: 0.1", "over_latency: 10", "margins.over_latency: 10", "less than 1"),
        ("pairs: 400", "pairs: 0", "shadow.pairs: 0", "greater than or equal to 1"),
        (
            "{error_rate: 0.02",
            "{error_rate: 1.0e-9",
            "margins.error_rate: 1e-09, which takes",
            "Widen it, or lengthen release.canary.deadline",
        ),
        (
            "[10, 50], deadline: 2d",
            "[1, 2, 3, 4, 5], deadline: 20m",
            "canary.steps: 5 steps in 20m",
            "A step takes 5m at least",
        ),
        (
            "value_per_1000: 100",
            "value_per_1000: 50000",
            "value_per_1000: 50000, and no candidate can lose more than 44000",
            "that a candidate may lose",
        ),
        ("latency_p95_ms: 200", "latency_p95_ms: 0", "requirements.latency_p95_ms: 0", "greater than 0"),
        ("error_rate: 0.005", "error_rate: 1", "requirements.error_rate: 1", "less than 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(
    tmp_path: Path, old: str, new: str, found: str, remedy: str
) -> None:
    with pytest.raises(Invalid) as caught:
        read_charter(write_charter(tmp_path, {old: new}))
    assert found in caught.value.message
    assert remedy in caught.value.remedy


def test_a_shadow_that_decides_alone_needs_the_pairs_its_margin_takes(tmp_path: Path) -> None:
    """0.98 to the power of 149 is just below 0.05: so many pairs without a failure show 2 %, and one less does not."""
    few, enough = (f"  strategy: shadow\n  shadow: {{pairs: {pairs}}}\n" for pairs in (148, 149))
    assert read_charter(write_charter(tmp_path / "enough", {RELEASE: enough})).release.policy.shadow.pairs == 149
    with pytest.raises(Invalid) as caught:
        read_charter(write_charter(tmp_path / "few", {RELEASE: few}))
    assert "release.shadow.pairs: 148, and without one failure it takes 149 pairs" in caught.value.message
    assert "Write at least 149" in caught.value.remedy


def test_a_line_that_the_strategy_does_not_read_is_refused(tmp_path: Path) -> None:
    basic = RELEASE.replace("canary\n", "basic\n")
    with pytest.raises(Invalid) as caught:
        read_charter(write_charter(tmp_path / "basic", {RELEASE: basic}))
    fields = [line.split(": ")[1].removeprefix("release.") for line in caught.value.message.splitlines()]
    margins = ["margins.disagreement", "margins.error_rate", "margins.over_latency"]
    assert fields == ["alpha", "shadow", "canary", *margins, "inconclusive", "bake"]
    with pytest.raises(Invalid, match=r"release\.canary: a line that changes nothing with strategy shadow"):
        read_charter(write_charter(tmp_path / "shadow", {RELEASE: RELEASE.replace("canary\n", "shadow\n")}))
