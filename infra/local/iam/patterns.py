"""Wildcards of policies: `*` is any text, `?` one character, `${key}` what the request's context holds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""The values of condition keys, the keys in lower case."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_SPECIAL = re.compile(r"[*?]|\$\{")
_DEFAULTED = re.compile(r"([^,]+?)(?:\s*,\s*'([^']*)')?")
_ARN_PARTS = 6


def text_matches(pattern: str, text: str, context: Context) -> bool:
    """Whether the whole text is of the pattern; a variable without a value matches nothing."""
    expression = _expression(pattern) if "${" not in pattern else _filled(pattern, context)
    return expression is not None and expression.fullmatch(text) is not None


def any_text_matches(patterns: tuple[str, ...], text: str, context: Context) -> bool:
    """Whether the whole text is of one of the patterns."""
    beginnings, others = _told_apart(patterns)
    if text.startswith(beginnings):
        return True
    return any(text_matches(pattern, text, context) for pattern in others)


def arn_matches(pattern: str, arn: str, context: Context) -> bool:
    """Part by part, so that a wildcard of one part never reaches into the next; missing last parts are any."""
    if pattern == "*":
        return True
    wanted, parts = _parts(pattern), arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return len(wanted) == 1 and text_matches(pattern, arn, context)
    # The colons after the fifth belong to the resource; so do those inside of variables.
    wanted = wanted + ("*",) * (_ARN_PARTS - len(wanted))
    return all(text_matches(part, own, context) for part, own in zip(wanted, parts, strict=True))


def action_matches(pattern: str, action: str) -> bool:
    """`s3:Get*` against `s3:GetObject`; case does not matter."""
    return _expression(pattern.lower()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    # A variable's own colon parts nothing: ${aws:PrincipalAccount}.
    hidden = _VARIABLE.sub(lambda found: found.group(0).replace(":", "\0"), pattern)
    return tuple(part.replace("\0", ":") for part in hidden.split(":", _ARN_PARTS - 1))


@lru_cache(maxsize=8192)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(_regular(pattern), re.DOTALL)


@lru_cache(maxsize=1024)
def _told_apart(patterns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How texts begin that are of one of the patterns, whatever follows; and the patterns that say more than that."""
    beginnings = [pattern[:-1] for pattern in patterns if pattern.endswith("*") and not _SPECIAL.search(pattern[:-1])]
    others = [pattern for pattern in patterns if not pattern.endswith("*") or _SPECIAL.search(pattern[:-1])]
    return tuple(beginnings), tuple(others)


def _regular(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


def _filled(pattern: str, context: Context) -> re.Pattern[str] | None:
    made, end = [], 0
    for variable in _VARIABLE.finditer(pattern):
        value = _value(variable.group(1), context)
        if value is None:
            return None
        made += [_regular(pattern[end : variable.start()]), re.escape(value)]
        end = variable.end()
    return re.compile("".join([*made, _regular(pattern[end:])]), re.DOTALL)


def _value(variable: str, context: Context) -> str | None:
    if variable in {"*", "?", "$"}:
        return variable
    named = _DEFAULTED.fullmatch(variable)
    if named is None:
        return None
    values = context.get(named.group(1).lower(), ())
    return values[0] if len(values) == 1 else named.group(2)
