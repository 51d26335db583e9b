"""The scorecard page: how well a dataset's uploads have kept its contract, over time and by rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from serin.domain.contract_rules import is_error, rules_of
from serin.domain.contracts import DIMENSIONS, Contract, Dimension, Rule
from serin.domain.datasets import ONCE, Upload, gave_nothing, judged_last
from serin.domain.plain_numbers import how_many
from serin.pages import charts
from serin.pages.charts import Bar
from serin.pages.frame import Frame
from serin.pages.rendering import count, rendered, share
from serin.pages.rules import with_column, with_reason

CHARTED = 60
RULES_CHARTED = 20
LISTED = 200
MEANING: Mapping[Dimension, str] = {
    "accuracy": "values are of their type, in their range, of their shape",
    "completeness": "what has to be there is there",
    "consistency": "values agree with each other, keys are unique and known",
    "timeliness": "rows and files are as fresh as promised",
}


@dataclass(frozen=True)
class RuleKept:
    """One rule over one upload: how many of what it looked at break it; `rows` is 1 for a rule about the file."""

    id: str
    asks: str
    dimension: str
    effect: str
    rows: int
    broken: int

    @property
    def share(self) -> float:
        """The share that breaks it."""
        return self.broken / self.rows if self.rows else 0.0


def quality_page(
    dataset: str,
    uploads: Sequence[Upload],
    contract: Contract | None,
    now: datetime,
    frame: Frame | None = None,
    **more: Any,
) -> str:
    """The page of a dataset's uploads, oldest first; `contract` is the one at hand, which explains the rules.

    In a frame there is `more`: the rows that are set aside, to be corrected.
    """
    accepted = [upload for upload in uploads if upload.status == "accepted"]
    latest = judged_last(reversed(accepted))
    files = [upload for upload in accepted if not upload.is_correction]
    corrections = [upload for upload in accepted if upload.is_correction]
    rules = rules_kept(latest, contract) if latest else []
    return rendered(
        "quality.html" if frame is None else "console/data.html",
        frame,
        dataset=dataset,
        now=now.isoformat(timespec="minutes").replace("+00:00", "Z"),
        uploads=uploads[-LISTED:][::-1],
        total=len(uploads),
        rows=sum(upload.rows for upload in accepted),
        set_aside=sum(upload.quarantined for upload in accepted),
        repeated=sum(upload.repeated for upload in accepted),
        copies=[upload for upload in accepted if upload.copies][-LISTED:][::-1],
        rejected=[upload for upload in uploads if upload.status == "rejected"][-LISTED:][::-1],
        dimensions=DIMENSIONS,
        meaning=MEANING,
        latest=latest,
        nothing_came={upload.id for upload in uploads if _is_empty(upload)},
        other_contract=bool(latest and contract and latest.contract != contract.digest()),
        no_contract=contract is None,
        broken=sorted((rule for rule in rules if rule.broken), key=lambda rule: (-rule.share, rule.id)),
        kept=[rule for rule in rules if not rule.broken],
        said=(contract.said or ()) if contract else (),
        notes=_notes(latest) if latest else {},
        scores=_scores(files[-CHARTED:]),
        volumes=_volumes(files[-CHARTED:]),
        breaks=_breaks(files[-CHARTED:], contract),
        charted=min(CHARTED, len(files)),
        corrections=len(corrections),
        corrected=sum(upload.corrected for upload in corrections),
        still_bad=sum(upload.still_bad for upload in corrections),
        once=ONCE,
        asked=lambda row: asks_of_fields(row.rules, row.values, contract),
        **more,
    )


def rules_kept(upload: Upload, contract: Contract | None) -> list[RuleKept]:
    """Every rule of the contract as an accepted upload kept it, and broken ones the contract does not know."""
    counts, shape = {**upload.rules, **upload.warnings}, f"{upload.dataset}.row.shape"
    whole, good = upload.rows - upload.rules.get(shape, 0), upload.rows - upload.quarantined
    found = [RuleKept(shape, "each row has a value for each column", "accuracy", "row set aside", upload.rows, 0)]
    if contract:
        for rule in rules_of(contract):
            if f"{rule.id}.not_judged" not in upload.warnings:
                effect, rows = ("row set aside", whole) if is_error(rule) else ("only counted", good)
                found.append(RuleKept(rule.id, _asks(rule, contract), rule.dimension, effect, rows, 0))
        for one in contract.dataset_rules:
            effect = "file rejected" if one.severity == "error" else "only told"
            found.append(RuleKept(one.id, with_reason(one, contract), one.dimension, effect, 1, 0))
    known = {rule.id for rule in found}
    judged = {name for name in counts if not name.endswith((".not_judged", ".unexpected"))}
    for name in sorted((judged | upload.promises.keys()) - known):
        rows = 1 if name in upload.promises else whole if name in upload.rules else good
        found.append(RuleKept(name, "a rule of another contract than the one at hand", "-", "-", rows, 0))
    return [_with_broken(rule, upload, counts) for rule in found]


def asks_of_fields(rules: Collection[str], fields: Collection[str], contract: Contract | None) -> Mapping[str, str]:
    """What a row's broken rules ask of each field of a form, as far as the contract at hand has these rules.

    Fields are called as files call their columns; a rule that looks at several columns is said at each of them.
    """
    if contract is None:
        return {}
    written = {one.name: one.name_in_files if one.name_in_files in fields else one.name for one in contract.columns}
    asked: dict[str, list[str]] = {}
    for rule in rules_of(contract):
        for name in (written.get(column, column) for column in rule.columns if rule.id in rules):
            asked.setdefault(name, []).append(with_reason(rule, contract))
    return {name: "; ".join(asked[name]) for name in fields if name in asked}


def _asks(rule: Rule, contract: Contract) -> str:
    return with_column(rule, with_reason(rule, contract))


def _with_broken(rule: RuleKept, upload: Upload, counts: Mapping[str, int]) -> RuleKept:
    broken = 1 if rule.id in upload.promises else counts.get(rule.id, 0)
    asks = f"{rule.asks}; it {upload.promises[rule.id]}" if rule.id in upload.promises else rule.asks
    return RuleKept(rule.id, asks, rule.dimension, rule.effect, rule.rows, broken)


def _notes(upload: Upload) -> Mapping[str, str]:
    """What is no rule's: columns nobody expected, rules that could not be judged."""
    words = {
        ".not_judged": "could not be judged: what it looks things up in has no rows",
        ".unexpected": "no such column is in the contract; its values were left out",
    }
    return {name: text for name in upload.warnings for ending, text in words.items() if name.endswith(ending)}


def _is_empty(upload: Upload) -> bool:
    return gave_nothing(upload.rows - upload.erased, upload.accepted, upload.repeated)


def _label(upload: Upload) -> str:
    return f"{upload.file}, {upload.at:%Y-%m-%d}"


def _scores(uploads: Sequence[Upload]) -> Mapping[Dimension, Markup]:
    """A line for each dimension, each on a scale of its own: what is bad in one must not flatten the others."""
    drawn = {}
    for place, name in enumerate(DIMENSIONS):
        judged = [upload for upload in uploads if name in upload.scorecard and not _is_empty(upload)]
        if judged:
            values = [upload.scorecard[name].value for upload in judged]
            low = max(0.0, 100 - max(0.2, 1.2 * (100 - min(values))))
            drawn[name] = charts.line(name, place, values, list(map(_label, judged)), low, 100)
    return drawn


def _volumes(uploads: Sequence[Upload]) -> Markup | None:
    bars = [
        Bar(
            _label(one),
            one.rows,
            f"{_label(one)}: {how_many(one.rows, 'row')}, {count(one.quarantined)} set aside "
            f"({share(one.quarantined / one.rows) if one.rows else '0 %'})",
            one.quarantined,
        )
        for one in uploads
    ]
    return charts.columns("Rows of each upload", bars) if bars else None


def _breaks(uploads: Sequence[Upload], contract: Contract | None) -> Markup | None:
    """The rules that are broken most, over uploads."""
    judged = [{rule.id: rule.share for rule in rules_kept(upload, contract)} for upload in uploads]
    total: dict[str, float] = {}
    for cells_of in judged:
        for name, broken in cells_of.items():
            total[name] = total.get(name, 0.0) + broken
    most = sorted((name for name in total if total[name]), key=lambda name: (-total[name], name))[:RULES_CHARTED]
    if not most:
        return None
    cells = [[cells_of.get(name) for cells_of in judged] for name in most]
    return charts.heat_map("Rules broken most over uploads", most, list(map(_label, uploads)), cells)
