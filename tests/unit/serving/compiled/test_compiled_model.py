"""A compiled model answers requests as the served one does, loads no library, and believes no file."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.fenced import FencedKernel, checked_library
from benches.compiled.mutated import mutations
from benches.compiled.pipelines import native_categories, transformers_for
from benches.compiled.tables import rows_for
from serin.domain.charter import Task
from serin.domain.errors import Corrupt, Invalid, Unavailable
from serin.learning.compiling.compiler import compile_pipeline
from serin.serving.compiled.kernel import PACKAGE, find_kernel, kernel_at
from serin.serving.compiled.model import CompiledModel
from serin.serving.scoring import scores_of
from serin.serving.table import table_of
from tests.kernels import this_kernel
from tests.unit.serving.released import on_path

ROW = {"carrier": "UA", "origin": "JFK", "dest": None, "month": 7, "sched_dep_time": 1530.0}
ROW |= {"distance": 500, "dep_delay": None, "air_time": False}
ODD: list[dict[str, Any]] = [ROW, ROW | {"carrier": "?", "month": 10**18, "dest": ""}, dict.fromkeys(ROW)]


@cache
def flights(task: Task, linear: bool = False) -> tuple[Any, bytes]:
    rows = rows_for(task)
    columns = transformers_for(rows)["imputed with indicator, standard, one-hot"]
    pipeline = make_pipeline(columns(), LogisticRegression(max_iter=300)) if linear else native_categories(rows)
    with threadpool_limits(limits=1):
        pipeline.fit(*rows.learnt)
    content = compile_pipeline(pipeline, task, rows.columns, rows.classes, background=rows.learnt[0]).content
    return pipeline, content


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_odd_rows_are_scored_as_scikit_learn_scores_them(task: Task) -> None:
    pipeline, content = flights(task)
    rows = rows_for(task)
    scores = CompiledModel(content, this_kernel()).score(ODD)
    expected = scores_of(pipeline, task, rows.classes, table_of(ODD, rows.columns)).tolist()
    assert [pytest.approx(score, abs=1e-12) for score in expected] == scores
    assert type(scores[0]) is (list if task == "multiclass" else float)


def test_many_rows_are_scored_as_each_alone() -> None:
    model = CompiledModel(flights("binary")[1], this_kernel())
    rows = [ROW | {"dep_delay": float(minutes), "carrier": "AB"[minutes % 2]} for minutes in range(150)]
    assert model.score(rows) == [model.score([row])[0] for row in rows]
    assert model.score([]) == []


def test_a_value_of_the_wrong_kind_is_invalid_by_its_name() -> None:
    model = CompiledModel(flights("binary")[1], this_kernel())
    with pytest.raises(Invalid, match="The feature month is a string"):
        model.score([ROW | {"month": "July"}])
    with pytest.raises(Invalid, match="The feature origin is a int"):
        model.score([ROW | {"origin": 3}])


def test_a_row_that_the_pipeline_refuses_is_named() -> None:
    model = CompiledModel(flights("binary", linear=True)[1], this_kernel())
    with pytest.raises(ValueError, match="row 1 cannot be scored: it holds an infinity"):
        model.score([ROW, ROW | {"distance": float("inf")}])


def test_the_kernel_of_the_layer_is_found_beside_the_function(tmp_path: Path) -> None:
    assert find_kernel() is None
    library = this_kernel().path
    with on_path(library.parents[1]):
        assert find_kernel() is kernel_at(str(library))
    (tmp_path / "kernel.so").write_bytes(b"no library")
    with pytest.raises(Unavailable, match=r"The kernel kernel\.so cannot be loaded"):
        kernel_at(tmp_path / "kernel.so")


def test_scoring_loads_no_library(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(flights("binary")[1])
    script = (
        "import sys, serin.serving.compiled.model as m, serin.serving.compiled.kernel as k\n"
        "model = m.CompiledModel(open(sys.argv[1], 'rb').read(), k.find_kernel())\n"
        f"print(model.score([{ROW!r}]), *{{name.partition('.')[0] for name in sys.modules}}, sep='\\n')\n"
    )
    paths = [str(this_kernel().path.parents[1]), *(path for path in sys.path if path.endswith("core/python"))]
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, str(tmp_path / "model")],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(paths)},
    )  # fmt: skip
    score, *modules = done.stdout.split()
    assert score == str(CompiledModel(flights("binary")[1], this_kernel()).score([ROW]))
    assert PACKAGE not in modules
    assert not {"numpy", "pandas", "sklearn", "scipy", "joblib", "threadpoolctl", "boto3", "pydantic"} & set(modules)


def forest() -> bytes:
    rows = rows_for("regression")
    columns = transformers_for(rows)["ordinal, passthrough"]()
    pipeline = make_pipeline(columns, RandomForestRegressor(n_estimators=4, max_leaf_nodes=20, random_state=0))
    return compile_pipeline(pipeline.fit(*rows.learnt), "regression", rows.columns, ()).content


@pytest.mark.parametrize("damage", ["magic", "version", "cut", "longer", "text"])
def test_a_damaged_file_is_refused(damage: str) -> None:
    content = flights("binary")[1]
    damaged = {
        "magic": b"X" + content[1:],
        "version": content[:8] + b"\1" + content[9:],
        "cut": content[:-8],
        "longer": content + bytes(8),
        "text": content.replace(b'"task"', b'"tusk"'),
    }[damage]
    with pytest.raises(Corrupt):
        CompiledModel(damaged, this_kernel())


@pytest.mark.slow
def test_changed_files_are_refused_or_scored_and_never_end_the_process() -> None:
    files = {"trees": flights("binary")[1], "classes": flights("multiclass")[1], "line": flights("binary", True)[1]}
    files["forest"] = forest()
    outcomes = mutations(files, 400, 1, FencedKernel(checked_library()))
    assert min(outcomes.values()) > 20, outcomes
