"""The charts of a release: each bet through time against what is enough, and the shares of the calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from serin.domain.release_seen import stake
from serin.pages import svg
from serin.pages.charts import EDGE
from serin.pages.svg import BOTTOM, LEFT, WIDTH

LEAST, MOST = 0.01, 1e6
"""What is drawn of a bet: a candidate that does well makes it as small as one likes."""
_TICKS = 5
_FORMS = ((timedelta(days=1), "%H:%M"), (timedelta(days=30), "%m-%d %H:%M"), (timedelta.max, "%Y-%m-%d"))


@dataclass(frozen=True)
class Span:
    """The time that is drawn, from end to end, and the moments in it that every chart marks."""

    begin: datetime
    end: datetime
    marked: Sequence[tuple[datetime, str]] = ()
    left: float = LEFT

    def across(self) -> Callable[[datetime], float]:
        """From a moment to how far from the left it is drawn."""
        length = max((self.end - self.begin).total_seconds(), 1.0)
        return lambda at: self.left + (WIDTH - self.left - EDGE) * (at - self.begin).total_seconds() / length

    def draw(self, image: Element, height: float) -> None:
        """Some moments below, and a line up from each that is marked."""
        across, length = self.across(), self.end - self.begin
        form = next(form for longest, form in _FORMS if length < longest)
        for number in range(_TICKS):
            at = self.begin + length * number / (_TICKS - 1)
            kind = "between" if number % (_TICKS - 1) else ""
            svg.text(image, f"{at:{form}}", across(at), height - BOTTOM + 16, "middle", kind=kind)
        for at, told in self.marked:
            x = f"{across(at):.1f}"
            line = {"x1": x, "x2": x, "y1": f"{svg.TOP:g}", "y2": f"{height - BOTTOM:.1f}"}
            svg.title(SubElement(image, "line", line), told)
            svg.text(image, told, across(at) + 3, svg.TOP + 2, "start")


def bet(name: str, place: int, points: Sequence[tuple[datetime, float]], enough: float, span: Span) -> Markup:
    """What a stake of 1 has become, on a logarithmic scale, and the line from which on it rejects."""
    height = 150.0
    image = svg.image(f"{name}: the bet through time, {stake(enough)} is enough", height)
    most = min(MOST, max(10 * enough, *(value for _, value in points)))
    up, across = svg.Upwards(math.log10(LEAST), math.log10(most), height), span.across()
    for power in range(round(math.log10(LEAST)), math.floor(math.log10(most)) + 1):
        svg.grid(image, up(power), f"{10.0**power:,.10g}", EDGE)
    svg.limit(image, up(math.log10(enough)), stake(enough), EDGE)
    span.draw(image, height)
    group = SubElement(image, "g", {"class": f"s{place % 4}"})
    places = [(across(at), up(math.log10(min(most, max(LEAST, value))))) for at, value in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    SubElement(group, "polyline", {"points": path, "fill": "none", "stroke-width": "2"})
    for (x, y), (at, value) in zip(places, points, strict=True):
        svg.title(
            svg.marker(group, place, x, y), f"{name} {stake(value)} at {at:%Y-%m-%d %H:%M}Z, {stake(enough)} is enough"
        )
    return svg.markup(image)


def weights(moves: Sequence[tuple[datetime, int]], span: Span) -> Markup:
    """The candidate's share of the calls through time; `moves` are when it changed, and what it was from then on."""
    height = 150.0
    image = svg.image("The candidate's share of the calls through time", height)
    up, across = svg.Upwards(0, 120, height), span.across()
    for share in (0, 50, 100):
        svg.grid(image, up(share), f"{share} %", EDGE)
    span.draw(image, height)
    ends = [at for at, _ in moves[1:]] + [span.end]
    for (at, share), end in zip(moves, ends, strict=True):
        wide = max(1.0, across(end) - across(at))
        box = svg.rectangle(image, across(at), up(share), wide, up(0) - up(share), "bar")
        svg.title(box, f"{share} % from {at:%Y-%m-%d %H:%M}Z to {end:%Y-%m-%d %H:%M}Z")
    return svg.markup(image)
