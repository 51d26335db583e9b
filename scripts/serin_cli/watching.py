"""`serin watch`: how a model is doing, what has changed since it learnt, and when the next training pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from serin.domain.errors import Invalid
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model, option

Record = Mapping[str, Any]
_UNUSUAL = ("DRIFT", "SUSPECTED")
_LISTED = 12


def watch(
    model: Model,
    /,
    *,
    window: Annotated[str | None, option("DAY", "the window that this day lies in (default: the newest)")] = None,
    page: Annotated[str | None, option("[FILE]", "write a page with plots and a time line")] = None,
    acknowledge: Annotated[str | None, option("COLUMN", "say that you are at the episode of this column")] = None,
    close: Annotated[str | None, option("COLUMN", "say that the episode of this column is over")] = None,
    as_json: Json = False,
) -> Any:
    """How a model is doing, and when the next training pays; take or close an episode."""
    if acknowledge and close:
        raise Invalid("An episode is acknowledged or closed.", "Write one of the two.", "--close")
    path = f"/models/{model}/watch"
    with connected() as client:
        for deed, feature in (("acknowledge", acknowledge), ("close", close)):
            if feature:
                return client.post(f"{path}/{quote(feature, safe='')}/{deed}")
        seen = client.get(path, **({"window": window} if window else {}))
        if page is not None:
            # Whoever asks for no page waits for no templates.
            from serin_cli.watch_page import write

            return write(client, model, seen, page)
    if as_json:
        return seen
    for line in _sentences(seen, model):
        story.say(line)
    for title, lines in _tables(seen):
        if lines:
            story.chapter(title)
            story.show_table(lines, list(lines[0]))
    return None


def _sentences(seen: Record, model: str) -> Iterator[str]:
    report, decision = seen.get("report"), seen["state"].get("decision")
    if report is None:
        yield f"{model}: no window was looked at yet. The first is judged a day after it is over."
    else:
        window = report["window"]
        yield f"{model}, version {window.get('version')}, {_span(window)}: {window['words']}"
        yield window["sentence"]
        yield from (of["sentence"] for of in _judged(report))
        if estimated := report.get("estimated"):
            yield estimated["sentence"]
        yield from report["skew"]
    if decision:
        yield decision["sentence"]


def _tables(seen: Record) -> Iterator[tuple[str, Sequence[Record]]]:
    running = [of for of in seen["state"]["episodes"] if of["status"] != "closed"]
    yield "Episodes", [_episode(of) for of in running]
    report = seen.get("report")
    if report is not None:
        yield "Columns", [_feature(of) for of in report["drift"]["features"]]
        unusual = [of for of in report["slices"] if of["verdict"]["status"] in _UNUSUAL]
        yield "Slices", [_slice(of) for of in unusual]
    yield "Windows", [_window(of) for of in seen["windows"][:_LISTED]]


def _judged(report: Record) -> list[Record]:
    """The metrics that say something, and the value."""
    value = report.get("value")
    judged = [*report["window"]["performance"], *([value] if value else [])]
    said = [of for of in judged if of["status"] != "INSUFFICIENT_DATA"]
    return said or judged[:1]


def _episode(of: Record) -> Record:
    return {
        "column": of["feature"],
        "status": of["status"],
        "began": _day(of.get("onset")),
        "opened": _day(of["opened"]),
        "by": of.get("acknowledged_by"),
        "what": of["sentence"],
    }


def _feature(of: Record) -> Record:
    return {
        "column": of["feature"],
        "status": of["status"],
        "rows": of["rows"],
        "missing": of["missing"],
        "wasserstein": _near(of.get("wasserstein"), of),
        "jensen_shannon": _near(of.get("jensen_shannon"), of if of.get("wasserstein") is None else {}),
        "least shift seen": _short((of.get("detectable") or {}).get("shift")),
    }


def _slice(of: Record) -> Record:
    quality = of.get("quality") or {}
    verdict = of["verdict"]
    named = ", ".join(one["feature"] for one in verdict["features"])
    return {
        "slice": f"{of['column']}={of['value']}",
        "status": verdict["status"],
        "rows": verdict["rows"],
        "columns": named,
        "metric": _short(quality.get("estimate")),
    }


def _window(of: Record) -> Record:
    truth = of.get("truth") or {}
    first: Record = next(iter(of["performance"]), {})
    now = first.get("window") or {}
    return {
        "window": _span(of),
        "version": of.get("version"),
        "rows": of["rows"],
        "inputs": of["status"],
        "truth": truth.get("labelled"),
        first.get("metric", "metric"): _interval(now),
        "performance": first.get("status"),
    }


def _interval(of: Record) -> str | None:
    if not of:
        return None
    return f"{of['estimate']:.4g} ({of['low']:.4g} to {of['high']:.4g})"


def _span(window: Record) -> str:
    return f"{_day(window['begin'])} to {_day(window['end'])}"


def _day(moment: object) -> str | None:
    return None if moment is None else str(moment)[:10]


def _near(number: object, of: Record) -> str | None:
    """The distance that is judged, and what its grid may put it off by."""
    error = float(of.get("error") or 0)
    return _short(number) if number is None or not error else f"{_short(number)} ± {_short(error)}"


def _short(number: object) -> str | None:
    return f"{number:.3g}" if isinstance(number, (int, float)) else None
