"""What a model's code offers, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serin.domain.errors import Invalid
from serin.files.faults import Fault, invalid, shown_file
from serin.files.yaml_files import read_text


@dataclass(frozen=True)
class Function:
    """A function at the top of a module. `plain` is false when it takes more than named arguments without defaults."""

    name: str
    line: int
    arguments: tuple[str, ...]
    plain: bool


@dataclass(frozen=True)
class Outline:
    """A module's functions, and every word it quotes or passes by keyword: among these are the columns it adds."""

    file: str
    functions: Mapping[str, Function]
    words: frozenset[str]


def read_outline(path: Path) -> Outline:
    """The outline of a Python file; raises Invalid when it is absent or is not Python."""
    text, file = read_text(path), shown_file(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _not_python(file, error) from error
    functions = {node.name: _function(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    return Outline(file, functions, frozenset(_words(tree)))


def _not_python(file: str, error: Exception) -> Invalid:
    line = getattr(error, "lineno", None) or 1
    problem = getattr(error, "msg", None) or "unreadable"
    return invalid([Fault(file, line, "", f"not Python: {problem}", "Correct the syntax there.")])


def _function(node: ast.FunctionDef) -> Function:
    spec = node.args
    plain = not (spec.vararg or spec.kwarg or spec.kwonlyargs or spec.posonlyargs or spec.defaults)
    return Function(node.name, node.lineno, tuple(argument.arg for argument in spec.args), plain)


def _words(tree: ast.Module) -> set[str]:
    quoted = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return quoted | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
