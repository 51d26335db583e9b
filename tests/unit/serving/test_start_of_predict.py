"""What a process of `predict` loads until its first answer: none of the libraries models are fitted with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from serin.domain.compilation import Runtime
from tests.kernels import kernel_folder
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import Released, orders_charter, release

ROOT = Path(__file__).parents[3]
OURS = {"handler", "serin"}
ORDER = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}
SCRIPT = """
import json, sys
import handler
answer = handler.handle(json.loads(sys.argv[1]), None)
names = {name.partition(".")[0] for name in sys.modules}
others = sorted(name for name in names - set(sys.stdlib_module_names) if not name.startswith("__"))
print(json.dumps([answer, others, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """A model without views: nothing of it has to be looked up."""
    charter, columns = orders_charter(), order_columns()
    charter = replace(charter, features=replace(charter.features, views=(), model_uses=("amount", "shop")))
    few = tuple(column for column in columns.columns if column.name in ("amount", "shop"))
    columns = replace(columns, columns=few, table=columns.table[[column.name for column in few]])
    return release(tmp_path_factory.mktemp("layer"), charter, columns)


def started(released: Released, runtime: Runtime) -> tuple[Any, dict[str, Any], set[str], set[str]]:
    """The first answer of a process, its line in the log, the packages it has that are not Python's, and modules."""
    paths = [ROOT / "functions" / "predict", ROOT / "layers" / "core" / "python", released.folder, kernel_folder()]
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    variables = {
        "PYTHONPATH": os.pathsep.join([*map(str, paths), *libraries]),
        "SERIN_STAGE": "dev",
        "SERIN_MODEL": "late-orders",
        "SERIN_MODEL_VERSION": "7",
        "SERIN_MODEL_SHA256": released.sha256,
        "SERIN_RUNTIME": runtime,
        "SERIN_FEATURES_TABLE": "features",
        "AWS_LAMBDA_FUNCTION_VERSION": "8",
    }
    call = {"requestId": "r1", "authorizer": {"lambda": {"scopes": "predict:late-orders"}}}
    body = json.dumps({"instances": [ORDER]})
    event = json.dumps({"requestContext": call, "rawPath": "/models/late-orders/predict", "body": body})
    done = subprocess.run(
        # Without site: it imports what the environment of a developer puts there.
        [sys.executable, "-S", "-c", SCRIPT, event], env=variables, capture_output=True, text=True, check=True
    )  # fmt: skip
    line, answer = map(json.loads, done.stdout.splitlines())
    assert answer[0]["statusCode"] == 200
    return json.loads(answer[0]["body"]), line, set(answer[1]), set(answer[2])


def test_the_first_answer_of_a_compiled_model_needs_no_library_and_no_client(released: Released) -> None:
    body, line, others, modules = started(released, "compiled")
    assert others == OURS
    assert line["runtime"] == "compiled"
    assert line["cold"] is True
    # Each of these costs more than all the rest of an answer.
    slow = {"asyncio", "concurrent.futures", "email", "http", "importlib.metadata", "importlib.resources", "ssl"}
    slow |= {"fractions", "logging", "tempfile", "traceback", "urllib.request", "pathlib", "hashlib", "typing"}
    # What makes dataclasses of the domain takes longer by itself, and so does each of them.
    slow |= {"dataclasses", "inspect", "serin.ports", "serin.domain.charter", "serin.domain.records"}
    assert not slow & modules
    ours = {name for name in modules if name.startswith("serin.")}
    assert len(ours) <= 40, f"each module takes a start a quarter of a millisecond: {sorted(ours)}"
    assert 0.0 < body["predictions"][0]["probability"] < 1.0


@pytest.mark.slow
def test_forced_to_scikit_learn_a_process_answers_the_same(released: Released) -> None:
    compiled, _, _, _ = started(released, "compiled")
    fitted, line, others, _ = started(released, "scikit-learn")
    assert {"numpy", "pandas", "sklearn", "joblib"} <= others
    assert line["runtime"] == "scikit-learn"
    ours, theirs = compiled["predictions"][0], fitted["predictions"][0]
    assert ours["label"] == theirs["label"]
    assert ours["probability"] == pytest.approx(theirs["probability"], rel=0, abs=1e-9)
