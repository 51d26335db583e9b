"""The one way to a person's terminal: no text that is written there can move its cursor or turn its words around."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from serin.domain.printable import visible


class Terminal(Console):
    """A console that escapes whatever it is given to show; only its own colours and bars are control sequences.

    It is done where text leaves, so nobody can forget it. A table's cell must be escaped before as well (`cell`),
    for its width is measured first.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments, with every text visible and every line end kept."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def cell(value: object, style: str = "") -> Text:
    """A value as a cell or a line: one line, never rich's markup; nothing for None."""
    return Text("" if value is None else visible(str(value), keep=""), style)
