"""Lambda's file system around AWS's runtime client: nothing can be written but below /tmp, and there is no /dev/shm.

It is copied into the functions' runtime folder and is what their processes run: it imports the standard library only.
The interpreter tells of each change of a file before it makes it, which takes no privilege. A program that the function
starts, and a file that a library opens without Python, are not seen.
https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import errno
import os
import runpy
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Loading it takes as long as all else here.
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, NoReturn

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_TRUNC
_SHARED_MEMORY = "/dev/shm/"
# What the kernel writes nowhere: /dev/null, and what /proc says of the process itself.
_DEVICES = ("/dev", "/proc")
# Of what changes an entry that is there: which argument is the open folder its name is relative to.
_CHANGES = {
    **{"os.remove": 1, "os.rmdir": 1, "os.chmod": 2, "os.chown": 3, "os.utime": 3},
    **{"os.truncate": None, "os.setxattr": None, "os.removexattr": None},
}


class ReadOnly:
    """What refuses changes outside the `writable` folders, as a file system does that is mounted read-only.

    Where one of these folders lies in another, the inner one counts.
    """

    def __init__(self, writable: Iterable[str], read_only: Iterable[str]) -> None:
        places = {**dict.fromkeys(writable, True), **dict.fromkeys(read_only, False), **dict.fromkeys(_DEVICES, True)}
        real = [(f"{os.path.realpath(place)}/", may) for place, may in places.items()]
        self._places = sorted(real, key=lambda found: -len(found[0]))
        self._judges: dict[str, Callable[[Sequence[Any]], None]] = {
            "open": self._open,
            "os.mkdir": lambda told: self._create(told[0], told[2]),
            "os.symlink": lambda told: self._create(told[1], told[2]),
            "os.link": lambda told: self._create(told[1], told[3]),
            "os.rename": self._rename,
        }

    def __call__(self, event: str, told: Sequence[Any]) -> None:
        """As `sys.addaudithook` takes it; raises OSError as the system call would."""
        judge = self._judges.get(event)
        if judge is not None:
            judge(told)
        elif event in _CHANGES:
            at = _CHANGES[event]
            self._change(told[0], None if at is None else told[at])

    def _open(self, told: Sequence[Any]) -> None:
        path, _mode, flags = told
        if not flags & (_WRITES | os.O_CREAT) or isinstance(path, int):
            return
        place = os.path.realpath(os.fsdecode(path))
        if os.path.exists(place):
            if flags & _WRITES and not flags & os.O_EXCL:
                self._refuse(place, path)
        elif flags & os.O_CREAT and _has_a_folder(place):
            self._refuse(place, path)

    def _create(self, path: Any, folder: int) -> None:
        place = _place(path, folder)
        if _has_a_folder(place) and not os.path.lexists(place):
            self._refuse(place, path)

    def _change(self, path: Any, folder: int | None) -> None:
        # A file that is open already was judged when it was opened.
        if not isinstance(path, int):
            place = _place(path, folder)
            if os.path.lexists(place):
                self._refuse(place, path)

    def _rename(self, told: Sequence[Any]) -> None:
        source, target, of_source, of_target = told
        if os.path.lexists(_place(source, of_source)):
            self._refuse(_place(source, of_source), source)
            self._refuse(_place(target, of_target), target)

    def _refuse(self, place: str, path: Any) -> None:
        """Unless it is writable there."""
        if place.startswith(_SHARED_MEMORY):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        if not next((may for folder, may in self._places if place.startswith(folder)), False):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)


def _has_a_folder(place: str) -> bool:
    """Whether what it would lie in is there; where it is not, the system says so itself."""
    return os.path.isdir(os.path.dirname(place))


def _place(path: Any, folder: int | None) -> str:
    """Where the entry itself lies, be it a link; relative to an open folder where there is one."""
    name = os.path.normpath(os.fsdecode(path))
    if folder not in {-1, None} and not os.path.isabs(name):
        name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
    return os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))


def _not_implemented(*_args: Any, **_kwargs: Any) -> NoReturn:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


class SemLock:
    """A semaphore between processes, which the C library refuses for want of /dev/shm."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        _not_implemented()


def without_shared_memory() -> None:
    """What needs /dev/shm fails as it does on Lambda: `multiprocessing`'s locks, queues, pools and shared memory."""
    semaphores, memory = ModuleType("_multiprocessing"), ModuleType("_posixshmem")
    semaphores.__dict__.update(SemLock=SemLock, sem_unlink=_not_implemented, flags={})
    memory.__dict__.update(shm_open=_not_implemented, shm_unlink=_not_implemented)
    sys.modules.update({"_multiprocessing": semaphores, "_posixshmem": memory})


def main() -> None:
    """Run the handler; the arguments are the function's temporary folder and the handler's name."""
    program, temporary, handler = sys.argv
    sys.argv = [program, handler]
    without_shared_memory()
    # Its code, its layers and the runtime are /var/task, /opt and /var/runtime, wherever they lie here.
    sys.addaudithook(ReadOnly(("/tmp", temporary), os.environ["PYTHONPATH"].split(":")))
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
