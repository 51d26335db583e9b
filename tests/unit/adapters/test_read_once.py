"""What a release reads at every look: each file once."""

from __future__ import annotations

from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.read_once import ReadOnce


class Counted(MemoryObjectStore):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[str] = []

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self.got.append(key)
        return super().get(key, version_id)


def test_each_object_is_got_once_as_long_as_there_is_room() -> None:
    behind = Counted()
    store = ReadOnce(behind, room=10)
    for name in "ab":
        store.put(name, name.encode() * 5)
    assert [store.get(name) for name in "aabba"] == [b"aaaaa", b"aaaaa", b"bbbbb", b"bbbbb", b"aaaaa"]
    assert behind.got == ["a", "b"]
    store.put("c", b"c")
    store.get("c")
    assert store.get("a") == b"aaaaa"
    assert behind.got == ["a", "b", "c"]
    store.get("b")
    assert behind.got == ["a", "b", "c", "b"], "what was asked for longest ago has made room"


def test_what_was_read_before_something_was_rewritten_is_read_again() -> None:
    behind = Counted()
    store = ReadOnce(behind, room=10)
    store.put("a", b"1")
    for stamp in ("", "", "an erasure", "an erasure"):
        store.renew(stamp)
        store.get("a")
    assert behind.got == ["a", "a"]


def test_what_is_larger_than_the_room_is_got_each_time() -> None:
    behind = Counted()
    store = ReadOnce(behind, room=1)
    store.put("a", b"large")
    assert [store.get("a"), store.get("a")] == [b"large"] * 2
    assert behind.got == ["a", "a"]
