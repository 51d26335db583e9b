"""What goes on while somebody waits: on a terminal a bar, elsewhere a line now and then; all on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.progress import Progress

LINE_S = 5.0
"""A file or a pipe shows no bar, and an hour of silence looks like an hour of nothing."""
_LEAST_SHARE, _LEAST_S = 0.02, 2.0
_MINUTE, _HOUR = 60, 3600


class Doing:
    """Something that goes on; `say` writes a line where no bar can be drawn, and None keeps it to itself."""

    def __init__(
        self, text: str, bar: Progress, say: Callable[[str], None] | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._text, self._bar, self._say, self._clock = text, bar, say, clock
        self._began = self._said = clock()
        if self._say is not None and bar.disable:
            self._say(text)

    @property
    def is_due(self) -> bool:
        """Whether anybody would see how far it is: whoever pays a call to know asks this first."""
        if not self._bar.disable:
            return True
        return self._say is not None and self._clock() - self._said >= LINE_S

    def at(self, text: str | None = None, *, done: float = 0, total: float | None = None) -> None:
        """Tell how far it is: `done` of `total`, from which follows how much time is left."""
        self._text = self._text if text is None else text
        left = None if total is None else time_left(self._clock() - self._began, done / total if total else 1.0)
        line = self._text if left is None else f"{self._text}; {left}"
        for task in self._bar.task_ids:
            self._bar.update(task, description=line, completed=done, total=total)
        if self.is_due and self._bar.disable and self._say is not None:
            self._said = self._clock()
            self._say(line)


def time_left(elapsed: float, share: float) -> str | None:
    """Such as `about 3 min left`, if the rest takes as long as what is done; None where nobody can tell yet."""
    if elapsed < _LEAST_S or not _LEAST_SHARE <= share < 1:
        return None
    seconds = elapsed * (1 - share) / share
    if seconds < _MINUTE:
        return f"about {max(round(seconds), 1)} s left"
    if seconds < _HOUR:
        return f"about {round(seconds / _MINUTE)} min left"
    return f"about {seconds / _HOUR:.1f} h left"
