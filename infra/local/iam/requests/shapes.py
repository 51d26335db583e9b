"""Parameters held against the shapes of AWS's models, by functions that are made once for each shape.

botocore goes through a shape anew for every request, and collects what is wrong. What is right, as nearly everything
is, is known sooner: a check here says yes only where botocore finds nothing, and of all else botocore has the word.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import is_json_value_header

Check = Callable[[Any], bool]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}


@cache
def check_of(shape: Shape) -> Check:
    """Whether a value read from JSON is beyond doubt one of the shape, of an operation or of a parameter of one."""
    return _Checks().of(shape)


class _Checks:
    """What is made for one operation: its shapes name each other, and themselves."""

    def __init__(self) -> None:
        self._known: dict[object, Check] = {}

    def of(self, shape: Shape) -> Check:
        # Each place that names a shape has one of its own, which differs in nothing but what its place says of it.
        key = (shape.name, repr(shape.metadata), repr(shape.serialization))
        if key not in self._known:
            self._known[key] = partial(self._later, key)
            self._known[key] = self._made(shape)
        return self._known[key]

    def _later(self, key: object, value: Any) -> bool:
        """By the check of a shape that was still being made when it was named."""
        return self._known[key](value)

    def _made(self, shape: Shape) -> Check:
        if is_json_value_header(shape) or shape.serialization.get("hostLabel"):
            return _in_doubt
        if isinstance(shape, StructureShape):
            return _in_doubt if shape.is_document_type else self._structure(shape)
        if isinstance(shape, ListShape):
            return _list(self.of(shape.member), shape.metadata.get("min", 0))
        if isinstance(shape, MapShape):
            return _map(self.of(shape.key), self.of(shape.value))
        types = _TYPES.get(shape.type_name)
        return _in_doubt if types is None else _single(types, shape)

    def _structure(self, shape: StructureShape) -> Check:
        members = {name: self.of(member) for name, member in shape.members.items()}
        required = frozenset(shape.metadata.get("required", ()))
        is_union = shape.is_tagged_union

        def is_one(value: Any) -> bool:
            if type(value) is not dict or not required <= value.keys() or (is_union and len(value) != 1):
                return False
            for name, inner in value.items():
                check = members.get(name)
                if check is None or not check(inner):
                    return False
            return True

        return is_one


def _list(member: Check, least: int) -> Check:
    return lambda value: type(value) is list and len(value) >= least and all(map(member, value))


def _map(key: Check, inner: Check) -> Check:
    return lambda value: type(value) is dict and all(map(key, value)) and all(map(inner, value.values()))


def _single(types: tuple[type, ...], shape: Shape) -> Check:
    least = shape.metadata.get("min")
    if least is None or shape.type_name in ("blob", "boolean"):
        return lambda value: type(value) in types
    if shape.type_name == "string":
        return lambda value: type(value) is str and len(value) >= least
    return lambda value: type(value) in types and value >= least


def _in_doubt(_value: Any) -> bool:
    return False
