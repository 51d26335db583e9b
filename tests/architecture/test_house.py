"""The house's order: names that say something, small files, one handler a function, no circles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import FUNCTIONS, INFRA, LIBRARY, ROOT, cycle, graph, modules
from tests.architecture.imports import Source

EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}
LONGEST = 400
INFRA_MODULES = {name: source for name, source in modules().items() if name.startswith("infra")}
MODELS = [ROOT / "models" / name for name in ("flight-delay", "_examples")]
OURS = [LIBRARY, INFRA, FUNCTIONS, ROOT / "scripts", *MODELS, ROOT / "tests"]


def files(*folders: Path) -> list[Path]:
    """The Python files below these folders."""
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    assert found, f"no Python file below {folders}: the test looked at nothing"
    return found


def test_no_name_is_empty_of_meaning() -> None:
    assert [path for path in files(*OURS) if words(path.relative_to(ROOT)) & EMPTY_NAMES] == []


def test_an_empty_name_is_found() -> None:
    assert words(Path("infra/date_utils.py")) & EMPTY_NAMES
    assert words(Path("infra/common/dates.py")) & EMPTY_NAMES
    assert not words(Path("infra/dates.py")) & EMPTY_NAMES


def test_every_function_is_one_handler_and_nothing_beside_it() -> None:
    folders = [path for path in FUNCTIONS.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert len(folders) > 5, "the test looked at nothing"
    for folder in folders:
        there = [path.name for path in folder.iterdir() if path.name != "__pycache__"]
        assert there == ["handler.py"], folder.name


def test_no_file_is_too_long_to_read_at_one_sitting() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in files(*OURS[:-1])}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


WHATEVER_IS_THERE = re.compile(r'(?:ROOT|parents\[\d\]) / "models"(?! / )')
"""The folder of models as a whole; `/ "flight-delay"` after it names one."""


def test_no_test_looks_at_models_that_a_newcomer_has_added() -> None:
    tests = files(ROOT / "tests")
    whole = [path for path in tests if WHATEVER_IS_THERE.search(path.read_text("utf-8"))]
    assert whole == [ROOT / "tests" / "real_flights.py"], "name the example, by tests/real_flights.py"


def test_a_look_at_all_models_is_found() -> None:
    assert WHATEVER_IS_THERE.search('read_models(ROOT / "models' + '")')
    assert not WHATEVER_IS_THERE.search('read_model(ROOT / "models' + '" / "flight-delay")')


def test_services_re_export_nothing() -> None:
    body = modules()["serin.services"].tree.body
    assert len(body) == 1, "a docstring and nothing else: whoever imports one service must not load the others"


def test_the_library_has_no_import_cycle() -> None:
    library = {name: source for name, source in modules().items() if name.startswith("serin")}
    arrows = graph(library)
    assert sum(map(len, arrows.values())) > 100, "the test looked at nothing"
    assert cycle(arrows) == []


def test_infra_has_no_import_cycle() -> None:
    arrows = graph(INFRA_MODULES)
    assert sum(map(len, arrows.values())) > 300, "the test looked at nothing"
    assert cycle(arrows) == []


@pytest.mark.parametrize(
    "text",
    [
        "from infra.local.parts import assemble",
        "def later():\n    from infra.local.parts import assemble",
        "if TYPE_CHECKING:\n    from infra.local.parts import assemble",
    ],
)
def test_a_circle_in_infra_is_found_even_when_one_arrow_is_for_types(text: str) -> None:
    wiring = INFRA_MODULES["infra.local.wiring"]
    planted = Source(wiring.module, f"{wiring.text}\n{text}\n")
    circle = cycle(graph(INFRA_MODULES | {planted.module: planted}))
    assert {"infra.local.wiring", "infra.local.parts"} <= set(circle)


def test_a_cycle_is_found_even_when_one_arrow_is_lazy() -> None:
    texts = {"a": "import b", "b": "from c import thing", "c": "def f():\n    import a", "d": "import a"}
    assert cycle(graph({name: Source(name, text) for name, text in texts.items()})) == ["a", "b", "c", "a"]
    assert cycle({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def words(path: Path) -> set[str]:
    """The words of a path's folders and file name."""
    return {word for part in path.with_suffix("").parts for word in part.split("_")}
