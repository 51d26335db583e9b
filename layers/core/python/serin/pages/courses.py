"""Charts over months: what a number was in each window with its interval, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from serin.pages import svg
from serin.pages.charts import EDGE
from serin.pages.evidence import Span
from serin.pages.svg import BOTTOM, WIDTH

_LANE = 24.0
_NAMES = 110.0


@dataclass(frozen=True)
class Point:
    """What a number was about a moment, from `low` to `high`; `told` when somebody points at it."""

    at: datetime
    value: float
    low: float
    high: float
    told: str


@dataclass(frozen=True)
class Period:
    """Something that lasted from `begin` to `end`, or happened then, without an end; `bad` draws it as a warning."""

    begin: datetime
    told: str
    end: datetime | None = None
    bad: bool = False


def course(about: str, points: Sequence[Point], usual: float | None, span: Span) -> Markup:
    """A number through time with its intervals, and what it was before as a dashed line."""
    height = 170.0
    image = svg.image(about, height)
    known = [value for point in points for value in (point.low, point.high, point.value)]
    known += [] if usual is None else [usual]
    low, high = min(known), max(known)
    room = (high - low) * 0.08 or abs(high) * 0.08 or 1.0
    up, across = svg.Upwards(low - room, high + room, height), span.across()
    for value in (low, (low + high) / 2, high):
        svg.grid(image, up(value), f"{value:.3g}", EDGE)
    span.draw(image, height)
    if usual is not None:
        svg.limit(image, up(usual), "before", EDGE)
    group = SubElement(image, "g", {"class": "s0"})
    for point in points:
        x = f"{across(point.at):.1f}"
        whisker = {"x1": x, "x2": x, "y1": f"{up(point.low):.1f}", "y2": f"{up(point.high):.1f}", "class": "whisker"}
        SubElement(group, "line", whisker)
    path = " ".join(f"{across(point.at):.1f},{up(point.value):.1f}" for point in points)
    SubElement(group, "polyline", {"points": path, "fill": "none", "stroke-width": "2"})
    for point in points:
        svg.title(svg.marker(group, 0, across(point.at), up(point.value)), point.told)
    return svg.markup(image)


def time_line(about: str, lanes: Sequence[tuple[str, Sequence[Period]]], span: Span) -> Markup:
    """A lane below the other for each kind of thing that happened."""
    height = svg.TOP + _LANE * len(lanes) + BOTTOM
    image = svg.image(about, height)
    inner = Span(span.begin, span.end, left=_NAMES)
    inner.draw(image, height)
    for place, (name, periods) in enumerate(lanes):
        y = svg.TOP + place * _LANE
        svg.text(image, name, _NAMES - 10, y + 15, "end")
        ends = {"x1": f"{_NAMES:g}", "x2": f"{WIDTH - EDGE:g}", "y1": f"{y + _LANE:.1f}", "y2": f"{y + _LANE:.1f}"}
        SubElement(image, "line", ends)
        for period in periods:
            _period(image, period, place, y, inner)
    return svg.markup(image)


def _period(image: Element, period: Period, place: int, y: float, span: Span) -> None:
    across = span.across()
    x = across(max(period.begin, span.begin))
    if period.end is None:
        group = SubElement(image, "g", {"class": "bad" if period.bad else f"s{place % 4}"})
        svg.title(svg.marker(group, place, x, y + _LANE / 2), period.told)
        return
    wide = max(3.0, across(min(period.end, span.end)) - x)
    box = svg.rectangle(image, x, y + 5, wide, _LANE - 10, "bar second" if period.bad else "bar")
    svg.title(box, period.told)
