"""The clock of the machine, and the one a local cloud shares with its functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock:
    """A local cloud's time, read from its eight-byte file at every look, so that it holds after the clock was moved.

    The number is in microseconds, doubled. Even, it is the distance from real time; odd, the moment the clock stands
    at.
    """

    def __init__(self, path: Path) -> None:
        # On AWS no function has one of these.
        from mmap import ACCESS_READ, mmap
        from struct import Struct

        reading = Struct("q")
        with path.open("rb") as file:
            self._memory, self._reading = mmap(file.fileno(), reading.size, access=ACCESS_READ), reading

    def now(self) -> datetime:
        (reading,) = self._reading.unpack_from(self._memory)
        span = timedelta(microseconds=reading >> 1)
        return _EPOCH + span if reading & 1 else datetime.now(UTC) + span
