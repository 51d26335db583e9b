"""What no template says and a bill depends on: each with the sentence that tells whoever reads the bill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumptions:
    """Durations and sizes of the example; `call_ms` and `training_seconds` are the ones to put your own figures for."""

    call_ms: float = 20.0
    start_ms: float = 500.0
    idle_minutes: float = 10.0
    callers: int = 1
    authorizer_ms: float = 10.0
    log_kb: float = 1.5
    access_log_kb: float = 0.4
    delivery_seconds: float = 5.0
    collect_ms: float = 100.0
    body_kb: float = 1.0
    bucket_units: float = 1.0
    training_seconds: float = 60.0
    release_looks: int = 100
    stored_gb: float = 1.0

    def said(self) -> tuple[str, ...]:
        """A sentence for each."""
        return (
            f"A warm call is billed {self.call_ms:g} ms (--ms), a cold start {self.start_ms:g} ms more; a process that "
            f"nobody calls for {self.idle_minutes:g} minutes is gone.",
            f"{self.callers} token calls; its authorizer takes {self.authorizer_ms:g} ms where no answer is kept.",
            f"A call writes {self.log_kb:g} KB to the log of predictions and {self.access_log_kb:g} KB to the API's.",
            f"Lines of a log travel together for {self.delivery_seconds:g} seconds; collecting them takes "
            f"{self.collect_ms:g} ms and writes a file of predictions and one of invocations.",
            f"A request and an answer have {self.body_kb:g} KB each.",
            f"A view's last values are 4 KB at most, a bucket of its windows {8 * self.bucket_units:g} KB; busier "
            "entities have more.",
            f"The functions of a training run for {self.training_seconds:g} seconds together (--training-seconds), and "
            f"a release looks {self.release_looks} times.",
            f"{self.stored_gb:g} GB of data is kept.",
        )
