"""What is told while somebody waits: how far it is, and how much time is left."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.progress import Progress

from serin_cli import story
from serin_cli.doing import LINE_S, Doing, time_left
from serin_cli.local import _telling
from serin_cli.terminal import Terminal


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("elapsed", "share", "said"),
    [
        (1.0, 0.5, None),
        (10.0, 0.01, None),
        (10.0, 1.0, None),
        (10.0, 0.5, "about 10 s left"),
        (3.0, 0.999, "about 1 s left"),
        (60.0, 0.25, "about 3 min left"),
        (3600.0, 0.25, "about 3.0 h left"),
    ],
)
def test_the_rest_is_taken_to_last_as_what_is_done(elapsed: float, share: float, said: str | None) -> None:
    assert time_left(elapsed, share) == said


def test_where_no_bar_can_be_drawn_a_line_comes_at_once_and_then_seldom() -> None:
    lines, watch = list[str](), Watch()
    doing = Doing("deploying", Progress(disable=True), lines.append, watch)
    for second in range(21):
        watch.now = float(second)
        doing.at(f"deploying {second}", done=second, total=40)
    assert lines == [
        "deploying",
        "deploying 5; about 35 s left",
        "deploying 10; about 30 s left",
        "deploying 15; about 25 s left",
        "deploying 20; about 20 s left",
    ]
    watch.now += LINE_S - 0.1
    assert not doing.is_due


def test_it_stands_on_standard_error_and_a_silent_one_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    with story.bar("synthesising"):
        pass
    with story.bar("for a program", silent=True) as doing:
        assert not doing.is_due
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "synthesising\n")


def test_a_terminal_has_a_bar_with_the_time_that_is_left() -> None:
    watch, shown = Watch(), StringIO()
    with Progress(console=Terminal(file=shown, force_terminal=True, width=120), auto_refresh=False) as bar:
        bar.add_task("walking", total=100)
        doing = Doing("walking", bar, pytest.fail, watch)
        watch.now = 30.0
        doing.at("walking: July", done=50, total=100)
        bar.refresh()
    assert "walking: July; about 30 s left" in shown.getvalue()


def test_a_start_tells_each_stack() -> None:
    lines, watch = list[str](), Watch()
    tell = _telling(Doing("deploying", Progress(disable=True), lines.append, watch), 2)
    for name in ("first", "second"):
        for seconds in (None, 4.0):
            watch.now += LINE_S
            tell(name, seconds)
    assert lines[-1] == "deploying on this machine: 2 of 2 stacks, second"
    assert "1 of 2 stacks, second; about 15 s left" in lines[-2]
