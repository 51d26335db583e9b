"""moto's objects as bytes and back.

Locks, buffers, weak references and live executions are reduced to what they mean. Reading back makes only what
writing allowed: classes of moto and of the local cloud, plain values, and the functions named here.
"""

from __future__ import annotations

import copyreg
import importlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.models import FakeKey
from moto.s3.utils import _VersionedKeyStore
from moto.stepfunctions.parser.asl.eval.environment import Environment

from infra.local.clock.threads import ClockEvent
from infra.local.state.backends import Name, find, name_of
from infra.local.state.bodies import Bodies
from infra.local.state.executions import ended_environment
from infra.local.state.inspection import REMEDY, Inspector
from infra.local.state.names import Kind, kind_of, resolved
from infra.local.wiring import wiring
from serin.domain.errors import Corrupt, Unavailable


class _Body(NamedTuple):
    """An object's body by its name among the bodies, and the size from which moto moves it to the disk."""

    name: str
    max_size: int


class Freezer(pickle.Pickler):
    """Pickles with every backend of moto, and every BackendDict, written as its name."""

    def __init__(self, file: io.BytesIO, bodies: Bodies) -> None:
        super().__init__(file, protocol=5)
        self._bodies = bodies
        self._known: set[type] = set()
        self.modules: set[str] = set()
        """Where the classes come from of which anything was written."""

    def persistent_id(self, value: Any) -> Name | _Body | None:
        """Backends are filled in place, so that whoever holds one sees the thawed state; bodies are files."""
        if isinstance(value, BaseBackend | BackendDict):
            return name_of(value)
        return value if isinstance(value, _Body) else None

    def reducer_override(self, value: Any) -> Any:
        """What pickle cannot write by itself, or should not."""
        if isinstance(value, type):
            self._check(value, "object", "value", "called", "named")
            self.modules.add(value.__module__)
            return NotImplemented
        if isinstance(value, FunctionType):
            return _anonymous(value) if "<lambda>" in value.__qualname__ else NotImplemented
        reduce = _REDUCERS.get(type(value))
        if reduce is not None:
            return reduce(value)
        if isinstance(value, FakeKey):
            return self._object(value)
        if isinstance(value, defaultdict) and type(value) is not defaultdict:
            # By itself it is written without its attributes, and read by a constructor of another shape.
            state = value.default_factory, vars(value)
            return copyreg.__newobj__, (type(value),), state, None, iter(value.items()), set_default_dict  # type: ignore[attr-defined]
        if type(value) not in self._known:
            self._check_reduction(value)
        return NotImplemented

    def _check_reduction(self, value: Any) -> None:
        """Nothing is written that an Inspector would not let in again."""
        registered: Any = copyreg.dispatch_table.get(type(value))
        reduced: Any = registered(value) if registered else value.__reduce_ex__(5)
        if isinstance(reduced, tuple):
            made_anew = reduced[0] is copyreg.__newobj__  # type: ignore[attr-defined]
            kinds: tuple[Kind, ...] = ("object", "called") if made_anew else ("called", "value")
            self._check(reduced[1][0] if made_anew else reduced[0], *kinds)
        self._known.add(type(value))

    def _check(self, value: Any, *kinds: Kind) -> None:
        if kind_of(value.__module__, value.__qualname__) not in kinds:
            raise pickle.PicklingError(f"{value.__module__}.{value.__qualname__} is not among what is kept")

    def _object(self, key: FakeKey) -> Any:
        """moto would write the body itself, and every body at each snapshot."""
        state = {**vars(key), "_value_buffer": _Body(self._bodies.keep(key), key._max_buffer_size)}
        return copyreg.__newobj__, (type(key),), state, None, None, set_object  # type: ignore[attr-defined]


class Thawer(pickle.Unpickler):
    """Reads what a Freezer wrote, after an Inspector has looked through it and every body was found as it was kept."""

    def __init__(self, file: io.BytesIO, bodies: Bodies) -> None:
        super().__init__(file)
        self._payload = file.getvalue()
        self._bodies = bodies
        self._opened: Iterator[Any] = iter(())

    def load(self) -> Any:
        """What is in it; raises Corrupt, and then nothing was built of it."""
        inspector = Inspector()
        inspector.inspect(self._payload)
        self._opened = iter([self._bodies.open(name, max_size) for name, max_size in inspector.bodies])
        return super().load()

    def persistent_load(self, name: Name | _Body) -> Any:
        """A backend, found or made empty; or the buffer of a body."""
        return next(self._opened) if isinstance(name, _Body) else find(name)

    def find_class(self, module: str, name: str) -> Any:
        """Raises Corrupt for anything but what a Freezer writes."""
        return resolved(module, name)


def set_object(key: FakeKey, state: dict[str, Any]) -> None:
    """Fill an S3 object, past moto's own way of reading one; its body is closed when it is let go."""
    if not (isinstance(key, FakeKey) and isinstance(state["_value_buffer"], SpooledTemporaryFile)):
        raise Corrupt("The state holds an object whose body is none.", REMEDY)
    vars(key).update(state)


def set_default_dict(made: defaultdict[Any, Any], state: tuple[Any, dict[str, Any]]) -> None:
    """Give a dictionary its factory and attributes."""
    if not isinstance(made, defaultdict):
        raise Corrupt(f"The state holds a factory for a {type(made).__name__}.", REMEDY)
    made.default_factory, attributes = state
    vars(made).update(attributes)


def set_versions(keys: _VersionedKeyStore, lists: dict[str, list[Any]]) -> None:
    """Give a bucket all versions of its objects."""
    dict.update(keys, lists)


def clock_event(is_set: bool) -> ClockEvent:
    """An event of the running cloud's clock."""
    event = ClockEvent(wiring().clock)
    if is_set:
        event.set()
    return event


def set_event() -> threading.Event:
    """An event that has happened."""
    event = threading.Event()
    event.set()
    return event


def function_in(module: str, qualified_name: str, line: int) -> FunctionType:
    """The anonymous function of `module`, which is moto's or ours, that begins in `line`."""
    if module.split(".", maxsplit=1)[0] not in {"infra", "moto"} or not qualified_name.endswith("<lambda>"):
        raise Corrupt(f"The state holds {module}.{qualified_name}, which is never kept.", REMEDY)
    loaded = importlib.import_module(module)
    for code in _codes(_module_code(loaded)):
        if (code.co_qualname, code.co_firstlineno) == (qualified_name, line) and not code.co_freevars:
            return FunctionType(code, vars(loaded))
    message = f"{module} has no {qualified_name} in line {line}."
    raise Corrupt(message, "The state is another version's; use another folder.")


def _anonymous(function: FunctionType) -> Any:
    if function.__closure__ is not None:
        raise Unavailable(
            f"{function.__module__}.{function.__qualname__} keeps variables, so the state cannot be written.",
            "Keep data in that place, and derive the function from it.",
        )
    return function_in, (function.__module__, function.__qualname__, function.__code__.co_firstlineno)


def _module_code(module: ModuleType) -> CodeType:
    loader: Any = module.__loader__
    code: CodeType = loader.get_code(module.__name__)
    return code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


_REDUCERS: dict[type, Callable[[Any], Any]] = {
    type(threading.Lock()): lambda _lock: (threading.Lock, ()),
    type(threading.RLock()): lambda _lock: (threading.RLock, ()),
    threading.Condition: lambda _condition: (threading.Condition, ()),
    threading.Event: lambda event: (set_event if event.is_set() else threading.Event, ()),
    WeakValueDictionary: lambda values: (WeakValueDictionary, (dict(values),)),
    # Its own items are the current versions alone.
    _VersionedKeyStore: lambda keys: (
        copyreg.__newobj__,  # type: ignore[attr-defined]
        (_VersionedKeyStore,),
        {name: keys.getlist(name) for name in dict.keys(keys)},
        None,
        None,
        set_versions,
    ),
    ClockEvent: lambda event: (clock_event, (event.is_set(),)),
    Environment: ended_environment,
}
