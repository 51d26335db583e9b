"""Small charts as inline SVG: lines over uploads, bars, a heat map. Colours are the page's, by class; no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import SubElement

from markupsafe import Markup

from serin.pages import svg
from serin.pages.svg import BOTTOM, LEFT, WIDTH

# Room at the right for half of the last label.
EDGE = 56.0


@dataclass(frozen=True)
class Bar:
    """A bar: its label, its height, and what is told of it; `part` of it, from below, is of the second colour."""

    label: str
    value: float
    told: str
    part: float = 0.0


def line(name: str, place: int, values: Sequence[float], labels: Sequence[str], low: float, high: float) -> Markup:
    """A line over places in order, `low` at the bottom and `high` at the top; `place` chooses colour and marker."""
    height = 130.0
    image = svg.image(f"{name} over uploads", height)
    across, up = svg.across(len(values), EDGE), svg.Upwards(low, high, height)
    for value in (low, (low + high) / 2, high):
        svg.grid(image, up(value), f"{value:.4g}", EDGE)
    svg.labels(image, labels, across, height)
    group = SubElement(image, "g", {"class": f"s{place}"})
    points = [(across(number), up(value)) for number, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    SubElement(group, "polyline", {"points": path, "fill": "none", "stroke-width": "2"})
    for (x, y), value, label in zip(points, values, labels, strict=True):
        svg.title(svg.marker(group, place, x, y), f"{name} {value:.2f}, {label}")
    return svg.markup(image)


def columns(about: str, bars: Sequence[Bar], labels: Sequence[str] = (), height: float = 160.0) -> Markup:
    """Upright bars side by side; under them their labels, or these at equal distances from end to end."""
    image = svg.image(about, height)
    greatest = max((bar.value for bar in bars), default=0) or 1
    up, room = svg.Upwards(0, greatest, height), (WIDTH - LEFT - EDGE) / max(1, len(bars))
    for step in range(3):
        svg.grid(image, up(greatest * step / 2), f"{greatest * step / 2:,.0f}", EDGE)
    for place, bar in enumerate(bars):
        x, wide = LEFT + place * room, max(0.5, room * 0.9)
        group = SubElement(image, "g")
        svg.rectangle(group, x, up(bar.value), wide, up(0) - up(bar.value), "bar")
        if bar.part:
            svg.rectangle(group, x, up(bar.part), wide, up(0) - up(bar.part), "bar second")
        svg.title(group, bar.told)
    if labels:
        ends = svg.across(len(labels), EDGE)
        for place, label in enumerate(labels):
            svg.text(image, label, ends(place), height - BOTTOM + 16, "middle")
    else:
        svg.labels(image, [bar.label for bar in bars], lambda place: LEFT + (place + 0.45) * room, height)
    return svg.markup(image)


def rows(about: str, bars: Sequence[Bar]) -> Markup:
    """Lying bars below each other, each with its label before it and what is told behind it."""
    step, before = 22.0, 180.0
    image = svg.image(about, step * len(bars) + 8, kind="chart named")
    greatest = max((bar.value for bar in bars), default=0) or 1
    for place, bar in enumerate(bars):
        y, long = 4 + place * step, (WIDTH - before - 200) * bar.value / greatest
        svg.text(image, svg.cut(bar.label, 26), before - 8, y + 14, "end", whole=bar.label)
        svg.title(svg.rectangle(image, before, y + 2, max(0.5, long), step - 6, "bar"), f"{bar.label}: {bar.told}")
        svg.text(image, bar.told, before + long + 8, y + 14, "start")
    return svg.markup(image)


def heat_map(
    about: str, names: Sequence[str], places: Sequence[str], shares: Sequence[Sequence[float | None]]
) -> Markup:
    """A row for each name, a cell for each place: the darker, the greater the share (0 to 1); empty where None."""
    step, before = 20.0, 250.0
    height = step * len(names) + 30
    image = svg.image(about, height, kind="chart named")
    wide = (WIDTH - before - 8) / max(1, len(places))
    for line, (name, line_shares) in enumerate(zip(names, shares, strict=True)):
        y = 4 + line * step
        svg.text(image, svg.cut(name, 38), before - 8, y + 14, "end", whole=name)
        for place, share in enumerate(line_shares):
            kind = "none" if share is None else "heat" if share else "kept"
            cell = svg.rectangle(image, before + place * wide, y, wide * 0.94, step - 2, kind)
            if share:
                # By the root, so that few rows of many can be seen.
                cell.set("fill-opacity", f"{0.12 + 0.88 * min(1.0, share) ** 0.5:.3f}")
            told = "was not judged" if share is None else f"broken by {100 * share:.4g} % of what it judged"
            svg.title(cell, f"{name} {told}, {places[place]}")
    for place in sorted({0, len(places) - 1} & set(range(len(places)))):
        anchor = "start" if place == 0 else "end"
        x = before if place == 0 else before + wide * len(places)
        svg.text(image, svg.cut(places[place], 28), x, height - 8, anchor, whole=places[place])
    return svg.markup(image)


def meter(part: float, told: str) -> Markup:
    """A part of 1 as a small bar in a table."""
    image = svg.image(told, 10, 60, "meter")
    svg.rectangle(image, 0, 1, 60, 8, "empty")
    svg.rectangle(image, 0, 1, 60 * max(0.0, min(1.0, part)), 8, "bar")
    return svg.markup(image)
