"""What Python sources import and what they do while being imported, read from the text without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

_MUTE = {
    ast.Constant,
    *(
        kind
        for base in (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
        for kind in base.__subclasses__()
    ),
}


@dataclass(frozen=True)
class Import:
    """One imported name, in full: `from serin.domain import errors` is `serin.domain.errors`.

    `lazy`: only when a function is called. `for_types`: under `if TYPE_CHECKING`, so never when the program runs.
    """

    name: str
    line: int
    lazy: bool = False
    for_types: bool = False

    @property
    def top(self) -> str:
        """The package it comes from."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Mention:
    """A dotted name as the program understands it: `o.environ` after `import os as o` is `os.environ`.

    `at_import`: it is evaluated when the module is imported.
    """

    name: str
    line: int
    at_import: bool
    called: bool


@dataclass(frozen=True)
class Source:
    """One module: its dotted name, its text, and whether it is a package's `__init__`."""

    module: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[tuple[ast.AST, bool, bool]]:
        """Every node, whether only a call reaches it, and whether only a type checker does."""
        return list(_walk(self.tree))

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, wherever it stands."""
        return [found for node, lazy, for_types in self.nodes for found in _imported(node, self, lazy, for_types)]

    @cached_property
    def mentions(self) -> list[Mention]:
        """Every dotted name it reads, resolved through its own imports."""
        names = _local_names(self)
        called = {id(node.func) for node, _, _ in self.nodes if isinstance(node, ast.Call)}
        return [
            Mention(_resolved(name, names), node.lineno, not lazy, id(node) in called)
            for node, lazy, for_types in self.nodes
            if not for_types and isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node))
        ]


@cache
def sources(root: Path, package: str = "") -> Mapping[Path, Source]:
    """Every Python file below `root` as a module of `package`; without a package each name is the path below `root`."""
    return {path: _source(path, root, package) for path in sorted(root.rglob("*.py"))}


def imports(source: Source) -> list[Import]:
    """Every import of a module, wherever it stands."""
    return source.imports


def mentions(source: Source) -> list[Mention]:
    """Every dotted name a module reads, resolved through its own imports."""
    return source.mentions


def bare_calls(source: Source) -> list[int]:
    """Lines of calls made at import whose answer nobody keeps: they can only be there to act."""
    return [
        node.lineno
        for node, lazy, for_types in source.nodes
        if not lazy and not for_types and isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]


def _source(path: Path, root: Path, package: str) -> Source:
    parts = [*package.split("."), *path.relative_to(root).with_suffix("").parts]
    is_package = parts[-1] == "__init__"
    return Source(".".join(filter(None, parts[:-1] if is_package else parts)), path.read_text("utf-8"), is_package)


def _walk(root: ast.AST) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Every node in the text's order, whether only a call reaches it, and whether only a type checker does.

    But for what says nothing: numbers, operators, and how a name is used, which are half of all.
    """
    waiting = [(root, False, False)]
    while waiting:
        node, lazy, for_types = waiting.pop()
        yield node, lazy, for_types
        if isinstance(node, ast.Name):
            continue
        below = []
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        checked = isinstance(node, ast.If) and _dotted(node.test).endswith("TYPE_CHECKING")
        for field, value in ast.iter_fields(node):
            inside, types_only = function and field == "body", checked and field == "body"
            # With `from __future__ import annotations` nobody evaluates an annotation.
            unread = field in ("annotation", "returns")
            children = value if isinstance(value, list) else [value]
            marks = lazy or inside, for_types or types_only or unread
            below += [(child, *marks) for child in children if isinstance(child, ast.AST) and type(child) not in _MUTE]
        waiting += reversed(below)


def _imported(node: ast.AST, source: Source, lazy: bool, for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno, lazy, for_types) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _base(node, source)
        yield from (Import(f"{base}.{alias.name}", node.lineno, lazy, for_types) for alias in node.names)
    elif isinstance(node, ast.Call) and _dotted(node.func).rpartition(".")[2] in ("import_module", "__import__"):
        literal = [given.value for given in node.args[:1] if isinstance(given, ast.Constant)]
        yield from (Import(str(name), node.lineno, lazy, for_types) for name in literal)


def _base(node: ast.ImportFrom, source: Source) -> str:
    if not node.level:
        return node.module or ""
    drop = node.level - 1 if source.is_package else node.level
    parts = source.module.split(".")
    return ".".join([*parts[: len(parts) - drop], *filter(None, [node.module])])


def _local_names(source: Source) -> dict[str, str]:
    names: dict[str, str] = {}
    for node, _, _ in source.nodes:
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{_base(node, source)}.{alias.name}" for alias in node.names}
    return names


def _resolved(name: str, names: dict[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def _dotted(node: ast.AST) -> str:
    """`a.b.c` as text; `().c` for an attribute of anything that is no name, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value) or '()'}.{node.attr}"
    return ""
