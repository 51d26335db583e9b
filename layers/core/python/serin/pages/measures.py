"""Charts of what was measured: numbers with their intervals below each other, and what was said beside what was so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from serin.domain.measurements import Bin, Estimate
from serin.domain.plain_numbers import how_many
from serin.pages import svg
from serin.pages.charts import EDGE
from serin.pages.svg import BOTTOM, LEFT, TOP, WIDTH

_STEP, _NAMES = 22.0, 180.0
_SHORT = 12
"""Names no longer than this have room on a narrow screen, set as large as other words are there."""
_TICKS = 4


@dataclass(frozen=True)
class Row:
    """A number with its interval, what it is of, and what is told of it."""

    label: str
    estimate: Estimate
    told: str


def intervals(about: str, rows: Sequence[Row], zero: str | None = None) -> Markup:
    """Each number as a mark with its interval, on one scale; `zero` names a dashed line at zero."""
    height = TOP + _STEP * len(rows) + BOTTOM
    longest = max((len(row.label) for row in rows), default=0)
    names = 24 + 9.0 * longest if longest <= _SHORT else _NAMES
    image = svg.image(about, height, kind="chart" if longest <= _SHORT else "chart named")
    ends = [end for row in rows for end in _ends(row.estimate)] + ([0.0] if zero else [])
    low, high = min(ends), max(ends)
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    low, high = low - room, high + room

    def across(value: float) -> float:
        return names + (WIDTH - names - EDGE) * (value - low) / (high - low)

    bottom = height - BOTTOM
    for number in range(_TICKS + 1):
        value = low + (high - low) * number / _TICKS
        _upright(image, across(value), bottom, "")
        kind = "between" if number % 2 else ""
        svg.text(image, f"{value:.3g}", across(value), height - BOTTOM + 16, "middle", kind=kind)
    if zero:
        _upright(image, across(0.0), bottom, "limit")
        svg.text(image, zero, across(0.0) + 4, TOP, "start")
    for place, row in enumerate(rows):
        y = TOP + (place + 0.5) * _STEP
        svg.text(image, svg.cut(row.label, 26), names - 8, y + 4, "end", whole=row.label)
        _mark(image, [across(end) for end in _ends(row.estimate)], across(row.estimate.value), y, row.told)
    return svg.markup(image)


def said_and_so(about: str, bins: Sequence[Bin], names: tuple[str, str]) -> Markup:
    """What was so over what was said, a mark a bin with its interval; the dashed line is where they agree."""
    height = 300.0
    image = svg.image(about, height)
    values = [end for part in bins for end in (*_ends(part.truth), part.score, part.truth.value)]
    low, high = min(values), max(values)
    room = (high - low) * 0.04 or 1.0
    low, high = low - room, high + room
    up = svg.Upwards(low, high, height - 16)

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - EDGE) * (value - low) / (high - low)

    for number in range(_TICKS + 1):
        value = low + (high - low) * number / _TICKS
        svg.grid(image, up(value), f"{value:.3g}", EDGE)
        kind = "between" if number % _TICKS else ""
        svg.text(image, f"{value:.3g}", across(value), height - BOTTOM, "middle", kind=kind)
    svg.text(image, names[0], (LEFT + WIDTH - EDGE) / 2, height - 12, "middle")
    svg.text(image, names[1], LEFT + 4, TOP + 4, "start")
    same = {"x1": across(low), "y1": up(low), "x2": across(high), "y2": up(high)}
    SubElement(image, "line", {"class": "limit", **{name: f"{at:.1f}" for name, at in same.items()}})
    group = SubElement(image, "g", {"class": "s0"})
    path = " ".join(f"{across(part.score):.1f},{up(part.truth.value):.1f}" for part in bins)
    SubElement(group, "polyline", {"points": path, "fill": "none", "stroke-width": "2"})
    for part in bins:
        _bin(group, part, across(part.score), up)
    return svg.markup(image)


def _bin(group: Element, part: Bin, x: float, up: svg.Upwards) -> None:
    low, *_, high = _ends(part.truth)
    whisker = {"x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{up(low):.1f}", "y2": f"{up(high):.1f}", "class": "whisker"}
    SubElement(group, "line", whisker)
    rows = how_many(part.truth.rows, "row")
    told = f"said {part.score:.4g}, so {part.truth.value:.4g} of {rows} ({low:.4g} to {high:.4g})"
    svg.title(svg.marker(group, 0, x, up(part.truth.value)), told)


def _ends(estimate: Estimate) -> list[float]:
    if estimate.low is None or estimate.high is None:
        return [estimate.value, estimate.value]
    return [estimate.low, estimate.high]


def _upright(image: Element, x: float, bottom: float, kind: str) -> None:
    ends = {"x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{TOP:g}", "y2": f"{bottom:.1f}"}
    SubElement(image, "line", {**ends, **({"class": kind} if kind else {})})


def _mark(image: Element, ends: Sequence[float], x: float, y: float, told: str) -> None:
    group = SubElement(image, "g", {"class": "s0"})
    whisker = {"x1": f"{ends[0]:.1f}", "x2": f"{ends[-1]:.1f}", "y1": f"{y:.1f}", "y2": f"{y:.1f}", "class": "whisker"}
    SubElement(group, "line", whisker)
    svg.title(svg.marker(group, 0, x, y), told)
