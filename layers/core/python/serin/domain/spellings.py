"""How else the value a person is known by may have been written: to the platform each is somebody else."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_WHOLE = re.compile(r"0*([0-9]+)(?:\.0*)?")
_FORMS: tuple[Literal["NFC", "NFD", "NFKC"], ...] = ("NFC", "NFD", "NFKC")


def other_spellings(value: str) -> tuple[str, ...]:
    """Other texts that a person would read as that value, such as `7.0`, `Q7` or `q7 `; not all that there may be.

    In other letters, composed otherwise, with and without blanks and what nobody sees, a number with noughts behind it.
    """
    bare = "".join(sign for sign in value if unicodedata.category(sign) != "Cf").strip()
    if number := _WHOLE.fullmatch(bare):
        plain = {number[1], f"{number[1]}.0", f"{number[1]}.00"}
    else:
        composed = {unicodedata.normalize(form, bare) for form in _FORMS} | {bare}
        plain = {spelt for one in composed for spelt in (one, one.lower(), one.upper(), one.title())}
    spellings = sorted(spelt for one in plain for spelt in (one, f" {one}", f"{one} "))
    return tuple(spelt for spelt in spellings if spelt not in (value, "", " "))
