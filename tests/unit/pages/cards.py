"""A model card that has every part; a text goes into each place where somebody else's words stand."""

from __future__ import annotations

from datetime import timedelta

from serin.domain.card import (
    Card,
    CardData,
    CardDesign,
    CardInUse,
    CardMetric,
    CardRelease,
    CardRole,
    CardSlice,
    CardSource,
    CardView,
    Missing,
    Origins,
)
from serin.domain.judgement.policy import Matrix, SliceMargin, ValuePolicy
from serin.domain.judgement.verdicts import Check, Verdict
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.measurements import Bin, Estimate, FeatureGain, Measurements, ViewCost
from serin.domain.models import Artifact, Withdrawal
from tests.builders import NOON

DAY = timedelta(days=1)


def estimate(value: float, about: float = 0.02) -> Estimate:
    return Estimate(value, 9000, 14, value - about, value + about)


def measured(text: str = "") -> Measurements:
    return Measurements(
        "late-orders",
        "r3",
        tuple(Bin(place / 10 + 0.05, estimate(place / 11 + 0.07, 0.03)) for place in range(10)),
        "log_loss",
        (FeatureGain(f"amount{text}", estimate(0.03, 0.01)), FeatureGain("shop", estimate(0.001, 0.002))),
        (
            ViewCost(f"queue{text}", 2, estimate(0.02, 0.005), 1.25),
            ViewCost("shop", 1, estimate(-0.001), 0.5),
        ),
    )


def a_card(text: str = "") -> Card:
    check = Check(f"floor of roc_auc{text}", "pass", f"above{text}", "", 0.6, 0.72, 0.7)
    now, before = Interval(0.7, 0.68, 0.72, 900, 7), Interval(0.72, 0.7, 0.74, 3000, 14)
    return Card(
        model="late-orders",
        version=3,
        at=NOON,
        design=CardDesign(
            f"Will this order be late?{text}",
            "binary",
            f"late{text}",
            False,
            True,
            f"Call the customer.{text}",
            (f"pay of drivers{text}",),
            {"roc_auc": 0.6},
            {"shop": SliceMargin("log_loss", 0.03)},
            ValuePolicy(f"USD{text}", Matrix(40, -20, 0, 0), 100),
            "log_loss",
            "day",
            (f"rebooking desk{text}",),
            "limited",
            (CardRole("ml_engineer", (f"ml{text}",), "latency_p95_ms"), CardRole("data_engineer", ("data",))),
        ),
        verdict=Verdict("pass", f"Passed: all checks hold.{text}", (check,), 0.001, "log_loss"),
        origins=Origins(
            "r3",
            f"call{text}",
            "c" * 32,
            "d" * 32,
            "e" * 32,
            {f"python{text}": "3.12"},
            Artifact(f"models/x{text}", "f" * 64),
            Artifact("models/layer.zip", "a" * 64),
        ),
        params={f"max_leaf_nodes{text}": 15, "mode": f"x{text}"},
        learnt_until=NOON,
        data=CardData(
            f"set1{text}",
            90_000,
            80_000,
            NOON - 300 * DAY,
            NOON,
            NOON - 14 * DAY,
            7,
            (f"amount{text}",),
            {f"copies{text}": 7},
        ),
        sources=(CardSource(f"orders{text}", "h" * 32, 90_000, 12, {"accuracy": 99.5}), CardSource("shops", "i", 0, 0)),
        views=(CardView(f"queue{text}", "k" * 32),),
        trials=6,
        metrics=(CardMetric("roc_auc", estimate(0.72), 0.71, 0.6), CardMetric("log_loss", estimate(0.43), 0.44)),
        champion_version=2,
        slices=tuple(
            CardSlice(f"shop{text}", f"{name}{text}", "log_loss", estimate(0.4 + place / 50))
            for place, name in enumerate(("east", "north", "south"))
        ),
        measured=measured(text),
        value=estimate(1234, 100),
        threshold=0.31,
        classes=(f"no{text}", f"yes{text}"),
        warnings=(f"late knows the answer{text}",),
        withdrawn=Withdrawal("late-orders", 3, f"it knew the answer{text}", f"ana{text}", NOON),
        releases=(CardRelease(f"rel1{text}", "rolled_back", NOON, f"registered{text}", f"worse{text}"),),
        in_use=CardInUse(
            NOON, NOON + 7 * DAY, 1000, (Performance("roc_auc", "LOSS", f"roc_auc is worse.{text}", now, before),)
        ),
        missing=(Missing("slices", f"nobody knows{text}", f"Ask.{text}"),),
    )
