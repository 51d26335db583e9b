"""Somebody else's state folder: opening it runs nothing, whatever its pickle is made of."""

from __future__ import annotations

import copyreg
import functools
import operator
import os
import pickle
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from moto.sqs.models import Queue

import infra.local.state.keeping  # noqa: F401 - what a running cloud has loaded when it opens a state
from infra.local.cloudformation.records import Records
from infra.local.session import Session
from infra.local.state.bodies import Bodies
from infra.local.state.frozen import read
from serin.domain.errors import Corrupt

PROTO, STOP = b"\x80\x05", b"."
EXTENSION = 0x7E


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def named(module: str, name: str) -> bytes:
    """STACK_GLOBAL."""
    return text(module) + text(name) + b"\x93"


def called(module: str, name: str, *arguments: bytes) -> bytes:
    """REDUCE."""
    return named(module, name) + b"(" + b"".join(arguments) + b"tR"


def made(module: str, name: str, state: bytes) -> bytes:
    """NEWOBJ and BUILD."""
    return named(module, name) + b")\x81" + state + b"b"


def pickled(*parts: bytes) -> bytes:
    return PROTO + b"".join(parts) + STOP


class Reduced:
    """Is written as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._reduced = function, arguments

    def __reduce__(self) -> Any:
        return self._reduced


ATTRIBUTE = b"}" + text("a") + b"K\x01s"
TUPLES = b")" + b"\x85" * 200_000
THROUGH_US = {
    "subprocess through session": ("infra.local.session", "subprocess.Popen"),
    "os through session": ("infra.local.session", "os.system"),
    "shutil through worker": ("infra.local.services.awslambda.functions.worker", "shutil.rmtree"),
    "a class of another module": ("infra.local.state.pickling", "FakeKey"),
    "a function of ours": ("infra.local.session", "sweep"),
    "a method of ours": ("infra.local.session", "Session.close"),
    "a method's globals": ("infra.local.session", "Session.close.__globals__"),
    "a class that does things": ("infra.local.session", "Session"),
    "the unpickler": ("infra.local.state.pickling", "Thawer"),
    "a class of moto by another module": ("moto.s3.responses", "FakeKey"),
    "moto's subprocess": ("moto.awslambda.models", "subprocess.Popen"),
    "moto's requests": ("moto.core.responses", "requests"),
    "a class that ends badly": ("moto.ec2.models.instances", "Instance"),
    "an exception": ("moto.s3.exceptions", "MissingBucket"),
    "a module nobody has": ("moto.nowhere", "A"),
    "a module that is not loaded": ("infra.local.nowhere", "A"),
    "what only looks like ours": ("motocross", "A"),
    "dots": ("moto..s3", "A"),
    "builtins": ("builtins", "eval"),
    "getattr": ("builtins", "getattr"),
    "object": ("builtins", "object"),
    "copyreg": ("copyreg", "_reconstructor"),
    "importlib": ("importlib", "import_module"),
    "types": ("types", "FunctionType"),
}
ATTACKS: dict[str, bytes] = {
    **{name: pickled(named(*place)) for name, place in THROUGH_US.items()},
    **{f"a call of {name}": pickled(called(*place, text("touch gone"))) for name, place in THROUGH_US.items()},
    **{
        f"protocol {protocol}": pickle.dumps(Reduced(os.system, "touch gone"), protocol)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "functools": pickle.dumps(functools.partial(os.system, "touch gone")),
    "operator": pickle.dumps(Reduced(operator.methodcaller, "unlink")),
    "attrgetter": pickle.dumps(operator.attrgetter("a.b")),
    "the constructor of a class of moto": pickled(called("moto.sqs.models", "Queue", text("a"))),
    "a constructor by keywords": PROTO + named("moto.sqs.models", "Queue") + b")}\x92" + STOP,
    "an object's constructor, old": b"(i" + b"moto.sqs.models\nQueue\n.",
    "a global, old": b"cmoto.sqs.models\nQueue\n.",
    "the constructor called on the stack": b"(cos\nsystem\nS'touch gone'\no.",
    "attributes for a class": pickled(named("moto.sqs.models", "Queue"), ATTRIBUTE, b"b"),
    "methods for a class": pickled(named("moto.sqs.models", "Queue"), b"N", ATTRIBUTE, b"\x86b"),
    "slots": pickled(named("moto.sqs.models", "Queue"), b")\x81N", ATTRIBUTE, b"\x86b"),
    "a reader of its own state": pickled(made("moto.s3.models", "FakeKey", ATTRIBUTE)),
    "items for a class": pickled(named("moto.sqs.models", "Queue"), text("a"), b"a"),
    "an extension": PROTO + bytes([0x82, EXTENSION]) + STOP,
    "an extension of two bytes": PROTO + b"\x83" + struct.pack("<H", EXTENSION) + STOP,
    "a backend of another module": pickled(text("antigravity"), text("A"), b"\x86Q"),
    "a backend that is no name": pickled(b"K\x01Q"),
    "a persistent name, old": b"Pantigravity\n.",
    "a function that is not anonymous": pickled(
        called("infra.local.state.pickling", "function_in", text("infra.local.session"), text("sweep"), b"K\x01")
    ),
    "a function of another module": pickled(
        called("infra.local.state.pickling", "function_in", text("os"), text("<lambda>"), b"K\x01")
    ),
    "a body that is none": pickled(
        named("infra.local.state.pickling", "set_object"),
        *(b"(", named("moto.s3.models", "FakeKey"), b")\x81", b"}" + text("_value_buffer")),
        made("infra.local.cloudformation.records", "Records", ATTRIBUTE) + b"s",
        b"tR",
    ),
    "a factory for what has none": pickled(
        called("infra.local.state.pickling", "set_default_dict", b"}", named("builtins", "dict") + b"}\x86")
    ),
    "an endless list": pickled(called("builtins", "list", called("builtins", "range", b"J\xff\xff\xff\x7f"))),
    "an endless array": pickled(called("builtins", "bytearray", b"\x8a\x08" + struct.pack("<q", 1 << 40))),
    "tuples without end": pickled(TUPLES),
    "a key of tuples without end": pickled(b"}" + TUPLES + b"Ns"),
    "a memo without end": PROTO + b"Nr\xff\xff\xff\x7f" + STOP,
    "a memory nobody made": pickled(b"h\x05"),
    "a long text that is not there": PROTO + b"X\xff\xff\xff\x7fabc" + STOP,
    "a frame without end": PROTO + b"\x95" + struct.pack("<Q", 1 << 62) + b"N" + STOP,
    "a mark that is none": pickled(b"t"),
    "marks that cross": pickled(b"N(", b"0", b"t"),
    "nothing on the stack": pickled(b"0"),
    "too much on the stack": pickled(b"NN"),
    "a name that is no text": pickled(b"K\x01K\x02\x93"),
    "no end": PROTO + b"N",
    "nothing": b"",
    "no pickle": b"\xff" * 100,
    "something else": pickle.dumps({"a": 1}),
    "another object of ours": pickle.dumps(Records()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_state_is_refused_and_nothing_of_it_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran: list[object] = []

    class Watched:
        """Stands for a class that does things; what is raised while a state is read would only be one more refusal."""

        def __init__(self, *given: Any, **_: Any) -> None:
            ran.append(given)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    for kind in (Session, Queue):
        monkeypatch.setattr(kind, "__init__", lambda self, *given, **_: ran.append((self, given)))
    with pytest.raises(Corrupt) as caught:
        read(ATTACKS[name], Bodies(tmp_path / "objects"))
    assert caught.value.remedy
    assert ran == []
    assert [path.name for path in tmp_path.iterdir()] == ["objects"]


def test_a_refused_name_comes_before_anything_is_built(tmp_path: Path) -> None:
    built: list[str] = []
    first = made("moto.sqs.models", "Queue", ATTRIBUTE)
    original = Queue.__new__

    def counted(kind: Any, *_: Any) -> Any:
        built.append(kind.__name__)
        return original(kind)

    payload = pickled(b"(", first, named("os", "system"), b"t")
    Queue.__new__ = counted  # type: ignore[assignment]
    try:
        with pytest.raises(Corrupt, match=r"os\.system"):
            read(payload, Bodies(tmp_path / "objects"))
    finally:
        del Queue.__new__  # type: ignore[misc]
    assert built == []


def test_an_extension_that_is_registered_is_refused_too(tmp_path: Path) -> None:
    copyreg.add_extension("os", "system", EXTENSION)
    try:
        with pytest.raises(Corrupt, match="EXT1"):
            read(PROTO + bytes([0x82, EXTENSION]) + text("touch gone") + b"\x85R" + STOP, Bodies(tmp_path / "objects"))
    finally:
        copyreg.remove_extension("os", "system", EXTENSION)


def test_a_name_of_the_place_of_its_definition_is_taken(tmp_path: Path) -> None:
    payload = pickled(made("moto.sqs.models", "Queue", ATTRIBUTE))
    with pytest.raises(Corrupt, match="The state holds a Queue"):
        read(payload, Bodies(tmp_path / "objects"))


def test_these_attacks_are_many() -> None:
    assert len(ATTACKS) > 80
