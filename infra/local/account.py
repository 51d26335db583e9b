"""What may differ between accounts on AWS, and how far away they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import sleep
from typing import TYPE_CHECKING

from serin.domain.errors import Invalid

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True)
class Account:
    """`concurrency` functions run at once, some ten in a new account; a call of AWS's API takes `latency_s` more.

    `training_instances` machines of each type may run training jobs at once; a new account has none of most types.
    Where `throttles` is off, the gateway lets in as many calls as come, whatever the stage's limits are: what a load
    test on a laptop measures is then the laptop.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """

    concurrency: int = 1000
    latency_s: float = 0.0
    throttles: bool = True
    training_instances: int = 20

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise Invalid(f"An account cannot run {self.concurrency} functions at once.", "Use a number from 1 on.")
        if self.training_instances < 0:
            raise Invalid(f"An account cannot have {self.training_instances} machines.", "Use a number from 0 on.")
        if not 0 <= self.latency_s <= 10:
            raise Invalid(f"A call cannot take {self.latency_s} s.", "Use 0 to 10 seconds.")

    def far_away(self, app: WSGIApplication) -> WSGIApplication:
        """The same application, each of whose answers takes the latency more."""
        if not self.latency_s:
            return app

        def later(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            sleep(self.latency_s)
            return app(environ, start_response)

        return later


USUAL = Account()
"""One that has run for a while, next door."""
