from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.infra.templates import Assembly

MAY_DIFFER = {"Runtime", "Architectures", "CompatibleRuntimes", "CompatibleArchitectures", "S3Key"}


def differences(ours: Any, theirs: Any, name: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Where two templates differ: the name of the property, and its path."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for key in ours:
            yield from differences(ours[key], theirs[key], key, f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(our, their, name, f"{path}/{number}")
    elif ours != theirs:
        yield name, path


def test_the_local_templates_differ_from_those_of_aws_in_runtime_architecture_and_asset_hashes_only(
    aws: Assembly, local: Assembly
) -> None:
    found = list(differences(aws.templates, local.templates))
    assert [path for name, path in found if name not in MAY_DIFFER] == []
    assert {"Runtime", "S3Key"} <= {name for name, _ in found}


def test_the_comparison_sees_a_difference_of_any_other_property(aws: Assembly) -> None:
    assert list(differences({"A": {"Timeout": 1}}, {"A": {"Timeout": 2}})) == [("Timeout", "/A/Timeout")]
    assert list(differences({"A": [1]}, {"A": [1, 2]})) == [("A", "/A")]
    assert list(differences({"A": 1}, {"B": 1})) == [("", "")]


def test_functions_on_aws_run_on_arm_and_on_the_newest_python(aws: Assembly) -> None:
    for function in aws.functions().values():
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == "python3.14"
