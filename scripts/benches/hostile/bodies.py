"""Hostile bodies and paths, made from right ones by a seeded generator: the same seed, the same requests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote

from benches.hostile.requests import Sent

Fields = dict[str, str]
Instance = Mapping[str, object]

# JSON texts, and texts that only look like JSON.
VALUES = (
    *("null", "true", "false", "0", "-0", "-0.0", "1", "1.5", "1e3", "1e308", "1e999", "-1e999", "1e-999"),
    *("NaN", "Infinity", "-Infinity", "nan", "01", "+1", ".5", "1.", "0x10", "1_000", "--1", "1e", "\u0661"),
    *("9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 400, "9" * 2000),
    *('""', '" "', '"1"', '"true"', '"null"', '"NaN"', '"Infinity"', '"UA"', '"a-category-nobody-has-seen"'),
    *('"\\u0000"', '"\\u001b[31mred"', '"a\\nb"', '"a\\r\\nSTART RequestId: x"', '"\\ud800"', '"\\udfff\\ud800"'),
    *('"\\u202eexe"', '"\\u2028"', "\"=cmd|' /C calc'!A0\"", '"../../etc/passwd"', '"%00"', '"${jndi:ldap://x}"'),
    *('"<script>alert(1)</script>"', '"\' OR 1=1 --"', '"%s%s%n"', '"{0}"', f'"{"x" * 257}"', f'"{"x" * 100_000}"'),
    *('"2013-01-01"', '"2013-01-01T00:00:00"', '"2013-02-30T00:00:00Z"', '"0001-01-01T00:00:00+23:59"'),
    *('"9999-12-31T23:59:59-23:59"', '"2013-01-01T00:00:00Z"', '"2013-01-01T24:00:00Z"', "1359633600"),
    *(
        "[]",
        "{}",
        "[1]",
        "[[[[1]]]]",
        '{"a": 1}',
        '{"$ref": "#"}',
        "[" * 31 + "]" * 31,
        "[" * 40 + "]" * 40,
        "[" * 5000,
    ),
    *('"', "'a'", "undefined", "", " ", ",", "//", "1 2", '"\\x"', '"\t"', "[1,]", '{"a":1,}', "\ufeff1", "\\u0031"),
)
NAMES = (
    *("", " ", "__proto__", "constructor", "instances", "version", "id", "a" * 5000, "\n", "\u001b[31m", "ä", "😀"),
    *("\x00", "a.b", "a[0]", "../..", "%00", "$where", "NaN", "null", '"', "\\", "\u202e", "\ud800"),
)
SEGMENTS = (
    *("..", ".", "%2e%2e", "%2F", "%00", "%0a", "%0d%0aX-Evil:1", "%1b%5b31m", "%ff%fe", "%ed%a0%80", "%25", "%u0041"),
    *("a" * 41, "a" * 3000, "A", "-a", "_", "flight_delay", "flight-delay%20", "flight%2Ddelay", "%D1%84light-delay"),
    *("unheard-of", "0", "-1", "1e999", "null", "*", "~", "a;b", "a,b", "%7B%7D", "%3Cscript%3E", "latest", "live"),
)
BODIES = (
    *(b"", b" ", b"null", b"[]", b"{}", b'"x"', b"1", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"{", b"}", b"a=b&c=d"),
    *(
        b'{"instances": null}',
        b'{"instances": {}}',
        b'{"instances": []}',
        b'{"instances": [[]]}',
        b'{"instances": [null]}',
    ),
    *(b'{"instances": [{}], "instances": [{}]}', b'{"Instances": [{}]}', b'{"inputs": []}', b'{"instances": "x"}'),
    *(
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'"' * 100_000,
        b"[" + b"1," * 400_000 + b"1]",
        b"\xef\xbb\xbf{}",
        b"x" * 1_100_000,
    ),
    *(b"{" + b",".join(b'"%d":1' % number for number in range(50_000)) + b',"0":2}', b"1" * 5000, b"-" * 5000),
    *(b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", b"--x\r\n\r\n--x--"),
)


def predict_requests(model: str, good: Instance, seed: int) -> Iterator[Sent]:
    """Without end: requests to predict, each wrong in one way or two, some of them right."""
    rng = random.Random(seed)
    route, path = f"POST /models/{model}/predict", f"/models/{model}/predict"
    while True:
        name = rng.choice(tuple(_DAMAGES))
        body = _DAMAGES[name](rng, good)
        headers = {"content-type": "application/json"}
        if rng.random() < 0.05:
            headers = {"content-type": rng.choice(("", "text/plain", "application/octet-stream", "x" * 3000))}
        if rng.random() < 0.1:
            headers["idempotency-key"] = rng.choice(("a", "a" * 5000, "'; drop", "%0a", "{}", "\x7f"))
        yield Sent(name, route, path, body, headers=headers)


def api_requests(routes: Sequence[str], model: str, dataset: str, seed: int) -> Iterator[Sent]:
    """Without end: requests to the routes of the API, with hostile segments, queries and bodies."""
    rng = random.Random(seed)
    while True:
        route = rng.choice(routes)
        method, _, path = route.partition(" ")
        for parameter, right in (("{model}", model), ("{dataset}", dataset)):
            path = path.replace(parameter, right if rng.random() < 0.5 else rng.choice(SEGMENTS))
        while "{" in path:
            before, _, rest = path.partition("{")
            path = before + rng.choice((*SEGMENTS, "1", "a" * 32)) + rest.partition("}")[2]
        body = _api_body(rng) if method in ("POST", "PUT", "PATCH", "DELETE") else b""
        headers = {"content-type": "application/json"} if body and rng.random() < 0.9 else {}
        yield Sent("api", route, path, body, _query(rng, model, dataset), headers)


def _query(rng: random.Random, model: str, dataset: str) -> str:
    names = ("model", "dataset", "limit", "after", "cursor", "next", "page", "status", rng.choice(NAMES))
    right = {"model": model, "dataset": dataset}
    pairs = []
    for name in rng.sample(names, rng.randrange(4)):
        value = (
            right.get(name, "") if rng.random() < 0.5 else rng.choice((*SEGMENTS, "-1", "0", "99999999999999999999"))
        )
        pairs.append(f"{quote(name.encode('utf-8', 'replace'))}={value}")
    return "&".join(pairs)


def _api_body(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return rng.choice(BODIES)
    fields = {"action": '"start"', "version": "1"}
    for _ in range(rng.randrange(3)):
        fields[rng.choice((*fields, "model", "reason", "cause", "scopes", rng.choice(NAMES)))] = rng.choice(VALUES)
    return _damaged_bytes(rng, _object(fields).encode("utf-8", "surrogatepass"), 0.2)


def _fields(good: Instance) -> Fields:
    return {name: json.dumps(value) for name, value in good.items()}


def _object(fields: Mapping[str, str], twice: str = "") -> str:
    pairs = [f"{_name(name)}: {value}" for name, value in fields.items()]
    return "{" + ", ".join([*pairs, *([f"{_name(twice)}: 1"] if twice else [])]) + "}"


def _name(name: str) -> str:
    return json.dumps(name)


def _body(*instances: str) -> bytes:
    return ('{"instances": [' + ", ".join(instances) + "]}").encode("utf-8", "surrogatepass")


def _damaged_bytes(rng: random.Random, body: bytes, chance: float = 1.0) -> bytes:
    if rng.random() >= chance:
        return body
    damaged = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(damaged) + 1)
        match rng.randrange(4):
            case 0:
                damaged[place:place] = bytes([rng.randrange(256)])
            case 1:
                del damaged[place : place + rng.choice((1, 5, 1000))]
            case 2:
                damaged[place : place + 1] = rng.choice((b"\x00", b"\xff", b"{", b"}", b'"', b",", b"\n", b"\\"))
            case _:
                damaged += damaged[place : place + 50]
    return bytes(damaged)


def _value(rng: random.Random, good: Instance) -> bytes:
    fields = _fields(good)
    for _ in range(rng.choice((1, 1, 2))):
        fields[rng.choice(tuple(fields))] = rng.choice(VALUES)
    return _body(*[_object(_fields(good))] * rng.randrange(3), _object(fields))


def _missing(rng: random.Random, good: Instance) -> bytes:
    fields = _fields(good)
    for name in rng.sample(tuple(fields), rng.randint(1, len(fields))):
        del fields[name]
    return _body(_object(fields))


def _unknown(rng: random.Random, good: Instance) -> bytes:
    return _body(_object({**_fields(good), rng.choice(NAMES): rng.choice(VALUES)}))


def _twice(rng: random.Random, good: Instance) -> bytes:
    return _body(_object(_fields(good), twice=rng.choice(tuple(good))))


def _rows(rng: random.Random, good: Instance) -> bytes:
    count = rng.choices((2, 20, 1001), (80, 18, 2))[0]
    rows = [_object(_fields(good)) for _ in range(count)]
    rows[rng.randrange(count)] = rng.choice(VALUES)
    return _body(*rows)


def _encoded(rng: random.Random, good: Instance) -> bytes:
    text = json.dumps({"instances": [{**good, rng.choice(tuple(good)): "é😀"}]}, ensure_ascii=False)
    return text.encode(rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1")), "replace")


_DAMAGES: Mapping[str, Callable[[random.Random, Instance], bytes]] = {
    "value": _value,
    "missing": _missing,
    "unknown": _unknown,
    "twice": _twice,
    "rows": _rows,
    "encoding": _encoded,
    "bytes": lambda rng, good: _damaged_bytes(rng, _body(_object(_fields(good)))),
    "body": lambda rng, _: rng.choice(BODIES),
    "right": lambda _, good: _body(_object(_fields(good))),
}
