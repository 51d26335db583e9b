from __future__ import annotations

from datetime import timedelta

import pytest

from serin.domain.access import Token, require, token_hash
from serin.domain.errors import Denied
from tests.builders import NOON

TOKEN = Token("h", "ana", ("read",), NOON)


@pytest.mark.parametrize(
    ("scopes", "action", "model"),
    [
        (("read",), "read", None),
        (("read:*",), "read", None),
        (("x", "train:late-orders"), "train", "late-orders"),
        (("train:*",), "train", "late-orders"),
    ],
)
def test_a_scope_allows_its_action(scopes: tuple[str, ...], action: str, model: str | None) -> None:
    require(scopes, action, model)


@pytest.mark.parametrize(
    ("scopes", "action", "model"),
    [
        ((), "read", None),
        (("read:late-orders",), "read", None),
        (("Read",), "read", None),
        (("*",), "read", None),
        (("train",), "train", "late-orders"),
        (("train:early-orders",), "train", "late-orders"),
        (("train:late",), "train", "late-orders"),
        (("release:late-orders",), "train", "late-orders"),
        (("*:*",), "train", "late-orders"),
    ],
)
def test_no_other_scope_allows_it(scopes: tuple[str, ...], action: str, model: str | None) -> None:
    wanted = action if model is None else f"{action}:{model}"
    with pytest.raises(Denied, match=f"no scope {wanted}") as caught:
        require(scopes, action, model)
    assert wanted in caught.value.remedy


def test_a_token_is_valid_until_its_moment_unless_it_is_revoked() -> None:
    assert TOKEN.valid_at(NOON - timedelta(seconds=1))
    assert not TOKEN.valid_at(NOON)
    assert not Token("h", "ana", ("read",), NOON, revoked=True).valid_at(NOON - timedelta(days=1))


def test_a_secret_cannot_be_read_from_its_hash() -> None:
    assert token_hash("serin_secret") != token_hash("serin_secret2")
    assert "secret" not in token_hash("serin_secret")
