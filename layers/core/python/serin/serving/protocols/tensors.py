"""Tensors of the Open Inference Protocol: what they may hold, in JSON and in binary."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serin.domain.charter import InputType, Scalar
from serin.domain.errors import Invalid
from serin.domain.fields import shown

_INTEGERS = {"INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q"}
_NATURALS = {"UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q"}
_FLOATS = {"FP32": "f", "FP64": "d"}
_CODES = {**_INTEGERS, **_NATURALS, **_FLOATS}
_WHOLE = ("INT64", *(name for name in (*_INTEGERS, *_NATURALS) if name != "INT64"))
DATATYPES: Mapping[InputType, tuple[str, ...]] = {
    "string": ("BYTES",),
    "timestamp": ("BYTES",),
    "boolean": ("BOOL",),
    "integer": _WHOLE,
    "number": ("FP64", "FP32", *_WHOLE),
}
"""What a tensor of an input may hold, first what its metadata says."""


@dataclass(frozen=True)
class Tensor:
    """A tensor as it came or as it is described; `binary_size` is how many bytes behind the JSON are its data."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: object = None
    binary_size: int | None = None

    def as_record(self) -> Mapping[str, Any]:
        """The tensor in a model's metadata."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def datatype_of(classes: Sequence[Scalar]) -> str:
    """The datatype of a label."""
    kinds = {type(value) for value in classes}
    if kinds == {bool}:
        return "BOOL"
    if kinds == {int}:
        return "INT64"
    return "BYTES" if str in kinds else "FP64"


def values_of(tensor: Tensor, where: str) -> Sequence[object]:
    """The values of a tensor in JSON, flat or a list for each row; they are checked as a prediction's are."""
    data, rows = tensor.data, tensor.shape[0]
    if not isinstance(data, list) or len(data) != rows:
        found = f"{len(data)} values" if isinstance(data, list) else "no list of data"
        raise Invalid(f"{where}: {tensor.name} has {found} for {rows} rows.", "Send one for each row.", where)
    values = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in data]
    if tensor.datatype in _WHOLE:
        _check_whole(tensor, values, where)
    return values


def _check_whole(tensor: Tensor, values: Sequence[object], where: str) -> None:
    """Raise Invalid for a number that the tensor's own datatype cannot hold; what is none is for others to refuse."""
    bits = 8 * struct.calcsize(_CODES[tensor.datatype])
    least = 0 if tensor.datatype in _NATURALS else -(2 ** (bits - 1))
    beyond = [value for value in values if isinstance(value, int) and not least <= value < least + 2**bits]
    if beyond:
        found = f"{where}: {tensor.name} says {tensor.datatype} and holds {shown(beyond[0])}."
        raise Invalid(found, "Send a datatype that holds every value.", where)


def binary_values(tensor: Tensor, content: bytes, where: str) -> Sequence[object]:
    """The values of a tensor in binary: little-endian, truth values a byte each, texts behind their lengths."""
    rows = tensor.shape[0]
    if len(content) != tensor.binary_size:
        found = f"{where}: {tensor.name} has {len(content)} of {tensor.binary_size} bytes."
        raise Invalid(found, "Send all that binary_data_size says.", where)
    if tensor.datatype == "BYTES":
        values: Sequence[object] = _texts(content, where)
    elif tensor.datatype == "BOOL":
        values = [byte != 0 for byte in content]
    else:
        numbers: array[Any] = array(_CODES[tensor.datatype])
        if len(content) != rows * numbers.itemsize:
            raise _another_number(tensor, where)
        numbers.frombytes(content)
        values = numbers.tolist()
        if tensor.datatype in _FLOATS and not all(map(math.isfinite, numbers)):
            found = f"{where}: {tensor.name} holds NaN or an infinite number."
            raise Invalid(found, "Send the tensor as JSON, with null where a value is unknown.", where)
    if len(values) != rows:
        raise _another_number(tensor, where)
    return values


def _another_number(tensor: Tensor, where: str) -> Invalid:
    return Invalid(f"{where}: {tensor.name} has not as many values as rows.", "Send one for each row.", where)


def _texts(content: bytes, where: str) -> list[str]:
    texts, place = list[str](), 0
    while place < len(content):
        try:
            (length,) = struct.unpack_from("<I", content, place)
            text = content[place + 4 : place + 4 + length]
            if len(text) != length:
                raise Invalid(f"{where}: a text ends behind the data.", "Send each text's own length.", where)
            texts.append(text.decode())
        except (struct.error, UnicodeDecodeError) as error:
            raise Invalid(f"{where}: no texts in UTF-8: {error}.", "Send lengths and UTF-8.", where) from error
        place += 4 + length
    return texts
