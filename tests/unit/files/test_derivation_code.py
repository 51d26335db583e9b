from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.charter import Charter, DatasetUse, Derivation
from serin.files.derivation_code import with_code
from tests.builders import a_charter
from tests.real_flights import flight_delay

FILES = {
    "features.py": "from model_code import clocks\ndef shifted(shops, zones): return shops\n",
    "clocks.py": "def lazily():\n    import model_code.zones\n",
    "zones.py": "ZONES = {}\n",
    "pipeline.py": "PIPELINE = 1\n",
}


def code(folder: Path, edits: dict[str, str] | None = None) -> str:
    for name, text in {**FILES, **(edits or {})}.items():
        (folder / name).write_text(text)
    uses = (DatasetUse("shops", "s.yaml", Derivation("features:shifted")), DatasetUse("zones", "z.yaml"))
    plain: Charter = a_charter(datasets=uses)
    shops, zones = with_code(plain, folder).datasets
    assert (shops.derive is not None, zones.derive) == (True, None)
    return shops.derive.code if shops.derive else ""


@pytest.mark.parametrize("name", ["features.py", "clocks.py", "zones.py"])
def test_a_change_of_the_module_or_of_what_it_imports_is_another_code(name: str, tmp_path: Path) -> None:
    assert code(tmp_path) != code(tmp_path, {name: FILES[name] + "# changed\n"})


def test_a_change_of_another_module_is_not(tmp_path: Path) -> None:
    assert code(tmp_path) == code(tmp_path, {"pipeline.py": "PIPELINE = 2\n"})


def test_the_code_of_the_example_is_known_once_its_folder_is_read() -> None:
    derive = flight_delay().charter.dataset("flights").derive
    assert derive is not None
    assert len(derive.code) == 32
