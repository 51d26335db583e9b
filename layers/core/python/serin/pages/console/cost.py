"""What a model has cost: by version with how sure that is, and a month like it beside the charter's budget."""

from __future__ import annotations

from markupsafe import Markup

from serin.domain import prices
from serin.domain.actual_cost import ActualCost, VersionCost
from serin.pages.charts import meter
from serin.pages.frame import Frame
from serin.pages.measures import Row, intervals
from serin.pages.rendering import brief, rendered


def cost_page(seen: ActualCost, frame: Frame) -> str:
    """The page."""
    known = [version for version in seen.versions if version.per_1000 is not None]
    share = seen.of_budget
    return rendered(
        "console/cost.html",
        frame,
        seen=seen,
        calls=sum(version.calls for version in seen.versions),
        unbilled=sum(version.unbilled for version in seen.versions),
        per_1000=intervals("USD per 1,000 calls by version", [_row(version) for version in known]) if known else None,
        used=_meter(share) if share is not None else None,
        prices=prices.AS_OF,
        version_name=version_name,
    )


def version_name(of: VersionCost) -> str:
    """The model version, or the function version that holds none."""
    return f"version {of.version}" if of.version is not None else f"function version {of.function_version}"


def _row(of: VersionCost) -> Row:
    assert of.per_1000 is not None
    name = version_name(of)
    interval = "" if of.per_1000.low is None else f" ({brief(of.per_1000.low)} to {brief(of.per_1000.high)})"
    return Row(name, of.per_1000, f"{name}: {brief(of.per_1000.value)} USD per 1,000{interval}, {of.calls:,} calls")


def _meter(share: float) -> Markup:
    return meter(share, f"{100 * share:.3g} % of the budget")
