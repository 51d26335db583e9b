"""The CDK's cloud assembly, read as it lies on disk: stacks in deploy order, their templates and file assets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.wiring import ACCOUNT
from serin.domain.errors import Invalid

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class FileAsset:
    """A file or folder the template expects in the bootstrap bucket."""

    source: Path
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    """One synthesised stack."""

    name: str
    template: Mapping[str, Any]
    assets: tuple[FileAsset, ...] = ()
    parameters: Mapping[str, str] | None = None
    protected: bool = False
    """Whether it cannot be deleted."""


@dataclass(frozen=True)
class Assembly:
    """Stacks of one account and region, each after the stacks it depends on."""

    region: str
    stacks: tuple[Stack, ...]


def read(folder: Path) -> Assembly:
    """Read a `cdk.out` folder."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise Invalid(
            f"{folder} holds no manifest.json.", "Synthesise first, or name the folder the CDK wrote (cdk.out)."
        )
    artifacts: dict[str, Any] = json.loads(manifest.read_text())["artifacts"]
    ids = [name for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"]
    if not ids:
        raise Invalid(
            f"{manifest} lists no stack.", "Check that the CDK app makes its stacks; nested stages are not read."
        )
    region = _region({artifacts[name]["environment"] for name in ids}, _asked(folder, ids, artifacts))
    ordered = _in_order(ids, artifacts)
    return Assembly(region, tuple(_stack(folder, name, artifacts, region) for name in ordered))


def _asked(folder: Path, ids: list[str], artifacts: Mapping[str, Any]) -> str:
    """The region that a rule of the templates holds them to; the default where none does."""
    for name in ids:
        rules = json.loads((folder / artifacts[name]["properties"]["templateFile"]).read_text()).get("Rules", {})
        for rule in rules.values():
            for assertion in rule.get("Assertions", ()):
                match assertion["Assert"]:
                    case {"Fn::Equals": [{"Ref": "AWS::Region"}, str(region)]}:
                        return region
    return DEFAULT_REGION


def _region(environments: set[str], asked: str) -> str:
    """The one region of all stacks; `unknown-region` is where nobody chose, so it is the one they ask for."""
    regions: set[str] = set()
    for environment in environments:
        account, region = environment.removeprefix("aws://").split("/")
        if account not in {"unknown-account", ACCOUNT}:
            raise Invalid(
                f"A stack is bound to account {account}; the local cloud is account {ACCOUNT}.",
                "Synthesise for the local cloud without naming an account.",
            )
        regions.add(asked if region == "unknown-region" else region)
    if len(regions) > 1:
        raise Invalid(f"The stacks lie in several regions: {', '.join(sorted(regions))}.", "Deploy one region locally.")
    return regions.pop()


def _in_order(ids: list[str], artifacts: Mapping[str, Any]) -> list[str]:
    """Dependencies first, otherwise as the manifest lists them."""
    done: list[str] = []

    def visit(name: str) -> None:
        for dependency in artifacts[name].get("dependencies", []):
            if dependency in ids:
                visit(dependency)
        if name not in done:
            done.append(name)

    for name in ids:
        visit(name)
    return done


def _stack(folder: Path, name: str, artifacts: Mapping[str, Any], region: str) -> Stack:
    properties = artifacts[name]["properties"]
    template = json.loads((folder / properties["templateFile"]).read_text())
    assets: list[FileAsset] = []
    for dependency in artifacts[name].get("dependencies", []):
        artifact = artifacts.get(dependency, {})
        if artifact.get("type") == "cdk:asset-manifest":
            assets.extend(_file_assets(folder / artifact["properties"]["file"], region))
    return Stack(
        properties.get("stackName", name),
        template,
        tuple(assets),
        properties.get("parameters") or {},
        bool(properties.get("terminationProtection", False)),
    )


def _file_assets(manifest: Path, region: str) -> Iterator[FileAsset]:
    content = json.loads(manifest.read_text())
    if content.get("dockerImages"):
        raise Invalid(
            f"{manifest.name} asks for a Docker image.", "Package functions as zips; the local cloud runs no container."
        )
    for asset in content.get("files", {}).values():
        for destination in asset["destinations"].values():
            yield FileAsset(
                manifest.parent / asset["source"]["path"],
                _placed(destination["bucketName"], region),
                _placed(destination["objectKey"], region),
            )


def _placed(name: str, region: str) -> str:
    """Fill in what the CDK leaves to deploy time."""
    for placeholder, value in (("AccountId", ACCOUNT), ("Region", region), ("Partition", "aws")):
        name = name.replace(f"${{AWS::{placeholder}}}", value)
    return name
