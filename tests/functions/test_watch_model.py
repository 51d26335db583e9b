"""A model's schedule, as the function that looks gets it."""

from __future__ import annotations

import pytest

from serin.adapters.memory.control import MemoryControl
from serin.services.show_audit import show_audit
from tests.builders import a_charter
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


@pytest.mark.parametrize(
    ("description", "model"),
    [
        ("Model late-orders (stage dev): more than 1 % of the calls fail. Look.", "late-orders"),
        ("All models of stage dev (late-orders): a release failed. Look.", None),
        ("Model nobody (stage dev): said by hand", "nobody"),
        ("", None),
    ],
)
def test_an_alarm_that_went_off_and_is_over_is_in_the_audit_once_each(description: str, model: str | None) -> None:
    world = World(charters={"late-orders": a_charter()})
    handle = in_world("watch_model", world).handle
    states = [("OK", "ALARM", "2013-04-01T12:00:00.000+0000"), ("ALARM", "OK", "2013-04-01T12:09:00.000+0000")]
    for before, state, at in (*states, states[0]):
        detail = {
            "alarmName": "serin-dev-x",
            "configuration": {"description": description},
            "previousState": {"value": before},
            "state": {"value": state, "timestamp": at, "reason": "3 of 5"},
        }
        changed = {"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "detail": detail}
        assert handle(changed, None)["about"] == "alarm serin-dev-x"
    told = {
        of: [
            (one.what, one.owner, one.said, f"{one.at:%H:%M}")
            for one in show_audit(world.charters, of, catalog=world.catalog, control=MemoryControl()).items
        ]
        for of in (None, "late-orders")
    }
    owner = model or "all models"
    both = [("alarm is over", owner, "3 of 5", "12:09"), ("alarm went off", owner, "3 of 5", "12:00")]
    assert told[None] == ([] if model == "nobody" else both)
    assert told["late-orders"] == (both if model == "late-orders" else [])
