"""An account on AWS that is new, or far away."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local import account
from infra.local.account import USUAL, Account
from serin.domain.errors import Invalid


def answer(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"answered"]


def test_every_answer_of_a_cloud_that_is_far_away_comes_later_and_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(account, "sleep", told.append)
    app = Account(latency_s=0.02).far_away(answer)
    for _ in range(2):
        assert list(app({}, lambda status, _headers: told.append(status))) == [b"answered"]
    assert told == [0.02, "200 OK", 0.02, "200 OK"]


def test_one_next_door_is_asked_as_it_is() -> None:
    assert USUAL.far_away(answer) is answer


@pytest.mark.parametrize("account", [{"concurrency": 0}, {"latency_s": -0.1}, {"latency_s": 11}])
def test_what_no_account_is_like_is_refused(account: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="cannot"):
        Account(**account)
