from __future__ import annotations

import platform

import sklearn

from serin.learning.runtime import processor, runtime_versions


def test_the_runtime_names_what_a_fitted_model_depends_on() -> None:
    found = runtime_versions()
    assert set(found) == {"python", "numpy", "pandas", "scikit-learn", "joblib"}
    assert found["scikit-learn"] == sklearn.__version__


def test_the_processor_is_named_by_machine_and_by_the_kernels_of_blas() -> None:
    machine, *kernels = processor().split(" ")
    assert machine == platform.machine()
    assert kernels
