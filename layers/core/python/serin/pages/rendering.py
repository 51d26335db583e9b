"""From a template to a page. Everything a page shows may come from an upload, so all of it is hostile."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from serin.domain.plain_numbers import how_many
from serin.domain.printable import ON_A_PAGE, printable

TEMPLATES = Path(__file__).parent / "templates"
_SENTENCE = 160


def rendered(template: str, frame: object = None, **shown: Any) -> str:
    """The page; texts are escaped, and what nobody could see in them is made visible.

    In a `frame` it is a page of the console; without one it is whole by itself.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"count": count, "share": share, "brief": brief, "minute": minute, "brief_usd": brief_usd}
    environment.filters |= {"coded": coded, "how_many": how_many, "figure": figure, "shortened": shortened}
    layout = "page.html" if frame is None else "console/frame.html"
    return environment.get_template(template).render(style=Markup(style()), layout=layout, frame=frame, **shown)


@cache
def style() -> str:
    """The style sheet of every page."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def count(number: float) -> str:
    """A number of rows."""
    return f"{number:,.0f}"


def share(part: float) -> str:
    """A part of 1 as a percentage that never rounds something to nothing, or nearly everything to all."""
    percent = 100 * part
    if 0 < percent < 0.01:
        return "<0.01 %"
    if 99.99 < percent < 100:
        return ">99.99 %"
    return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"


def minute(moment: datetime) -> str:
    """A moment, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}"


def brief(number: float | None) -> str:
    """A measured number as a person reads it."""
    if number is None:
        return "-"
    if abs(number) < 10_000:
        return f"{number:.6g}"
    return f"{number:,.0f}" if abs(number) < 1e15 else f"{number:.6g}"


def brief_usd(usd: float) -> str:
    """Money: to the cent, and of less than a dollar what matters of it."""
    if usd >= 1 or not usd:
        return f"${usd:,.2f}"
    return f"${usd:.3g}" if usd >= 0.0001 else f"${usd:.7f}".rstrip("0")


def figure(number: float | None) -> str:
    """A number that stands alone, large."""
    return "-" if number is None else f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def shortened(text: str) -> str:
    """So much of a sentence as a table has room for; the page of what it is about has all of it."""
    return text if len(text) <= _SENTENCE else f"{text[: _SENTENCE - 1].rstrip()}…"


def coded(text: str) -> Markup:
    """A sentence of our own, in which what stands between backticks is code; never of what others have written."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _visible(value: object) -> object:
    return printable(value, ON_A_PAGE) if isinstance(value, str) and not isinstance(value, Markup) else value
