"""A release: lease, publish, golden rows, alias, pointer; each step is recorded and may be repeated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from serin.domain.errors import Conflict, Invalid, Unavailable
from serin.domain.events import Event
from serin.domain.models import Published, check_own
from serin.domain.releases import Intent, Lease, Live, Release, ReleaseStep, StepName
from serin.ports import AliasState, Catalog, Clock, Control, Endpoint, Events

LEASE = timedelta(minutes=15)


class ReleaseSteps:
    """The steps of one release. A step is found done when it was done before: repeating one is safe."""

    def __init__(
        self, model: str, release_id: str, *, catalog: Catalog, control: Control, endpoint: Endpoint, clock: Clock
    ) -> None:
        self._model = model
        self._id = release_id
        self._catalog = catalog
        self._control = control
        self._endpoint = endpoint
        self._clock = clock

    def begin(self, version: int, cause: str, correlation: str) -> Release:
        """Take the lease and write down what is to happen; Conflict while another release runs."""
        self._catalog.version(self._model, version)
        if any(known.id == self._id and known.status != "running" for known in self._catalog.releases(self._model)):
            raise Conflict(f"Release {self._id} has ended.", "Start a new one.")
        now = self._clock.now()
        asked = Release(self._id, self._model, version, cause, 0, "running", now, correlation=correlation)
        # Remembered before the lease is had, so that one which never gets it has a record of its end.
        self._catalog.save_release(asked)
        lease = self._lease()
        live = self._control.live(self._model)
        release = replace(asked, epoch=lease.epoch, previous=live.version if live else None)
        self._catalog.save_release(release)
        self._note("begin", f"lease {lease.epoch}; live is {f'version {live.version}' if live else 'nothing'}")
        return release

    def publish(self) -> Published:
        """A function version that holds the model. A rollback takes the one that was live, as it was."""
        release = self._release()
        known = self._catalog.published(self._model, release.version)
        if release.cause == "rollback" and known:
            self._note("publish", f"function version {known.function_version}, as it was live before")
            return known
        version = self._catalog.version(self._model, release.version)
        check_own(self._model, version.layer, version.estimator)
        published = self._endpoint.publish(version, known)
        self._catalog.save_published(published)
        self._note("publish", f"function version {published.function_version}")
        return published

    def golden(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Ask the function version the charter's golden rows; Invalid when an answer is not as expected."""
        published = self._published()
        answer = self._endpoint.ask(self._model, published.function_version, [golden["instance"] for golden in rows])
        if answer.status != 200:
            raise Unavailable(f"The golden rows were answered with {answer.status}: {answer.body}.", "Read its log.")
        predictions: Any = answer.body["predictions"]
        wrong = [
            fault
            for number, (golden, found) in enumerate(zip(rows, predictions, strict=True), start=1)
            if (fault := golden_fault(number, golden.get("expect", {}), found))
        ]
        if wrong:
            raise Invalid("; ".join(wrong) + ".", "Correct the model, or the expectation in its golden file.")
        self._note("golden", f"{len(rows)} golden rows answered as expected")

    def promote(self) -> AliasState:
        """Write the intent, then move the alias; Conflict when somebody else has changed either."""
        release, published = self._release(), self._published()
        if self._lease().epoch != release.epoch:
            raise Conflict("The lease ran out before the alias was moved.", "Start the release again.")
        before = self._endpoint.alias(self._model)
        if before.weights:
            raise Conflict(f"The alias of {self._model} splits its traffic.", "End the other release first.")
        known = self._control.intent(self._model)
        previous = known.previous if known and known.release == self._id else before.function_version
        intent = Intent(self._model, self._id, release.epoch, published.function_version, previous)
        if not self._control.save_intent(intent):
            raise Conflict("A newer release has spoken.", "Nothing to do: this one ends here.")
        moved = before
        if before.function_version != published.function_version:
            moved = self._endpoint.move_alias(self._model, published.function_version, before)
        self._note("promote", f"alias live: {previous} → {moved.function_version}")
        return moved

    def finish(self, *, events: Events) -> Release:
        """Move the live pointer, give the lease back, say so."""
        release, published = self._release(), self._published()
        live = Live(
            self._model, release.version, published.function_version, self._id, release.epoch, self._clock.now()
        )
        if not self._control.finish(live, self._held(release)) and not self._is_live():
            raise Conflict("The lease was lost before the release ended.", "The reconciler puts the alias right.")
        self._note("finish", f"version {release.version} is live")
        done = replace(release, status="live")
        self._catalog.save_release(done)
        events.publish(_finished(done))
        return done

    def abandon(self, error: str, *, events: Events) -> Release:
        """Put the alias back where it was when this release had moved it, and give the lease back.

        A release that is live already has only lost its end; it is ended as live.
        """
        release = self._release()
        if release.status != "running":
            # Whoever ended it may have died before the bus had the event.
            events.publish(_finished(release))
            return release
        self._note("abandon", error[:2000])
        if self._is_live():
            done = replace(release, status="live", reason=error[:2000])
        else:
            put_back = self._put_back()
            done = replace(release, status="rolled_back" if put_back else "failed", reason=error[:2000])
        lease = self._control.acquire(self._model, self._id, self._clock.now(), LEASE)
        if lease is not None:
            self._control.finish(None, lease)
        self._catalog.save_release(done)
        events.publish(_finished(done))
        return done

    def _put_back(self) -> bool:
        intent = self._control.intent(self._model)
        if intent is None or intent.release != self._id:
            return False
        now = self._endpoint.alias(self._model)
        if now.function_version == intent.function_version and intent.function_version != intent.previous:
            self._endpoint.move_alias(self._model, intent.previous, now)
        return True

    def _lease(self) -> Lease:
        lease = self._control.acquire(self._model, self._id, self._clock.now(), LEASE)
        if lease is None:
            raise Conflict(
                f"Another release of {self._model} is running.", "Wait until it has ended, then start again."
            )
        return lease

    def _held(self, release: Release) -> Lease:
        return Lease(self._model, self._id, release.epoch, self._clock.now())

    def _is_live(self) -> bool:
        live = self._control.live(self._model)
        return live is not None and live.release == self._id

    def _release(self) -> Release:
        return self._catalog.release(self._model, self._id)

    def _published(self) -> Published:
        release = self._release()
        published = self._catalog.published(self._model, release.version)
        if published is None:
            raise Conflict(f"Version {release.version} is not published.", "Start the release again.")
        return published

    def _note(self, name: StepName, found: str) -> None:
        self._catalog.add_step(self._model, ReleaseStep(self._id, name, self._clock.now(), found))


def golden_fault(number: int, expect: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """What is wrong with the answer to golden row `number`, or None.

    `expect` may name a `label`, the `positive` class, a `probability` band or a `value` band, each
    [low, high] inclusive.
    """
    for name in ("probability", "value"):
        given = found.get(name)
        if given is None:
            continue
        low, high = expect.get(name, (-math.inf, math.inf))
        if not (math.isfinite(given) and low <= given <= high):
            return f"golden row {number}: {name} {given:.4f} is not within {low:g} and {high:g}"
    for name in ("label", "positive"):
        if name in expect and found.get(name) != expect[name]:
            return f"golden row {number}: {name} {found.get(name)!r}, expected {expect[name]!r}"
    return None


def _finished(release: Release) -> Event:
    detail: dict[str, str | int] = {
        "model": release.model,
        "version": release.version,
        "release": release.id,
        "status": release.status,
    }
    return Event("Release Finished", detail, release.correlation or release.id)
