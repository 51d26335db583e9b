"""Personal data: columns that say who somebody is, and the digests that stand for them.

A value of a column that is hashed is kept nowhere. In its place stands a digest with a salt of its own: random, made
when the value is first seen in a file, and kept apart from all data. Whoever has no salt cannot say whose rows they
are, however well they can guess values; once a salt is destroyed nobody can, and the same value gets another one that
leads to nothing from before. Salts are found by a digest with a secret of the stage, so that not even a list of them
tells values. Values of one column name have one digest everywhere, which is how datasets and requests are joined.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

Treatment = Literal["drop", "hash"]
"""What becomes of a column: its values are not kept at all, or a digest of each is."""

UNKNOWN = "pd-unknown"
"""What stands for a value nobody has a salt for: it is asked about, and nothing is known of it."""
PSEUDONYM = r"^pd-[0-9a-f]{32}$"
"""How a digest is written, for whoever reads rows that have them already."""
BYTES = 32
"""Of the stage's secret, and of each salt."""
_DIGEST_BYTES = 16


def salt_name(secret: bytes, column: str, value: str) -> str:
    """By what the salt of a value is found; without the secret it tells nothing of the value."""
    return _keyed(secret, column, value)


def pseudonym(salt: bytes, column: str, value: str) -> str:
    """What stands for a value in all that is kept."""
    return f"pd-{_keyed(salt, column, value)}"


def _keyed(key: bytes, column: str, value: str) -> str:
    # A column's name has no null byte, so no two pairs are one text.
    return blake2b(f"{column}\0{value}".encode(), key=key, digest_size=_DIGEST_BYTES).hexdigest()
