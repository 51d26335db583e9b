"""The arrows of the house: who may import whom, who reads the environment, and that importing does nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from infra.assembly_cache import OUTSIDE
from serin_cli.command_line.index import typed
from tests.architecture.house import ROOMS, ROOT, begins, closure, environment_reads, modules, room_of, wrong_arrows
from tests.architecture.imports import Mention, Source, bare_calls, mentions, sources

MODULES = modules()
HANDLERS = sorted(name for name in MODULES if name.startswith("functions.") and name.endswith(".handler"))
RUN_ANYWHERE = {name: source for name, source in MODULES.items() if not name.startswith("infra")}
ACTS = ("boto3", "open", "io.open", "print", "os.environ", "os.getenv", "importlib.import_module", "joblib.load")
ACTING_METHODS = ("open", "read_text", "read_bytes", "write_text", "write_bytes", "now", "utcnow", "mkdir", "iterdir")


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "functions"])
def test_every_arrow_of_the_room_is_allowed(room: str) -> None:
    there = [source for name, source in MODULES.items() if room_of(name) == room]
    assert there, f"{room} holds no file: the room moved and this test looks at nothing"
    assert [arrow for source in there for arrow in wrong_arrows(source)] == []


def test_every_arrow_of_the_functions_is_allowed() -> None:
    assert len(HANDLERS) > 5, "the test looked at nothing"
    assert [arrow for name in HANDLERS for arrow in wrong_arrows(MODULES[name])] == []


def test_every_folder_of_the_library_is_a_room_of_its_own() -> None:
    rooms = Counter(room_of(name) for name in MODULES)
    assert rooms["serin"] == 1, "only serin/__init__.py belongs to no room"


def test_only_bootstrap_reads_the_environment() -> None:
    readers = {name for name, source in RUN_ANYWHERE.items() if list(environment_reads(source))}
    assert readers == {"serin.bootstrap"}


def test_importing_anything_does_nothing() -> None:
    assert len(RUN_ANYWHERE) > 50, "the test looked at nothing"
    assert [act for source in RUN_ANYWHERE.values() for act in acts_at_import(source)] == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_polars_and_scikit_learn_are_never_in_one_function(handler: str) -> None:
    loaded = closure(MODULES[handler], MODULES)
    assert "serin.bootstrap" in loaded, "the closure was not followed"
    assert not {"polars", "sklearn"} <= loaded


def test_the_closures_reach_what_the_functions_are_for() -> None:
    assert "polars" in closure(MODULES["functions.accept_upload.handler"], MODULES)
    assert "sklearn" in closure(MODULES["functions.train_model.handler"], MODULES)
    assert "fastapi" in closure(MODULES["functions.api.handler"], MODULES)


def test_predict_loads_no_web_framework_and_no_polars() -> None:
    loaded = closure(MODULES["functions.predict.handler"], MODULES)
    assert "serin.serving.model" in loaded, "the closure was not followed"
    assert not {"fastapi", "pydantic", "mangum", "polars", "sklearn"} & loaded


def test_the_api_answers_programs_without_what_pages_and_their_rows_need() -> None:
    loaded = closure(MODULES["functions.api.handler"], MODULES, at_start=True)
    assert "serin.http.console_door" in loaded, "the closure was not followed"
    assert not {"jinja2", "markupsafe", "polars", "serin.http.console.answering"} & loaded


def test_the_command_line_starts_without_any_command() -> None:
    """What a command needs is imported once it is typed, and the page of help asks for none."""
    commands = {source.module: source for source in sources(ROOT / "scripts" / "serin_cli", "serin_cli").values()}
    loaded = closure(commands["serin_cli.__main__"], {**MODULES, **commands}, at_start=True)
    loaded |= closure(commands["serin_cli.command_line.app"], {**MODULES, **commands}, at_start=True)
    assert {"serin_cli.command_line.wrong_calls", "cyclopts"} <= loaded, "the closure was not followed"
    assert not {"rich", "boto3", "botocore", "httpx", "polars", "pydantic", "yaml", "sklearn"} & loaded
    places = {f"serin_cli.{place.partition(':')[0]}" for _, place in typed()}
    assert places & loaded == set()


def test_no_command_begins_with_what_trains() -> None:
    """Which takes longer to import than most commands take."""
    commands = {source.module: source for source in sources(ROOT / "scripts" / "serin_cli", "serin_cli").values()}
    places = {f"serin_cli.{place.partition(':')[0]}" for _, place in typed()}
    loaded = {name: closure(commands[name], {**MODULES, **commands}, at_start=True) for name in places}
    assert "polars" in loaded["serin_cli.init"], "the closure was not followed"
    heavy = {"sklearn", "pandas", "scipy", "moto", "aws_cdk"}
    assert [name for name, modules in loaded.items() if heavy & modules] == []


def test_the_app_loads_nothing_of_the_local_cloud() -> None:
    """So a change there is no reason to make an assembly again (infra.assembly_cache)."""
    loaded = closure(MODULES["infra.app"], MODULES)
    assert {"infra.stacks.order", "infra.packaging.built"} <= loaded, "the closure was not followed"
    assert (ROOT / OUTSIDE).is_dir()
    assert [name for name in loaded if begins(name, OUTSIDE.replace("/", "."))] == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("serin.domain.wrong", "import polars"),
        ("serin.domain.wrong", "def load():\n    from serin.files import charters"),
        ("serin.domain.wrong", "if TYPE_CHECKING:\n    from serin.ports import Clock"),
        ("serin.data.wrong", "from serin import learning"),
        ("serin.files.wrong", "import boto3"),
        ("serin.serving.wrong", "import numpy as np"),
        ("serin.serving.wrong", "from serin.learning.fitting import refit"),
        ("serin.services.wrong", "import serin.adapters.s3"),
        ("serin.services.wrong", "from ..adapters import s3"),
        ("serin.services.wrong", "def send():\n    import boto3"),
        ("serin.services.wrong", "from importlib import import_module\nimport_module('serin.http.app')"),
        ("serin.adapters.wrong", "from serin.services.predict import Predictor"),
        ("serin.http.wrong", "from serin.adapters.catalog import DynamoCatalog"),
        ("serin.bootstrap", "from serin.adapters.clock import SystemClock"),
        ("functions.api.handler", "from serin.adapters.s3 import S3ObjectStore"),
        ("functions.train_model.handler", "from serin.serving.package import find_package"),
        ("infra.stacks.wrong", "from serin.services.predict import Predictor"),
        ("infra.stacks.wrong", "from infra.local.cloud import LocalCloud"),
        ("infra.local.wrong", "from serin.adapters.clock import SystemClock"),
    ],
)
def test_a_wrong_arrow_is_found_wherever_it_hides(module: str, text: str) -> None:
    assert len(list(wrong_arrows(Source(module, text)))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("serin.domain.right", "import json\nfrom serin.domain.errors import Invalid"),
        ("serin.learning.right", "from serin.serving.manifest import Manifest\nimport sklearn.metrics"),
        ("serin.serving.right", "def score():\n    import numpy as np"),
        ("serin.serving.right", "if TYPE_CHECKING:\n    import numpy as np"),
        ("serin.bootstrap", "def clock():\n    from serin.adapters.clock import SystemClock"),
        ("serin.adapters.right", "from mypy_boto3_s3 import S3Client"),
        ("functions.predict.handler", "from serin.serving.package import find_package"),
    ],
)
def test_a_right_arrow_is_not_accused(module: str, text: str) -> None:
    assert list(wrong_arrows(Source(module, text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\ndef stage():\n    return os.environ['STAGE']",
        "import os as o\nSTAGE = o.getenv('STAGE')",
        "from os import environ\ndef stage():\n    return environ.get('STAGE')",
    ],
)
def test_a_read_of_the_environment_is_found(text: str) -> None:
    assert list(environment_reads(Source("serin.services.wrong", text)))


@pytest.mark.parametrize(
    "text",
    [
        "import boto3\nS3 = boto3.client('s3')",
        "from boto3 import client\nS3 = client('s3')",
        "TEXT = open('x').read()",
        "from pathlib import Path\nTEXT = Path('x').read_text()",
        "import os\nSTAGE = os.environ['STAGE']",
        "class Settings:\n    text = open('x')",
        "def load(text=open('x')):\n    return text",
        "from datetime import datetime, UTC\nBEGAN = datetime.now(UTC)",
        "prepare()",
        "if True:\n    prepare()",
    ],
)
def test_work_done_at_import_is_found(text: str) -> None:
    assert list(acts_at_import(Source("serin.services.wrong", text)))


@pytest.mark.parametrize(
    "text",
    [
        "import boto3\ndef s3():\n    return boto3.client('s3')",
        "import re\nNAME = re.compile('x')",
        "from datetime import datetime\nclock = lambda: datetime.now()",
        "if TYPE_CHECKING:\n    import boto3",
    ],
)
def test_work_done_when_called_is_not_accused(text: str) -> None:
    assert list(acts_at_import(Source("serin.services.right", text))) == []


def test_a_closure_follows_packages_and_lazy_imports_but_not_types() -> None:
    texts = {
        "serin": "",
        "serin.a": "def f():\n    import serin.b.c",
        "serin.b": "import polars",
        "serin.b.c": "if TYPE_CHECKING:\n    import sklearn",
    }
    known = {name: Source(name, text) for name, text in texts.items()}
    start = Source("handler", "from serin.a import f")
    assert closure(start, known) == {"serin", "serin.a", "serin.b", "serin.b.c", "polars"}


def acts_at_import(source: Source) -> list[str]:
    """What a module does, not only defines, when it is imported."""
    acting = [found for found in mentions(source) if found.at_import and _acts(found)]
    lines = [(found.line, found.name) for found in acting] + [(line, "a call") for line in bare_calls(source)]
    return [f"{source.module}:{line} does at import: {name}" for line, name in lines]


def _acts(found: Mention) -> bool:
    owner, _, method = found.name.rpartition(".")
    if found.name.startswith("os."):
        return found.name in ACTS
    named = any(found.name == name or found.name.startswith(f"{name}.") for name in ACTS)
    return found.called and (named or (owner != "" and method in ACTING_METHODS))
