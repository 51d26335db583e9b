"""Where there is no browser, what needs one fails and says so; to leave it out is a choice, and not CI's."""

from __future__ import annotations

import pytest

from tests.e2e import browser as found


@pytest.fixture(autouse=True)
def machine_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found, "_found", lambda: None)
    monkeypatch.setattr(found, "_installed", lambda: None)
    for name in (found.CHOICE, "CI"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_browser_a_test_fails_and_says_what_to_do() -> None:
    with pytest.raises(pytest.fail.Exception, match="install Chromium, or set SERIN_WITHOUT_BROWSER=1"):
        found.browser()


def test_a_developer_may_choose_to_go_without_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(found.CHOICE, "1")
    with pytest.raises(pytest.skip.Exception, match="NOT RUN, by your choice"):
        found.browser()


def test_ci_has_no_such_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(found.CHOICE, "1")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="which CI may not"):
        found.browser()


def test_a_person_s_own_machine_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found.os, "getuid", lambda: 1000)
    monkeypatch.setattr(found.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert found._as_root() is None
    monkeypatch.setenv("CI", "true")
    assert found._as_root() == ["sudo", "-n", "-E"]
