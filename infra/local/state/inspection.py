"""A pickle looked through before anything of it is built.

Unpickling calls what a file names, so that refusing a name while it is read comes too late for what stands before it.
Here the file's opcodes are followed with stand-ins: every name, every call and every filling has to be one that a
Freezer writes, or nothing is opened.
https://docs.python.org/3/library/pickle.html#restricting-globals
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.state.names import Kind, kind_of
from serin.domain.errors import Corrupt

REMEDY = "It is not opened; restore the state folder from a copy of your own, or start with an empty one."
DEEPEST = 100
"""Of tuples in tuples; comparing and hashing what is nested without end overflows the interpreter's stack."""


@dataclass(frozen=True)
class Named:
    """A class or function, by its name."""

    module: str
    name: str
    kind: Kind


@dataclass(frozen=True)
class Made:
    """What a call makes: an object of the class, or what the function gives back."""

    of: Named
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Several:
    """A tuple or frozen set."""

    items: tuple[Any, ...]
    depth: int


class Plain:
    """A list, dictionary or set."""


class Inspector:
    """Follows the opcodes of one pickle; raises Corrupt at the first that is not as a Freezer writes it."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: list[Any] = []
        self.bodies: list[tuple[str, int]] = []
        """Names and sizes of the bodies, in the order in which they are asked for."""

    def inspect(self, payload: bytes) -> None:
        """Look through the whole pickle; raises Corrupt."""
        try:
            for opcode, argument, _ in pickletools.genops(payload):
                step = _STEPS.get(opcode.name)
                if step is None:
                    raise _refusal(f"the instruction {opcode.name}")
                step(self, argument)
        except (ValueError, IndexError, KeyError, TypeError, UnicodeError) as error:
            raise Corrupt(f"The state cannot be read: {error}.", REMEDY) from error

    def push(self, value: Any) -> None:
        """What follows refers to it."""
        self._stack.append(value)

    def mark(self, _: Any) -> None:
        """Begin of several."""
        self._marks.append(len(self._stack))

    def memoize(self, _: Any) -> None:
        """What is on top may be asked for again."""
        self._memo.append(self._stack[-1])

    def recall(self, index: int) -> None:
        """Once more what was remembered."""
        self.push(self._memo[index])

    def drop(self, _: Any) -> None:
        """Leave out what is on top."""
        self._stack.pop()

    def since_mark(self) -> list[Any]:
        """What was pushed since the last mark, taken away."""
        begin = self._marks.pop()
        if begin > len(self._stack):
            raise ValueError("a mark without its values")
        objects = self._stack[begin:]
        del self._stack[begin:]
        return objects

    def last(self, count: int) -> list[Any]:
        """The last ones, taken away."""
        if count > len(self._stack) - (self._marks[-1] if self._marks else 0):
            raise ValueError("values are missing")
        objects = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return objects

    def group(self, items: Sequence[Any]) -> None:
        """A tuple of them."""
        depth = 1 + max((item.depth for item in items if isinstance(item, Several)), default=0)
        if depth > DEEPEST:
            raise _refusal(f"more than {DEEPEST} tuples in one another")
        self.push(Several(tuple(items), depth))

    def name(self, _: Any) -> None:
        """A class or a function by its name."""
        module, name = self.last(2)
        if not (isinstance(module, str) and isinstance(name, str)):
            raise _refusal("a name that is no text")
        kind = kind_of(module, name)
        if kind is None:
            raise _refusal(f"{module}.{name}")
        self.push(Named(module, name, kind))

    def call(self, _: Any) -> None:
        """A call of a function, or of a class that is made by a call."""
        function, arguments = self.last(2)
        if not (
            isinstance(function, Named) and function.kind in {"called", "value"} and isinstance(arguments, Several)
        ):
            raise _refusal(f"a call of {_shown(function)}")
        if function.kind == "value" and not all(isinstance(one, str | int | Several | None) for one in arguments.items):
            raise _refusal(f"a call of {_shown(function)} with objects")
        self.push(Made(function))

    def make(self, _: Any) -> None:
        """An object of a class, without a call of its constructor."""
        kind, arguments = self.last(2)
        if not (isinstance(kind, Named) and kind.kind in {"object", "called"} and isinstance(arguments, Several)):
            raise _refusal(f"an object of {_shown(kind)}")
        self.push(Made(kind, arguments.items))

    def fill(self, _: Any) -> None:
        """The attributes of an object that has just been made; never of a class or a function."""
        made, attributes = self.last(2)
        if not (isinstance(made, Made) and isinstance(attributes, Plain)) or made.of.name == "FakeKey":
            raise _refusal(f"attributes for {_shown(made)}")
        self.push(made)

    def add(self, _: Sequence[Any]) -> None:
        """Items for a collection."""
        if not isinstance(self._stack[-1], Made | Plain):
            raise _refusal(f"items for {_shown(self._stack[-1])}")

    def persistent(self, _: Any) -> None:
        """A backend by its name, or a body."""
        (name,) = self.last(1)
        # Which backends there are is looked up when it is thawed, among moto's own.
        named = isinstance(name, Several) and all(isinstance(part, str) for part in name.items)
        body = isinstance(name, Made) and name.of.name == "_Body"
        if not (named or body):
            raise _refusal("a backend without a name")
        if body:
            body_name, size = name.arguments
            if not (isinstance(body_name, str) and isinstance(size, int)):
                raise _refusal("a body without a name")
            self.bodies.append((body_name, size))
        self.push(Made(_BACKEND))

    def end(self, _: Any) -> None:
        """The end, where one object is left."""
        self.last(1)


_BACKEND = Named("moto.core.base_backend", "BaseBackend", "object")


def _refusal(what: str) -> Corrupt:
    return Corrupt(f"The state holds {what}, which is never kept.", REMEDY)


def _shown(value: Any) -> str:
    if isinstance(value, Made):
        return f"an object of {value.of.module}.{value.of.name}"
    return f"{value.module}.{value.name}" if isinstance(value, Named) else "what is no class"


def _nothing(_inspector: Inspector, _: Any) -> None:
    """How the file is cut up says nothing of what it holds."""


def _value(inspector: Inspector, argument: Any) -> None:
    inspector.push(argument)


def _constant(value: Any) -> Callable[[Inspector, Any], None]:
    return lambda inspector, _: inspector.push(value)


def _empty(inspector: Inspector, _: Any) -> None:
    inspector.push(Plain())


_STEPS: dict[str, Callable[[Inspector, Any], None]] = {
    "PROTO": _nothing,
    "FRAME": _nothing,
    "STOP": Inspector.end,
    "MARK": Inspector.mark,
    "POP": Inspector.drop,
    "MEMOIZE": Inspector.memoize,
    "BINGET": Inspector.recall,
    "LONG_BINGET": Inspector.recall,
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT"), _value),
    **dict.fromkeys(("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"), _value),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"), _value),
    "EMPTY_TUPLE": lambda inspector, _: inspector.group(()),
    "TUPLE1": lambda inspector, _: inspector.group(inspector.last(1)),
    "TUPLE2": lambda inspector, _: inspector.group(inspector.last(2)),
    "TUPLE3": lambda inspector, _: inspector.group(inspector.last(3)),
    "TUPLE": lambda inspector, _: inspector.group(inspector.since_mark()),
    "FROZENSET": lambda inspector, _: inspector.group(inspector.since_mark()),
    "EMPTY_LIST": _empty,
    "EMPTY_DICT": _empty,
    "EMPTY_SET": _empty,
    "APPEND": lambda inspector, _: inspector.add(inspector.last(1)),
    "SETITEM": lambda inspector, _: inspector.add(inspector.last(2)),
    "APPENDS": lambda inspector, _: inspector.add(inspector.since_mark()),
    "SETITEMS": lambda inspector, _: inspector.add(inspector.since_mark()),
    "ADDITEMS": lambda inspector, _: inspector.add(inspector.since_mark()),
    "STACK_GLOBAL": Inspector.name,
    "REDUCE": Inspector.call,
    "NEWOBJ": Inspector.make,
    "BUILD": Inspector.fill,
    "BINPERSID": Inspector.persistent,
}
"""What protocol 5 writes; not the older ones' own ways to name, call and remember, nor the extension registry."""
