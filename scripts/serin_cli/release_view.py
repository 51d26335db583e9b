"""A running release in the terminal: where it stands, and each guardrail's bet against what is enough."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from serin.domain.judgement.verdicts import Check
from serin.domain.plain_numbers import how_many
from serin.domain.release_record import Judged
from serin.domain.release_seen import ReleaseSeen, bets, other_checks, saw, stake
from serin_cli.terminal import cell

_BAR = 24
_STYLES = {"live": "green", "rolled_back": "red", "failed": "red", "held": "yellow"}


def drawn(seen: ReleaseSeen) -> RenderableType:
    """All there is to see of it, as wide as the terminal."""
    parts: list[RenderableType] = [_title(seen), _way(seen)]
    if seen.last is not None:
        parts += [Text(), _bets(seen.last), Text(), _calls(seen.last), *map(_other, other_checks(seen.last))]
    return Group(*parts, Text(), cell(seen.sentence, "bold"))


def line_of(seen: ReleaseSeen) -> str:
    """Where it stands, on one line, for a file or a pipe."""
    at = seen.last.at if seen.last else seen.release.at
    own = seen.last.candidate if seen.last else None
    calls = f", {how_many(own.calls, 'call')}, {own.failures:,} failed" if own else ""
    return f"{at:%Y-%m-%d %H:%M}Z {seen.release.status}, {seen.weight} %{calls}: {seen.sentence}"


def _title(seen: ReleaseSeen) -> Text:
    release = seen.release
    beside = f", version {release.previous} before it" if release.previous is not None else ""
    status = cell(release.status, _STYLES.get(release.status, "cyan"))
    return Text.assemble(
        cell(f"Version {release.version} of {release.model}", "bold"),
        cell(f"  release {release.id}{beside}: "),
        status,
    )


def _way(seen: ReleaseSeen) -> Text:
    """The parts of the way, the present one marked."""
    here = "shadow" if seen.is_compared and not seen.shifts else f"{seen.weight} %"
    parts = [cell(f"[{part}]", "bold cyan") if part == here else cell(part) for part in seen.way]
    return Text(" → ").join(parts)


def _bets(judged: Judged) -> Table:
    table = Table(
        Column(cell("guardrail")),
        Column(cell("bet"), justify="right"),
        Column(cell("enough"), justify="right"),
        Column(cell("")),
        Column(cell("what it saw"), overflow="fold"),
        header_style="bold",
        box=None,
    )
    for check in bets(judged):
        _row(table, check.name, check.estimate, check.requirement, saw(check))
    _row(table, "together", judged.against, judged.enough, "each by its weight")
    return table


def _row(table: Table, name: str, e: float | None, enough: float | None, told: str) -> None:
    table.add_row(cell(name), cell(stake(e)), cell(stake(enough)), _bar(e or 0.0, enough or 1.0), cell(told))


def _bar(e: float, enough: float) -> Text:
    """How far a bet has come from 1 to what is enough, on a logarithmic scale."""
    part = math.log(e) / math.log(enough) if e > 1 and enough > 1 else 0.0
    full = round(_BAR * min(1.0, part))
    return Text.assemble(("█" * full, "red" if part >= 1 else "cyan"), ("·" * (_BAR - full), "dim"))


def _calls(judged: Judged) -> Text:
    own, other = judged.candidate, judged.live
    told = [
        f"{name} {how_many(counts.calls, 'call')}, {counts.failures:,} failed, {counts.invalid:,} invalid"
        for name, counts in (("candidate", own), ("live", other))
    ]
    missing = f"; {judged.missing_calls:,} more needed" if judged.missing_calls else ""
    until = f"calls until {judged.counted_until:%H:%M:%S}Z"
    return cell(f"at {judged.weight} %: {', '.join(told)}{missing} ({until})")


def _other(check: Check) -> Text:
    style = {"pass": "green", "fail": "red", "invalid": "red"}.get(check.outcome, "")
    return Text.assemble(cell(f"{check.name}: "), cell(check.outcome, style), cell(f", {saw(check)}"))
