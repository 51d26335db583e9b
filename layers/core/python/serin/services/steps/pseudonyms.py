"""What stands for personal values: for those who take them in, and for those who only ask about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from serin.domain.errors import Unavailable
from serin.domain.personal import UNKNOWN, pseudonym, salt_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.ports import SaltReads, Salts


def no_salts() -> Salts:
    """For whoever takes in or asks nothing personal; raises Unavailable where there is something all the same."""
    raise Unavailable("Personal data came where nobody has its salts.", "Deploy again: the charter names what is.")


def made_pseudonyms(column: str, values: Collection[str], *, salts: Salts) -> Mapping[str, str]:
    """What stands for each value of the column; one that was never seen gets its salt now."""
    secret = salts.make_secret()
    names = {value: salt_name(secret, column, value) for value in values}
    known = salts.make(list(names.values()))
    return {value: pseudonym(known[name], column, value) for value, name in names.items()}


def known_pseudonyms(column: str, values: Collection[str], *, salts: SaltReads) -> Mapping[str, str]:
    """What stands for each value of the column, UNKNOWN where no file has had it: asking makes nothing."""
    secret = salts.secret()
    if secret is None:
        return dict.fromkeys(values, UNKNOWN)
    names = {value: salt_name(secret, column, value) for value in values}
    known = salts.read(list(names.values()))
    return {value: pseudonym(known[name], column, value) if name in known else UNKNOWN for value, name in names.items()}
