"""CloudWatch Logs' filter patterns: terms, and JSON patterns such as `{ $.status = 5* && $.model = "m" }`.

The language: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html. Patterns of
space-delimited fields (`[ip, user, …]`) and regular expressions (`%…%`) are refused, not ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.local.delivery.json_path import MISSING, steps_of, value_at
from serin.domain.errors import Invalid

_TOKEN = re.compile(r'\s*(&&|\|\||!=|>=|<=|[=<>()]|"(?:[^"\\]|\\.)*"|[^\s=<>!()&|"]+)')

Test = Callable[[Any], bool]


@dataclass(frozen=True)
class FilterPattern:
    """A parsed pattern; `matches` takes one log message."""

    text: str
    matches: Callable[[str], bool]

    @classmethod
    def parse(cls, text: str) -> FilterPattern:
        """Read a pattern; raises Invalid for what the local cloud does not read."""
        stripped = text.strip()
        if stripped.startswith("{") and stripped.endswith("}"):
            return cls(text, _on_json(_Parser(stripped[1:-1], text).whole()))
        if stripped.startswith(("[", "%")):
            raise _unreadable(text)
        return cls(text, _on_terms(stripped))


def _on_json(test: Test) -> Callable[[str], bool]:
    def matches(message: str) -> bool:
        try:
            record = json.loads(message)
        except ValueError:
            return False
        return isinstance(record, dict) and test(record)

    return matches


def _on_terms(text: str) -> Callable[[str], bool]:
    """All plain terms, none of the `-terms`, and at least one of the `?terms` where there are any."""
    terms = re.findall(r'[?-]?"[^"]*"|\S+', text)
    needed = [_bare(term) for term in terms if term[0] not in "?-"]
    banned = [_bare(term[1:]) for term in terms if term[0] == "-"]
    optional = [_bare(term[1:]) for term in terms if term[0] == "?"]

    def matches(message: str) -> bool:
        if any(term in message for term in banned) or not all(term in message for term in needed):
            return False
        return not optional or any(term in message for term in optional)

    return matches


def _bare(term: str) -> str:
    return term.strip('"')


class _Parser:
    """Recursive descent over `or := and ('||' and)*`, `and := one ('&&' one)*`."""

    def __init__(self, text: str, whole: str) -> None:
        self._pattern = whole
        self._tokens = [match.group(1) for match in _TOKEN.finditer(text)]
        if "".join(self._tokens) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", text):
            raise _unreadable(whole)

    def whole(self) -> Test:
        test = self._either()
        if self._tokens:
            raise _unreadable(self._pattern)
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._skip("||"):
            tests.append(self._both())
        return lambda record: any(test(record) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._skip("&&"):
            tests.append(self._one())
        return lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        if self._skip("("):
            test = self._either()
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        path = _path(self._next(), self._pattern)
        operator = self._next()
        word = operator.upper()
        if word == "IS":
            wanted = {"NULL": None, "TRUE": True, "FALSE": False}[self._next().upper()]
            return lambda record: value_at(record, path) is wanted
        if word == "EXISTS":
            return lambda record: value_at(record, path) is not MISSING
        if word == "NOT":
            self._expect("EXISTS")
            return lambda record: value_at(record, path) is MISSING
        compare = _comparison(operator, self._next(), self._pattern)
        return lambda record: (value := value_at(record, path)) is not MISSING and compare(value)

    def _next(self) -> str:
        if not self._tokens:
            raise _unreadable(self._pattern)
        return self._tokens.pop(0)

    def _skip(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if self._next().upper() != token:
            raise _unreadable(self._pattern)


def _path(token: str, pattern: str) -> Sequence[str | int]:
    steps = steps_of(token)
    if not steps:
        raise _unreadable(pattern)
    return steps


def _comparison(operator: str, operand: str, pattern: str) -> Test:
    quoted = operand.startswith('"')
    text = json.loads(operand) if quoted else operand
    number = None if quoted else _number(operand)
    if operator in {"=", "!="}:
        positive = operator == "="
        if number is not None:
            return lambda value: (_as_number(value) == number) is positive
        return lambda value: fnmatchcase(_as_text(value), _literal(text)) is positive
    orders: dict[str, Callable[[float, float], bool]] = {
        "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__
    }  # fmt: skip
    if number is None or operator not in orders:
        raise _unreadable(pattern)
    order = orders[operator]
    return lambda value: (own := _as_number(value)) is not None and order(own, number)


def _literal(text: str) -> str:
    """Only `*` is special in a filter pattern."""
    return text.replace("[", "[[]").replace("?", "[?]")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _unreadable(pattern: str) -> Invalid:
    return Invalid(
        f"The local cloud cannot read the log filter pattern {pattern!r}.",
        "Use terms or a JSON pattern of comparisons joined by && and ||.",
    )
