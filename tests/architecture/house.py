"""The rooms of the house and the arrows between them: which file belongs where, and what each room may import."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.imports import Import, Source, imports, mentions, sources

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "layers" / "core" / "python" / "serin"
FUNCTIONS = ROOT / "functions"
INFRA = ROOT / "infra"


@dataclass(frozen=True)
class Room:
    """What the modules whose names begin with the room's may import besides the standard library.

    `lazily` lists what may be imported inside functions only.
    """

    may: tuple[str, ...]
    lazily: tuple[str, ...] = ()


FUNCTION = ("serin.bootstrap", "serin.services", "serin.http", "serin.domain", "serin.logs")
CDK = ("aws_cdk", "constructs")

# A module belongs to the longest name it begins with.
ROOMS: Mapping[str, Room] = {
    "serin": Room(()),
    "serin.domain": Room(("serin.domain",)),
    "serin.ports": Room(("serin.domain", "serin.ports")),
    # Beside the ports, for what a function says of its work is no service's matter; small, for predict loads it.
    "serin.logs": Room(("serin.domain", "serin.ports")),
    "serin.files": Room(
        # `data.contract` to prove that what is accepted runs: a rule is tried by the engine that will run it.
        ("serin.files", "serin.domain", "serin.data.contract", "pydantic", "yaml", "open_data_contract_standard"),
        lazily=("sqlglot",),
    ),
    # What whoever trains and whoever watches measure alike, without the packages of either.
    "serin.measures": Room(("serin.measures", "serin.domain", "numpy")),
    "serin.data": Room(("serin.data", "serin.measures", "serin.domain", "polars", "numpy")),
    "serin.learning": Room(
        (
            *("serin.learning", "serin.measures", "serin.serving", "serin.domain"),
            *("sklearn", "pandas", "numpy", "joblib", "threadpoolctl"),
        )
    ),
    # Nothing but the library at import: the bootstrap version and a wrong request never pay for the model's packages.
    # SHA-256 by Python itself, whose module was renamed in 3.12.
    "serin.serving": Room(
        ("serin.serving", "serin.domain"), lazily=("pandas", "numpy", "joblib", "threadpoolctl", "_sha2", "_sha256")
    ),
    "serin.services": Room(
        (
            *("serin.services", "serin.domain", "serin.ports"),
            *("serin.files", "serin.data", "serin.learning", "serin.measures", "serin.serving", "polars"),
        )
    ),
    "serin.adapters": Room(("serin.adapters", "serin.domain", "serin.ports", "boto3", "botocore", "mypy_boto3_*")),
    "serin.http": Room(
        (
            "serin.http",
            "serin.services",
            "serin.domain",
            "serin.ports",
            "serin.logs",
            "fastapi",
            "starlette",
            "pydantic",
        ),
    ),
    # Loaded by whoever asks for a page: most calls ask for none.
    "serin.http.console": Room(
        ("serin.http", "serin.services", "serin.domain", "serin.ports", "serin.logs", "serin.pages", "starlette")
    ),
    # What people look at, as HTML: files of the command line, and the console.
    "serin.pages": Room(("serin.pages", "serin.domain", "jinja2", "markupsafe")),
    "serin.bootstrap": Room(("serin.domain", "serin.ports"), lazily=("serin.adapters", "boto3")),
    "functions": Room(FUNCTION),
    "functions.api": Room((*FUNCTION, "mangum")),
    "functions.predict": Room((*FUNCTION, "serin.serving")),
    "infra": Room(("infra", "!infra.local", "serin.domain", "serin.files", *CDK, "botocore", "uv")),
    "infra.local": Room(
        (
            "infra.local",
            "serin.domain",
            "serin.files.replaced",
            "moto",
            "boto3",
            "botocore",
            "werkzeug",
            "uvicorn",
            "yaml",
            "uv",
        )
    ),
}


def modules() -> dict[str, Source]:
    """Every module that lives in a room, by name."""
    found = sources(LIBRARY, "serin") | sources(FUNCTIONS, "functions") | sources(INFRA, "infra")
    return {source.module: source for source in found.values()}


def room_of(module: str) -> str:
    """The longest room name the module begins with."""
    return max((room for room in ROOMS if begins(module, room)), key=len)


def begins(name: str, start: str) -> bool:
    """Whether a dotted name is `start` or inside it; `x_*` stands for every package of that beginning."""
    return name.startswith(start[:-1]) if start.endswith("*") else name == start or name.startswith(f"{start}.")


def wrong_arrows(source: Source) -> Iterator[str]:
    """Each import the module's room does not allow.

    An import for types counts like any other: who names a type of a room cannot be read, moved or tested without it.
    """
    room = ROOMS[room_of(source.module)]
    for found in imports(source):
        if not _allowed(found, room):
            yield f"{source.module}:{found.line} imports {found.name}"


def environment_reads(source: Source) -> Iterator[str]:
    """Each mention of the process's environment."""
    forbidden = ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv")
    for found in mentions(source):
        if any(begins(found.name, name) for name in forbidden):
            yield f"{source.module}:{found.line} reads {found.name}"


def closure(start: Source, known: Mapping[str, Source], *, at_start: bool = False) -> set[str]:
    """Everything a run of `start` can load: modules of `known` and the top names of all else but the standard library.

    Imports inside functions count, they happen sooner or later, unless it is asked what is loaded `at_start`; those
    for types do not, they never happen.
    """
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        for found in imports(waiting.pop()):
            for name in () if found.for_types or (at_start and found.lazy) else _loaded(found, known):
                if name not in reached:
                    reached.add(name)
                    waiting += [known[name]] if name in known else []
    return reached


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One circle of the graph, its first name repeated at the end; empty when there is none."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        found = next((circle for other in graph.get(name, ()) if (circle := visit(other, [*path, name]))), [])
        done.add(name)
        return found

    return next((circle for name in graph if (circle := visit(name, []))), [])


def graph(known: Mapping[str, Source]) -> dict[str, list[str]]:
    """Module → modules of `known` it imports at whatever moment. A package's `__init__` is left out: it is empty."""
    return {
        name: sorted({module for found in imports(source) if (module := nearest(found.name, known)) and module != name})
        for name, source in known.items()
    }


def nearest(name: str, known: Mapping[str, Source]) -> str:
    """The longest known module a dotted name begins with, or nothing."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def _allowed(found: Import, room: Room) -> bool:
    if found.top in sys.stdlib_module_names:
        return True
    never = [name[1:] for name in room.may if name.startswith("!")]
    allowed = (*room.may, *room.lazily) if found.lazy or found.for_types else room.may
    return any(begins(found.name, name) for name in allowed) and not any(begins(found.name, name) for name in never)


def _loaded(found: Import, known: Mapping[str, Source]) -> list[str]:
    module = nearest(found.name, known)
    if module:
        parts = module.split(".")  # importing a module imports its packages
        return [name for size in range(1, len(parts) + 1) if (name := ".".join(parts[:size])) in known]
    return [] if found.top in sys.stdlib_module_names else [found.top]
