"""The parts charts are drawn of. ElementTree escapes every text; what no XML may hold is made visible first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from serin.domain.printable import printable

WIDTH = 720.0
LEFT, TOP, BOTTOM = 64.0, 12.0, 30.0
_LONGEST = 200
_LABELS = 4
_LABEL = 26
_SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-4, -4), (4, -4), (4, 4), (-4, 4)),
    ((0, -5), (5, 0), (0, 5), (-5, 0)),
    ((0, -5), (5, 4), (-5, 4)),
    ((0, 5), (5, -4), (-5, -4)),
)


class Upwards:
    """From a value to how far from the top it is drawn."""

    def __init__(self, low: float, high: float, height: float) -> None:
        self._low, self._span, self._bottom = low, (high - low) or 1, height - BOTTOM

    def __call__(self, value: float) -> float:
        return self._bottom - (value - self._low) / self._span * (self._bottom - TOP)


def across(places: int, right: float) -> Callable[[float], float]:
    """From a place of so many to how far from the left it is drawn, with room at the right; one alone in the middle."""
    wide = WIDTH - LEFT - right
    return lambda place: LEFT + (wide / 2 if places < 2 else wide * place / (places - 1))


def image(about: str, height: float, width: float = WIDTH, kind: str = "chart") -> Element:
    """An empty image that says what it shows."""
    box = {"viewBox": f"0 0 {width:g} {height:g}", "class": kind, "role": "img"}
    return Element("svg", {**box, "aria-label": printable(about, _LONGEST)})


def markup(drawn: Element) -> Markup:
    """The image as a part of a page."""
    return Markup(tostring(drawn, encoding="unicode"))  # ElementTree has escaped every text


def rectangle(parent: Element, x: float, y: float, wide: float, high: float, kind: str) -> Element:
    """A box of the colour of its kind."""
    box = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": f"{max(0.0, high):.1f}"}
    return SubElement(parent, "rect", {"class": kind, **box})


def text(parent: Element, said: str, x: float, y: float, anchor: str, whole: str = "", kind: str = "") -> None:
    """A text; `whole` is what it was before it was cut, and a narrow screen has no room for the kind `between`."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    made = SubElement(parent, "text", {**place, "class": kind} if kind else place)
    made.text = printable(said, _LONGEST)
    if whole and whole != said:
        title(made, whole)


def title(parent: Element, told: str) -> None:
    """What is told of a part when somebody points at it."""
    SubElement(parent, "title").text = printable(told, _LONGEST)


def grid(parent: Element, y: float, label: str, right: float) -> None:
    """A level line and its value."""
    SubElement(parent, "line", {"x1": f"{LEFT:g}", "x2": f"{WIDTH - right:g}", "y1": f"{y:.1f}", "y2": f"{y:.1f}"})
    text(parent, label, LEFT - 6, y + 4, "end")


def limit(parent: Element, y: float, label: str, right: float) -> None:
    """A dashed level line that means something, and what it is, behind it."""
    ends = {"x1": f"{LEFT:g}", "x2": f"{WIDTH - right:g}", "y1": f"{y:.1f}", "y2": f"{y:.1f}"}
    SubElement(parent, "line", {"class": "limit", **ends})
    text(parent, label, WIDTH - right + 6, y + 4, "start")


def labels(parent: Element, names: Sequence[str], at: Callable[[float], float], height: float) -> None:
    """Some of the names below their places, so many as can be read."""
    last = len(names) - 1
    for place in sorted({round(last * number / (_LABELS - 1)) for number in range(_LABELS)} if names else ()):
        anchor = "middle" if 0 < place < last or not last else "start" if not place else "end"
        # What stands at the edges has room to the middle; on a narrow screen the others have none.
        kind = "" if place in (0, last) else "between"
        # A file and its day have no room side by side.
        for line, part in enumerate(names[place].rsplit(", ", 1)):
            down = height - BOTTOM + 13 + 12 * line
            text(parent, cut(part, _LABEL), at(place), down, anchor, whole=names[place], kind=kind)


def marker(parent: Element, shape: int, x: float, y: float) -> Element:
    """A point of a line, of a shape of its own."""
    corners = " ".join(f"{x + right:.1f},{y + down:.1f}" for right, down in _SHAPES[shape % len(_SHAPES)])
    return SubElement(parent, "polygon", {"points": corners})


def cut(said: str, most: int) -> str:
    """The text, or so much of it as there is room for."""
    return said if len(said) <= most else f"{said[: most - 1]}…"
