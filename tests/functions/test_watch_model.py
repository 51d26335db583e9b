"""A model's schedule, as the function that looks gets it."""

from __future__ import annotations

from tests.functions.worlds import World, in_world
from tests.unit.services.truths import DAY, HOUR, MODEL
from tests.unit.services.watching import BEGIN, WEEK, Watching


def test_a_look_at_the_model_that_is_named_says_what_it_judged() -> None:
    watching = Watching()
    watching.serves(0)
    world = World(lake=watching.lake, catalog=watching.catalog, charters={MODEL: watching.charter})
    world.clock.moment = BEGIN + WEEK + DAY + HOUR
    answer = in_world("watch_model", world).handle({"model": MODEL}, None)
    assert (answer["model"], answer["judged"]) == (MODEL, [f"{BEGIN + WEEK:%Y-%m-%d}"])
    assert watching.catalog.watch_state(MODEL).looked == world.clock.moment
