"""What the code of a derivation is: its digest makes another definition of every view that is built on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from serin.domain.charter import Charter, DatasetUse
from serin.domain.names import digest

PACKAGE = "model_code"


def with_code(charter: Charter, folder: Path) -> Charter:
    """The charter with the digest of each derivation's code, which lies in `folder` and can be parsed."""
    return replace(charter, datasets=tuple(_with_code(use, folder) for use in charter.datasets))


def _with_code(use: DatasetUse, folder: Path) -> DatasetUse:
    if use.derive is None:
        return use
    files = _reached(use.derive.call.partition(":")[0], folder)
    contents = [part for name in sorted(files) for part in (name, files[name])]
    return replace(use, derive=replace(use.derive, code=digest(*contents)[:32]))


def _reached(module: str, folder: Path) -> dict[str, bytes]:
    """Name → content of a module of the folder and of all it imports there, in whatever place of it."""
    modules: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = folder / f"{name}.py"
        if name not in modules and path.is_file():
            modules[name] = path.read_bytes()
            waiting += _imported(ast.parse(modules[name]))
    return modules


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names that may be modules of the folder, by whatever way the model's package is named."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix(f"{PACKAGE}.") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").removeprefix(f"{PACKAGE}.")
            yield from (alias.name for alias in node.names)
