"""What a person says of an episode: that they are at it, or that it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from serin.domain.errors import Conflict
from serin.domain.judgement.watching.episodes import Episode, acknowledge, close_one
from serin.ports import Catalog, Clock

Deed = Literal["acknowledge", "close"]
_ATTEMPTS = 5


def tend_episode(model: str, feature: str, deed: Deed, by: str, *, catalog: Catalog, clock: Clock) -> Episode:
    """The running episode of that feature as it is then.

    Raises NotFound where none runs, and Conflict where somebody else has it or the state changes all the time.
    """
    for _ in range(_ATTEMPTS):
        state = catalog.watch_state(model)
        episodes = _tended(state.episodes, feature, deed, by, clock.now())
        if catalog.save_watch(replace(state, episodes=episodes, revision=state.revision + 1)):
            return next(of for of in reversed(episodes) if of.feature == feature)
    raise Conflict(f"{model} is being looked at.", "Try again.")


def _tended(episodes: Sequence[Episode], feature: str, deed: Deed, by: str, at: datetime) -> tuple[Episode, ...]:
    if deed == "acknowledge":
        return acknowledge(episodes, feature, by, at)
    return close_one(episodes, feature, by, at)
