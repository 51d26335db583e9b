"""The log of one execution: what the process printed between Lambda's own lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from infra.local.services.awslambda.model import LogLine

TAIL_BYTES = 4096


class ExecutionLog:
    """Cuts output into lines, stamps them and passes them on; remembers the tail Lambda returns."""

    def __init__(
        self,
        deliver: Callable[[Sequence[LogLine]], None],
        now_ms: Callable[[], int],
        sends: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._deliver = deliver
        self._sends = sends
        self._now_ms = now_ms
        self._ready: list[LogLine] = []
        self._partial = b""
        self._tail = b""

    @property
    def tail(self) -> bytes:
        """The last 4 KB so far."""
        return self._tail

    def printed(self, output: bytes) -> None:
        """Take what the process wrote; a line without its end waits for the rest."""
        *lines, self._partial = (self._partial + output).split(b"\n")
        for line in lines:
            # The runtime client parts the lines of one error message by carriage returns.
            text = line.decode("utf-8", "replace").replace("\r", "\n")
            if self._sends(text):
                self.line(text)

    def line(self, text: str) -> None:
        """Add one event; a line of Lambda's own, when it does not come from the process."""
        event = LogLine(self._now_ms(), f"{text}\n")
        self._ready.append(event)
        self._tail = (self._tail + event.text.encode())[-TAIL_BYTES:]

    def lines(self, texts: Iterable[str]) -> None:
        """Add lines of Lambda's own."""
        for text in texts:
            self.line(text)

    def finish_line(self) -> None:
        """What was printed last may lack its line end; it is a line all the same."""
        if self._partial:
            self.printed(b"\n")

    def flush(self) -> None:
        """Pass on what is ready."""
        if self._ready:
            ready, self._ready = self._ready, []
            self._deliver(ready)
