"""Who calls a service names each port it hands over: two of one type are never mixed up."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.house import modules
from tests.architecture.imports import Source


def ports() -> set[str]:
    """The names of the Protocols a service may ask for."""
    return {
        node.name
        for name, source in modules().items()
        if f"{name}.".startswith("serin.ports.")
        for node in source.tree.body
        if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
    }


def positional_ports(source: Source, known: set[str]) -> Iterator[str]:
    """Public functions, methods and records that take a port by its place; only a first argument may be one."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and _takes(node.args.args[1:], known) and not node.name.startswith("_"):
            yield node.name
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            yield from (f"{node.name}.{one.name}" for one in methods if _takes(one.args.args, known))
            fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
            named = [ast.unparse(one.annotation) == "KW_ONLY" for one in fields]
            before = fields[: named.index(True)] if True in named else fields
            if any(_is_port(one.annotation, known) for one in before):
                yield node.name


def _takes(arguments: list[ast.arg], known: set[str]) -> bool:
    return any(_is_port(one.annotation, known) for one in arguments)


def _is_port(annotation: ast.expr | None, known: set[str]) -> bool:
    return annotation is not None and bool(
        {one.id for one in ast.walk(annotation) if isinstance(one, ast.Name)} & known
    )


def test_services_take_their_ports_by_keyword() -> None:
    services = {name: source for name, source in modules().items() if name.startswith("serin.services.")}
    known = ports()
    assert len(services) > 20, "the test looked at nothing"
    assert len(known) > 5, "the test looked at nothing"
    assert {name: list(positional_ports(source, known)) for name, source in services.items()} == {
        name: [] for name in services
    }


def test_a_port_that_is_taken_by_its_place_is_found() -> None:
    text = """
def accept(raw, catalog: Catalog | None): ...
def fine(raw, *, catalog: Catalog): ...
class Builder:
    name: str
    lake: ObjectStore
class Fine:
    name: str
    _: KW_ONLY
    lake: ObjectStore
class Steps:
    def __init__(self, model: str, catalog: Catalog) -> None: ...
"""
    found = list(positional_ports(Source("serin.services.wrong", text), {"Catalog", "ObjectStore"}))
    assert found == ["accept", "Builder", "Steps.__init__"]
