from __future__ import annotations

from serin.serving.attempts import REMEMBERED, Attempts


def test_a_process_remembers_the_keys_it_saw_last() -> None:
    attempts = Attempts()
    assert [attempts.next(key) for key in ("a", "a", None, "b", "a")] == [1, 2, 1, 1, 3]
    for number in range(REMEMBERED - 1):
        attempts.next(str(number))
    assert (attempts.next("a"), attempts.next("b")) == (4, 1)
