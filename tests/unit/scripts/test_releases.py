"""`serin release`: what is drawn of a running one, and when each action returns."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from serin.domain.records import as_record
from serin.domain.release_seen import release_seen
from serin_cli import releases, story
from serin_cli.client import ApiError
from serin_cli.command_line.app import result_of
from serin_cli.command_line.wrong_calls import WrongCall
from serin_cli.release_view import drawn, line_of
from serin_cli.terminal import Terminal
from tests.builders import a_release
from tests.unit.scripts.releases import FAILED, RUNNING, answer, seen

NOT_YET = ApiError({"kind": "not_found", "message": "There is no release.", "remedy": "Wait."})


class Api:
    """A client that answers one thing after the other, and then the last one again."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.posted: list[tuple[str, object]] = []

    def get(self, path: str, **_: str) -> Any:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return found

    def post(self, path: str, body: object = None) -> Mapping[str, str]:
        self.posted.append((path, body))
        return {"release": "rel1", "model": "late-orders"}

    def all(self, path: str) -> list[Any]:
        return self.get(path)["items"][::-1]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a command returns, and what it has written."""
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def run(api: Api, *words: str, terminal: bool = False) -> tuple[Any, str]:
        @contextmanager
        def connected() -> Any:
            yield api

        written = io.StringIO()
        out = Terminal(file=written, highlight=False, width=150, force_terminal=terminal)
        monkeypatch.setattr(releases, "connected", connected)
        monkeypatch.setattr(story, "out", out)
        return result_of("release", *words), written.getvalue()

    return run


def text_of(steps: list[Any], **release: Any) -> str:
    out = io.StringIO()
    Terminal(file=out, highlight=False, width=150).print(drawn(seen(steps, **release)))
    return out.getvalue()


def test_a_running_release_shows_its_way_its_calls_and_each_bet_against_what_is_enough() -> None:
    text = text_of(RUNNING)
    assert "shadow → [10 %] → 50 % → 100 %" in text
    (errors,) = [line for line in text.splitlines() if line.strip().startswith("errors")]
    assert "33.3" in errors
    assert "1 of 2 failures at weight 10 %" in errors
    assert (
        "at 10 %: candidate 40 calls, 1 failed, 0 invalid, live 360 calls, 1 failed, 0 invalid; 10 more needed" in text
    )
    assert "Goes on: not enough evidence: 10 more calls of the candidate." in text


def test_a_bar_is_full_from_enough_on_and_empty_up_to_a_stake_that_has_won_nothing() -> None:
    def bar(steps: list[Any], name: str) -> str:
        (line,) = [line for line in text_of(steps).splitlines() if line.strip().startswith(name)]
        return "".join(sign for sign in line if sign in "█·")

    assert bar(FAILED, "errors") == "█" * 24
    assert bar(FAILED, "together") == "█" * 24
    assert bar(RUNNING, "disagreement") == "·" * 24
    assert 0 < bar(RUNNING, "errors").count("█") < 24


def test_a_release_that_waits_or_is_basic_is_drawn_without_evidence() -> None:
    text = text_of([], status="waiting", reason="It waits for rel0.")
    assert "shadow" in text
    assert "It waits for rel0." in text


def test_watching_writes_a_line_for_each_change_and_ends_with_the_release(typed: Any) -> None:
    ended = answer(FAILED, status="rolled_back", reason="Failed: errors")
    api = Api(answer(RUNNING[:1]), answer(RUNNING), answer(RUNNING), ended)
    result, written = typed(api, "watch", "late-orders", "--release", "rel1")
    assert result is None
    assert [line.split(": ")[0] for line in written.splitlines()] == [
        "2013-04-01 12:20Z running, 10 %, 20 calls, 1 failed",
        "2013-04-01 12:30Z running, 10 %, 40 calls, 1 failed",
        "2013-04-01 12:40Z rolled_back, 0 %, 50 calls, 8 failed",
    ]
    assert written.splitlines()[-1] == line_of(seen(FAILED, status="rolled_back", reason="Failed: errors"))


@pytest.mark.parametrize(("term", "drawn"), [("xterm", True), ("dumb", False)])
def test_watching_in_a_terminal_draws_it_again_and_leaves_its_end(
    term: str, drawn: bool, typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    ended = answer(FAILED, status="rolled_back", reason="Failed: errors")
    _, written = typed(Api(answer(RUNNING), ended), "watch", "late-orders", "--release", "rel1", terminal=True)
    assert 0 < written.index("running") < written.index("rolled_back")
    assert "Failed: errors." in written
    assert ("█" in written or "\x1b[" in written) is drawn, "one that can draw nothing has a line for each change"


def test_watching_as_json_says_nothing_until_the_end(typed: Any) -> None:
    ended = answer(FAILED, status="rolled_back")
    result, written = typed(Api(answer(RUNNING), ended), "watch", "late-orders", "--release", "rel1", "--json")
    assert written == ""
    assert (result["status"], len(result["judged"])) == ("rolled_back", 4)


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([NOT_YET, answer([], status="live") | {"plan": None}], "live"),
        ([answer([], status="running") | {"plan": None}, answer([])], "running"),
        ([answer([], status="waiting") | {"plan": None}], "waiting"),
        ([answer([], status="failed") | {"plan": None}], "failed"),
    ],
)
def test_starting_waits_for_the_end_but_not_for_evidence(typed: Any, answers: list[Any], status: str) -> None:
    api = Api(*answers)
    outcome, _ = typed(api, "start", "late-orders", "--version", "2")
    assert api.posted == [("/models/late-orders/releases", {"action": "start", "version": 2})]
    assert outcome.result["status"] == status
    assert f" {status}, " in outcome.said[0]
    assert len(api.answers) == 1


@pytest.mark.parametrize("wish", ["hold", "resume", "abort"])
def test_a_wish_is_of_the_release_under_way_or_of_the_named_one(typed: Any, wish: str) -> None:
    """A newer one may wait behind it, or have been refused."""
    states = {"rel9": "waiting", "rel8": "failed", "rel7": "held", "rel6": "live"}
    api = Api({"items": [{"id": name, "status": status} for name, status in states.items()]})
    typed(api, wish, "late-orders")
    typed(api, wish, "late-orders", "--release", "rel3")
    typed(Api({"items": [{"id": "rel9", "status": "waiting"}]}), wish, "late-orders")
    assert [path for path, _ in api.posted] == [
        f"/models/late-orders/releases/{name}/{wish}" for name in ("rel7", "rel3")
    ]


def test_a_list_says_which_release_answers_callers_which_is_on_hold_and_what_a_person_took_back(typed: Any) -> None:
    ended = [("rel5", "running"), ("rel4", "live"), ("rel3", "rolled_back"), ("rel2", "failed"), ("rel1", "live")]
    aborted = {"reason": "Aborted by ana."}
    more = {"rel2": aborted, "rel3": aborted}
    items = [as_record(a_release(id=name, status=status, **more.get(name, {}))) for name, status in ended]
    asked = {"release": "rel5", "wish": "hold"}
    models = {"items": [{"model": "late-orders", "live": {"release": "rel4"}, "asked": asked}]}
    result, text = typed(Api({"items": items}, models), "list", "late-orders")
    states = ["on hold from its next look on", "LIVE NOW", "aborted", "aborted", "was live"]
    lines = text.splitlines()[1:]
    assert (result, len(lines)) == (None, len(states))
    assert all(state in line and name in line for (name, _), state, line in zip(ended, states, lines, strict=True))


@pytest.mark.parametrize(
    "words",
    [
        ("watch", "late-orders", "--page", "x.html"),
        ("abort", "late-orders", "--version", "3"),
        ("show", "late-orders", "--version", "3"),
        ("list", "late-orders", "--release", "rel1"),
        ("rollback", "late-orders", "--release", "rel1"),
    ],
)
def test_an_option_of_other_actions_is_refused_with_those_that_take_it(typed: Any, words: tuple[str, ...]) -> None:
    with pytest.raises(WrongCall, match=f"`release {words[0]}` takes no option {words[2]}") as caught:
        typed(Api(), *words)
    assert "or write `release " in caught.value.remedy


def test_what_was_asked_and_not_followed_yet_is_newer_than_what_a_release_says_of_itself() -> None:
    held = answer(RUNNING, status="held", reason="Held by ana")
    asked = {"model": "late-orders", "release": "rel1", "wish": "resume", "by": "bo"}
    before, after = ({**held, "wish": {**asked, "at": f"2013-04-0{day}T00:00:00Z"}} for day in (1, 2))
    assert release_seen(after).sentence == "bo asked it to resume at 00:00:00Z; its next look follows."
    assert release_seen(before).sentence == "Held by ana."
    assert release_seen({**after, "release": {**held["release"], "status": "running"}}).sentence == "Held by ana."
    assert "(calls until 12:29:00Z)" in text_of(RUNNING)
