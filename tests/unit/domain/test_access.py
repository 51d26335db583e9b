from __future__ import annotations

from datetime import timedelta

import pytest

from serin.domain.access import ACTIONS, Token, checked_owner, checked_scopes, token_hash
from serin.domain.errors import Denied, Invalid
from serin.domain.scopes import require
from tests.builders import NOON

DAY = timedelta(days=1)
TOKEN = Token("h" * 64, "ana", ("read",), NOON - DAY, NOON)
MODELS = ("late-orders", "returns")


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
    assert not TOKEN.revoked_at(NOON).valid_at(NOON - DAY)


def test_a_token_is_revoked_at_the_first_moment_somebody_did() -> None:
    assert TOKEN.revoked_at(NOON).revoked_at(NOON + DAY).revoked == NOON


def test_what_people_see_of_a_token_is_the_beginning_of_its_digest() -> None:
    assert TOKEN.id == "h" * 12


def test_a_secret_cannot_be_read_from_its_hash() -> None:
    assert token_hash("serin_secret") != token_hash("serin_secret2")
    assert "secret" not in token_hash("serin_secret")


@pytest.mark.parametrize("owner", ["ana", "ana@example.com", "ci-runner_2.eu", "A" * 64])
def test_a_name_or_an_address_owns_a_token(owner: str) -> None:
    assert checked_owner(owner) == owner


@pytest.mark.parametrize("owner", ["", " ana", "ana b", "ana\n", "-ana", "a" * 65, "ána", "ana\u202e", 'a"b', "a,b"])
def test_what_a_log_or_a_list_would_stumble_over_does_not(owner: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked_owner(owner)
    assert caught.value.field == "owner"
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "scopes",
    [
        ["read"],
        ["read:*"],
        ["features"],
        ["predict:late-orders", "train:returns"],
        ["predict:*", "train:*", "release:*"],
    ],
)
def test_scopes_that_open_something_are_taken(scopes: list[str]) -> None:
    assert checked_scopes(scopes, MODELS) == tuple(scopes)


def test_a_scope_named_twice_counts_once() -> None:
    assert checked_scopes(["read", "predict:*", "read"], MODELS) == ("read", "predict:*")


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ("", "no action"),
        ("write", "no action"),
        ("*", "no action"),
        ("*:*", "no action"),
        ("Read", "no action"),
        ("read ", "no action"),
        ("read predict:*", "no action"),
        ("predict;*", "no action"),
        ("read:late-orders", "about none"),
        ("features:late-orders", "about none"),
        ("read:", "about none"),
        ("predict", "without a model"),
        ("predict:", "not deployed"),
        ("predict:late", "not deployed"),
        ("predict:late-orders:x", "not deployed"),
        ("predict:late-orders read", "not deployed"),
        ("predict:**", "not deployed"),
        ("predict:late-orders\n", "not deployed"),
    ],
)
def test_a_scope_that_opens_nothing_is_refused_with_what_was_found(scope: str, found: str) -> None:
    with pytest.raises(Invalid, match=found) as caught:
        checked_scopes(["read", scope], MODELS)
    assert caught.value.field == "scope"
    assert caught.value.message.isprintable()
    assert caught.value.remedy


def test_a_model_that_is_not_deployed_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid, match="late-orders, returns"):
        checked_scopes(["predict:other"], MODELS)
    with pytest.raises(Invalid, match="none"):
        checked_scopes(["predict:other"], ())


def test_even_a_name_among_the_deployed_has_to_be_a_name() -> None:
    with pytest.raises(Invalid):
        checked_scopes(["predict:a b"], ["a b"])


@pytest.mark.parametrize("count", [0, 51])
def test_none_and_too_many_scopes_are_refused(count: int) -> None:
    with pytest.raises(Invalid, match=f"There are {count} scopes"):
        checked_scopes(["read"] * count, MODELS)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_widest_scope_of_every_action_allows_it(action: str) -> None:
    model = "late-orders" if ACTIONS[action] else None
    require(checked_scopes([f"{action}:*"], MODELS), action, model)
