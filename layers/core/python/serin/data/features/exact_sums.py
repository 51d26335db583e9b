"""Sums over ranges of places that lose nothing: whole numbers are added, and rounded once at the end.

A running sum of floats keeps the errors of all that has come and gone, and a scale taken from the greatest value
makes one entity's sum depend on another's. Here every finite float is a whole number of some power of two, cut into
digits that add up exactly (a fixed-point accumulator: Kulisch, "Computer Arithmetic and Validity", 2013). So the
sum of some values is the same bits, however they are split and whatever else is in the table; they are those
of `serin.domain.arithmetic.exact_sum`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from serin.data.features.spans import Integers

Floats = npt.NDArray[np.float64]
_Magnitudes = npt.NDArray[np.uint64]
_BITS = 26
_MASK = (1 << _BITS) - 1
# Two digits fill the 53 bits of a float, the two after them say how to round.
_LEADING = 4


def counts(starts: Integers, ends: Integers, places: int) -> Integers:
    """How many of the ranges [start, end) hold each place."""
    return _covering(np.ones(len(starts), dtype=np.int64), starts, ends, places)


def exact_sums(values: npt.NDArray[Any], starts: Integers, ends: Integers, places: int) -> Floats:
    """For each place the sum of the values, whole or finite, whose range [start, end) holds it, rounded once.

    What is greater than any float64 is infinite.
    """
    signs, magnitudes, exponents = _parts(values)
    if not len(magnitudes):
        return np.zeros(places)
    lowest = int(exponents.min())
    offsets = exponents - lowest
    width = int((offsets + _lengths(magnitudes)).max())
    if width + len(values).bit_length() < 63:
        whole = signs * (magnitudes << offsets.astype(np.uint64)).astype(np.int64)
        return _scaled(_covering(whole, starts, ends, places).astype(np.float64), lowest)
    digits = [
        _covering(signs * _digit(magnitudes, offsets - place), starts, ends, places) for place in range(0, width, _BITS)
    ]
    return _rounded(digits, lowest)


def _covering(values: Integers, starts: Integers, ends: Integers, places: int) -> Integers:
    """The sums of whole numbers; each comes where its range begins and goes where it ends."""
    steps = np.zeros(places + 1, dtype=np.int64)
    np.add.at(steps, starts, values)
    np.subtract.at(steps, ends, values)
    return np.cumsum(steps[:-1])


def _parts(values: npt.NDArray[Any]) -> tuple[Integers, _Magnitudes, Integers]:
    """Each value as sign, odd whole number and power of two; zero has the highest power, which costs nothing."""
    if values.dtype.kind == "f":
        fractions, exponents = np.frexp(values)
        whole = (fractions * 2.0**53).astype(np.int64)
        exponents = exponents.astype(np.int64) - 53
    else:
        whole = values.astype(np.int64)
        exponents = np.zeros(len(whole), dtype=np.int64)
    # The magnitude of the least integer is no int64; as unsigned its bits are right.
    magnitudes = np.abs(whole).view(np.uint64)
    zeros = _lengths(magnitudes & (~magnitudes + np.uint64(1))) - 1
    zeros[whole == 0] = 0
    exponents += zeros
    exponents[whole == 0] = exponents.max(initial=0)
    return np.sign(whole), magnitudes >> zeros.astype(np.uint64), exponents


def _lengths(magnitudes: _Magnitudes) -> Integers:
    """How many bits each has."""
    high = np.frexp((magnitudes >> np.uint64(32)).astype(np.float64))[1]
    low = np.frexp((magnitudes & np.uint64(0xFFFFFFFF)).astype(np.float64))[1]
    return np.where(high > 0, high + 32, low).astype(np.int64)


def _digit(magnitudes: _Magnitudes, shifts: Integers) -> Integers:
    """The lowest digit of each once it is shifted, to the left where `shifts` is positive."""
    left = np.clip(shifts, 0, _BITS).astype(np.uint64)
    right = np.clip(-shifts, 0, 63).astype(np.uint64)
    digit = ((magnitudes >> right) << left) & np.uint64(_MASK)
    digit[-shifts > 63] = 0
    return digit.astype(np.int64)


def _rounded(sums: Sequence[Integers], lowest: int) -> Floats:
    """What the sums of digits are together, the first of them counting 2**lowest."""
    top = _carried(sums)[-1]
    signs = np.where(top < 0, -1, 1)
    digits = np.stack([*[np.zeros_like(top)] * (_LEADING - 1), *_carried([part * signs for part in sums])[:-1]])
    filled = digits != 0
    lead = np.maximum(len(digits) - 1 - filled[::-1].argmax(axis=0), _LEADING - 1)
    rest = (filled.argmax(axis=0) < lead - (_LEADING - 1)) & filled.any(axis=0)
    first, second, third, fourth = (digits[lead - index, np.arange(len(lead))] for index in range(_LEADING))
    upper = (first << _BITS) + second
    # One odd bit stands for all that is not looked at: no sum lies half way that does not really.
    lower = (third << _BITS) + fourth | rest
    # Both are exact in float64, so adding them is the one rounding.
    nearest = np.ldexp(upper.astype(np.float64), 2 * _BITS) + lower.astype(np.float64)
    return signs * _scaled(nearest, lowest + _BITS * (lead - 2 * (_LEADING - 1)))


def _scaled(numbers: Floats, exponents: Integers | int) -> Floats:
    """Times that power of two, which rounds nothing: no value has a bit below the least there is."""
    with np.errstate(over="ignore"):
        scaled: Floats = np.ldexp(numbers, exponents)
    return scaled


def _carried(sums: Sequence[Integers]) -> list[Integers]:
    """The digits in [0, 2**26), two more for what the sums carry over, and last -1 for a negative number, else 0."""
    nothing = np.zeros_like(sums[0])
    digits, carry = [], nothing
    for part in (*sums, nothing, nothing):
        carry = carry + part
        digits.append(carry & _MASK)
        carry = carry >> _BITS
    return [*digits, carry]
