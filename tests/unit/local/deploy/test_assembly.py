"""Reading a cloud assembly from disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.deploy import assembly
from serin.domain.errors import Invalid

ENVIRONMENT = "aws://unknown-account/unknown-region"


def stack(name: str, *dependencies: str, environment: str = ENVIRONMENT) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": f"{name}.template.json", "stackName": f"serin-{name}"},
        "dependencies": [f"{name}.assets", *dependencies],
    }


def written(folder: Path, artifacts: dict[str, Any], assets: dict[str, Any] | None = None) -> Path:
    for name, artifact in list(artifacts.items()):
        if artifact["type"] == "aws:cloudformation:stack":
            (folder / f"{name}.template.json").write_text(json.dumps({"Resources": {}}))
            (folder / f"{name}.assets.json").write_text(json.dumps(assets or {}))
            artifacts[f"{name}.assets"] = {
                "type": "cdk:asset-manifest",
                "properties": {"file": f"{name}.assets.json"},
            }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def test_a_stack_comes_after_the_stacks_it_depends_on(tmp_path: Path) -> None:
    folder = written(
        tmp_path, {"api": stack("api", "lake"), "lake": stack("lake", "catalog"), "catalog": stack("catalog")}
    )
    assert [found.name for found in assembly.read(folder).stacks] == ["serin-catalog", "serin-lake", "serin-api"]


def test_the_place_of_an_asset_is_filled_in(tmp_path: Path) -> None:
    destination = {"bucketName": "assets-${AWS::AccountId}-${AWS::Region}", "objectKey": "abc.zip"}
    files = {"abc": {"source": {"path": "asset.abc", "packaging": "zip"}, "destinations": {"here": destination}}}
    (found,) = assembly.read(written(tmp_path, {"api": stack("api")}, {"files": files})).stacks
    assert found.assets == (assembly.FileAsset(tmp_path / "asset.abc", "assets-123456789012-us-east-1", "abc.zip"),)


def test_the_region_of_the_stacks_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path, {"api": stack("api", environment="aws://unknown-account/eu-west-1")})
    assert assembly.read(folder).region == "eu-west-1"


def test_another_account_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, {"api": stack("api", environment="aws://999999999999/eu-west-1")})
    with pytest.raises(Invalid, match="999999999999"):
        assembly.read(folder)


def test_two_regions_are_refused(tmp_path: Path) -> None:
    other = stack("lake", environment="aws://unknown-account/eu-west-1")
    with pytest.raises(Invalid, match="several regions"):
        assembly.read(written(tmp_path, {"api": stack("api"), "lake": other}))


def test_a_docker_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Docker"):
        assembly.read(written(tmp_path, {"api": stack("api")}, {"dockerImages": {"a": {}}}))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"manifest\.json"):
        assembly.read(tmp_path)


def test_an_assembly_without_stacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no stack"):
        assembly.read(written(tmp_path, {"tree": {"type": "cdk:tree"}}))
