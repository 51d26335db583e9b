"""One row as a model is asked it."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.features import Value


class FeatureRow:
    """One row by feature column, and the views that had nothing for it, nothing fresh enough, or too much to count."""

    __slots__ = ("missing", "stale", "too_busy", "values")

    def __init__(
        self,
        values: Mapping[str, Value],
        missing: tuple[str, ...] = (),
        stale: tuple[str, ...] = (),
        too_busy: tuple[str, ...] = (),
    ) -> None:
        self.values, self.missing, self.stale, self.too_busy = values, missing, stale, too_busy
