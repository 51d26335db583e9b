"""A kernel whose every buffer lies between two pages that nobody may touch: what leaves it ends the process."""

from __future__ import annotations

import ctypes
import mmap
from array import array
from pathlib import Path
from typing import Any

from infra.packaging.cache import made_once
from infra.packaging.kernel import FLAGS, build_library
from serin.domain.names import digest
from serin.serving.compiled.kernel import LIBRARY, Kernel
from serin.serving.compiled.reading import Sizes

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "layers" / "kernel" / "kernel.c"
CHECKED = ("-fsanitize=undefined,local-bounds", "-fsanitize-trap=undefined,local-bounds")
_BYTES = 1 << 22
_FILE, _VALUES, _ROOM, _SCORES, _REFUSED, _LEAVES = range(6)


def checked_library() -> Path:
    """The kernel built so that undefined behaviour stops it; kept in build/ until its source changes."""
    made_of = digest("checked kernel", SOURCE.read_bytes(), *FLAGS, *CHECKED)

    def make(content: Path) -> None:
        content.mkdir(parents=True, exist_ok=True)
        build_library(SOURCE, (*FLAGS, *CHECKED), content / LIBRARY)

    return made_once(ROOT / "build" / "assets", made_of, make).folder / LIBRARY


class _Field:
    """Memory between two pages without any right."""

    def __init__(self) -> None:
        page = mmap.PAGESIZE
        self._memory = mmap.mmap(-1, _BYTES + 2 * page)
        self._first = ctypes.addressof(ctypes.c_char.from_buffer(self._memory)) + page
        protect = ctypes.CDLL(None).mprotect
        for fence in (self._first - page, self._first + _BYTES):
            if protect(ctypes.c_void_p(fence), ctypes.c_size_t(page), 0):
                raise OSError("a page cannot be protected")

    def place(self, size: int, *, first: bool) -> int:
        """The address of so many bytes that begin, or end, at a fence."""
        if size > _BYTES:
            raise ValueError(f"{size:,} bytes do not fit")
        return self._first if first else self._first + _BYTES - size - -size % 8


class FencedKernel(Kernel):
    """The kernel, called with copies of all it is given; every second call they lie at the other fence."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._fields = [_Field() for _ in range(6)]
        self._sizes: dict[int, int] = {}
        self._first = False
        self._plain = self.check, self.score, self.explain, self.means
        self.check, self.score, self.explain, self.means = (
            *(self._fenced_check, self._fenced_score),
            *(self._fenced_explain, self._fenced_means),
        )

    def opened(self, content: bytes) -> array[float]:
        """As the kernel does; the file's size is remembered by its address."""
        file = super().opened(content)
        self._sizes[file.buffer_info()[0]] = len(file) * 8
        return file

    def _copied(self, field: int, size: int, source: int | None = None) -> int:
        address = self._fields[field].place(size, first=self._first)
        if source is not None:
            ctypes.memmove(address, source, size)
        return address

    def _file(self, at: int) -> tuple[int, Sizes]:
        self._first = not self._first
        return self._copied(_FILE, self._sizes[at], at), Sizes(ctypes.string_at(at, self._sizes[at]))

    def _fenced_check(self, at: int, size: int) -> Any:
        self._first = not self._first
        return self._plain[0](self._copied(_FILE, size, at), size)

    def _fenced_score(
        self,
        at: int,
        values: int,
        of_row: int,
        of_input: int,
        rows: int,
        room: int,
        scores: int | None,
        refused: int,
        leaves: int | None,
    ) -> None:
        file, sizes = self._file(at)
        inner = [
            (_ROOM, room, 8 * self.rooms(at, rows)),
            (_SCORES, scores, 8 * rows * sizes.outputs),
            (_REFUSED, refused, rows),
            (_LEAVES, leaves, 4 * rows * sizes.trees),
        ]
        asked = self._copied(_VALUES, 8 * rows * sizes.inputs, values)
        places = [None if outer is None else self._copied(field, size) for field, outer, size in inner]
        self._plain[1](file, asked, of_row, of_input, rows, *places)
        for (_, outer, size), place in zip(inner, places, strict=True):
            if outer is not None and place is not None:
                ctypes.memmove(outer, place, size)

    def _fenced_explain(self, at: int, room: int, slot: int, means: int | None, sums: int) -> Any:
        file, sizes = self._file(at)
        known = None if means is None else self._copied(_SCORES, 8 * sizes.nodes, means)
        slots, added = self._copied(_ROOM, 8 * sizes.slots, room), self._copied(_VALUES, 8 * sizes.slots, sums)
        wrong = self._plain[2](file, slots, slot, known, added)
        ctypes.memmove(sums, added, 8 * sizes.slots)
        return wrong

    def _fenced_means(self, at: int, slot: int, means: int) -> Any:
        file, sizes = self._file(at)
        known = self._copied(_SCORES, 8 * sizes.nodes, means)
        wrong = self._plain[3](file, slot, known)
        ctypes.memmove(means, known, 8 * sizes.nodes)
        return wrong
