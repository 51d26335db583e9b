"""What this repository itself would deploy: its example, its library, its handlers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.app import ROOT
from infra.constructs.sizes import UNZIPPED_LIMIT
from infra.packaging.built import BuiltPackages
from infra.packaging.cache import Asset
from infra.settings import Settings, target_for
from tests.infra.templates import Assembly
from tests.real_flights import flight_delay

SCIENCE = 200 * 1024 * 1024
KERNEL = 30_000


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> BuiltPackages:
    """The repository's own sources, built apart from its own cache."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("functions", "layers"):
        (root / name).symlink_to(ROOT / name)
    built = BuiltPackages(root, target_for(Settings(), "local"), [flight_delay()])
    # Other people's packages are not looked at here, and take minutes to fetch; only their size is asked. So it is with
    # the kernel, whose compiler is one of them.
    built._layers["science"] = Asset(root, "science", SCIENCE)
    built._layers["kernel"] = Asset(root, "kernel", KERNEL)
    return built


def test_every_function_of_the_templates_has_a_handler_and_every_handler_a_function(aws: Assembly) -> None:
    handlers = {path.parent.name.replace("_", "-") for path in (ROOT / "functions").glob("*/handler.py")}
    assert handlers
    per_model = {
        "build-features",
        "profile-dataset",
        "build-training-set",
        "join-truth",
        "train-model",
        "predict",
        "score-batch",
    }
    made = {next((name for name in per_model if item.startswith(f"{name}-")), item) for item in aws.functions()}
    # These charters hash no column, so there is nobody to erase: `test_design` has a stage with one that does.
    assert made == handlers - {"erase-person"}


@pytest.mark.slow
def test_the_charters_layer_carries_what_functions_read(packages: BuiltPackages) -> None:
    folder = packages.layer("charters").folder / "python" / "serin_charters"
    model = flight_delay()
    own = folder / model.charter.model
    assert (own / "charter.json").is_file()
    assert (own / "golden.json").is_file()
    assert {path.stem for path in (own / "contracts").iterdir()} == set(model.contracts)


@pytest.mark.slow
def test_the_charters_layer_tells_a_training_how_large_its_model_may_be(packages: BuiltPackages) -> None:
    told = packages.layer("charters").folder / "python" / "serin_charters" / "room.json"
    taken = SCIENCE + KERNEL + packages.function("predict").size + packages.layer("core").size
    room = json.loads(told.read_text())
    assert 0 < room <= UNZIPPED_LIMIT - taken < room + 1024**2
    assert room % 1024**2 == 0, "a line more in predict would change the layer of every function"


def test_the_code_layer_carries_the_models_own_modules(packages: BuiltPackages) -> None:
    model = flight_delay()
    folder = packages.layer(f"code-{model.charter.model}").folder / "python" / "model_code"
    own = {path.name for path in model.folder.glob("*.py")}
    assert own
    assert {path.name for path in folder.glob("*.py")} == own | {"__init__.py"}


@pytest.mark.slow
def test_the_core_layer_carries_the_library_compiled(packages: BuiltPackages) -> None:
    folder: Path = packages.layer("core").folder / "python" / "serin"
    assert (folder / "bootstrap.py").is_file()
    assert list(folder.rglob("bootstrap.*.pyc"))
