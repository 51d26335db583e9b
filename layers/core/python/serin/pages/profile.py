"""The profile page: a first look at a dataset's columns, what needs attention first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from serin.domain.attention import FLAGS, TROUBLED, ordered
from serin.domain.contracts import Contract
from serin.domain.profiles import ColumnProfile, Histogram, Profile, ShownProfile
from serin.pages import charts
from serin.pages.charts import Bar
from serin.pages.rendering import brief, count, rendered, share
from serin.pages.rules import rules_about

QUANTILES = ("0.01", "0.25", "0.5", "0.75", "0.99")


@dataclass(frozen=True)
class Shown:
    """A column as the page shows it; `anchor` is its place there, whatever it is called."""

    anchor: str
    column: ColumnProfile
    missing: float
    meter: Markup
    association: str
    strength: Markup | None
    chart: Markup | None
    facts: Mapping[str, str]
    rules: list[tuple[str, str]]


def profile_page(profile: Profile, of_dataset: ShownProfile | None = None, contract: Contract | None = None) -> str:
    """The page of a profile; a file before its upload is no dataset and has no contract."""
    shown = [_shown(place, column, profile, contract) for place, column in enumerate(ordered(profile))]
    used = {flag for column in profile.columns for flag in column.flags}
    return rendered(
        "profile.html",
        profile=profile,
        made=of_dataset.made if of_dataset else None,
        shown=shown,
        detailed=[one for one in shown if one.column.name in {c.name for c in profile.columns[: profile.detailed]}],
        attention=[one for one in shown if {"suspect", *TROUBLED} & set(one.column.flags)],
        flags={name: FLAGS[name] for name in FLAGS if name in used},
        behind=of_dataset.rows_now - profile.of_rows if of_dataset else 0,
        anchors={one.column.name: one.anchor for one in shown},
    )


def _shown(number: int, column: ColumnProfile, profile: Profile, contract: Contract | None) -> Shown:
    missing = column.missing / profile.rows if profile.rows else 0.0
    association = column.association
    told = f"{association.strength:.2f}" if association else "-"
    return Shown(
        anchor=f"c{number}",
        column=column,
        missing=missing,
        meter=charts.meter(missing, f"{share(missing)} missing"),
        association=told,
        strength=charts.meter(association.strength, told) if association else None,
        chart=_chart(column, profile),
        facts=_facts(column, missing),
        rules=rules_about(contract, column.name) if contract else [],
    )


def _facts(column: ColumnProfile, missing: float) -> Mapping[str, str]:
    facts = {"missing": f"{count(column.missing)} ({share(missing)})"}
    if column.distinct is not None:
        facts["different values"] = count(column.distinct)
    if numbers := column.numbers:
        facts["smallest, greatest"] = f"{brief(numbers.minimum)}, {brief(numbers.maximum)}"
        facts["mean ± deviation"] = f"{brief(numbers.mean)} ± {brief(numbers.deviation)}"
        facts["1 %, 25 %, half, 75 %, 99 % are below"] = ", ".join(brief(numbers.quantiles[name]) for name in QUANTILES)
    if times := column.times:
        facts["first, last"] = f"{times.first}, {times.last}"
    if association := column.association:
        facts["says about the label"] = f"{association.strength:.2f} of 1, over {count(association.rows)} labelled rows"
        if association.auc is not None:
            facts["orders the two classes (AUC)"] = f"{association.auc:.3f}; 0.5 is not at all, 0 or 1 is perfectly"
        if association.rank_correlation is not None:
            facts["rank correlation with the label"] = f"{association.rank_correlation:+.3f}"
    return facts


def _chart(column: ColumnProfile, profile: Profile) -> Markup | None:
    if "constant" in column.flags:
        return None
    about = f"Distribution of {column.name}"
    known = max(1, profile.rows - column.missing)
    if column.times:
        periods = column.times.periods
        bars = [Bar(one.value, one.rows, f"{one.value}: {count(one.rows)} rows") for one in periods]
        return charts.columns(about, bars)
    if column.top and column.numbers:
        return charts.columns(
            about, [Bar(one.value, one.rows, f"{one.value}: {count(one.rows)} rows") for one in column.top]
        )
    if column.numbers and column.numbers.histogram:
        return _histogram(about, column.numbers.histogram)
    if not column.top:
        return None
    bars = [Bar(one.value, one.rows, f"{count(one.rows)} ({share(one.rows / known)})") for one in column.top]
    others = known - sum(one.rows for one in column.top)
    if others > 0:
        bars.append(Bar("all others", others, f"{count(others)} ({share(others / known)})"))
    return charts.rows(about, bars)


def _histogram(about: str, histogram: Histogram) -> Markup:
    ends = list(zip(histogram.edges, histogram.edges[1:], histogram.counts, strict=False))
    bars = [Bar("", rows, f"{brief(low)} to {brief(high)}: {count(rows)} rows") for low, high, rows in ends]
    # Bins of integers begin and end between two of them.
    half = 0.5 if histogram.edges[0] % 1 == histogram.edges[-1] % 1 == 0.5 else 0.0
    first, last = histogram.edges[0] + half, histogram.edges[-1] - half
    places = [first + (last - first) * quarter / 4 for quarter in range(5)]
    return charts.columns(about, bars, [brief(round(place) if half else place) for place in places])
