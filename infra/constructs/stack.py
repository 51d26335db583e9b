"""What every stack of a stage has: its fixed name, its own layers, and the addresses of the others' resources."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.addresses import Addresses
from infra.constructs.region import only_in
from infra.names import Names
from infra.packaging.cache import Asset
from infra.packaging.packages import Packages
from infra.settings import Settings, Target

KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
"""What holds data outlives its stack, but not a deploy that fails before there is any: it could not be repeated."""
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


@dataclass(frozen=True)
class Deployment:
    """One stage on its way to one cloud."""

    settings: Settings
    target: Target
    packages: Packages
    models: tuple[str, ...]
    traced: frozenset[str] = frozenset()
    """Models whose charters ask for traces in X-Ray."""
    commit: str = ""
    """The revision of the working copy, empty where there is no repository."""
    region: str | None = None
    """Where charters want their data to lie; anywhere without one."""

    def traces(self, model: str | None) -> bool:
        """Whether what belongs to a model is traced; what all share (None) is for the sake of any."""
        return bool(self.traced) if model is None else model in self.traced

    @property
    def names(self) -> Names:
        """The names of the stage."""
        return self.settings.names


def code_of(asset: Asset) -> lambda_.Code:
    """The asset as Lambda takes it; its hash is known, so nobody has to read 200 MB to find it."""
    return lambda_.Code.from_asset(str(asset.folder), asset_hash=asset.hash, asset_hash_type=cdk.AssetHashType.CUSTOM)


class SerinStack(cdk.Stack):
    """A stack of one stage; `name` is what follows the stage in its own name. A `protected` one is not deleted."""

    def __init__(
        self, scope: Construct, name: str, deployment: Deployment, description: str, protected: bool = False
    ) -> None:
        stack_name = deployment.names.stack(name)
        super().__init__(
            scope, stack_name, stack_name=stack_name, description=description, termination_protection=protected
        )
        self.short_name = name
        self.deployment = deployment
        self.names = deployment.names
        self.settings = deployment.settings
        self.addresses = Addresses(deployment.names)
        self._layers: dict[str, lambda_.LayerVersion] = {}
        if deployment.region is not None:
            only_in(self, deployment.region)

    @property
    def runtime(self) -> lambda_.Runtime:
        """The runtime of the target's Python."""
        return lambda_.Runtime(f"python{self.deployment.target.python}", lambda_.RuntimeFamily.PYTHON)

    @property
    def architecture(self) -> lambda_.Architecture:
        """The processor of the target."""
        return ARCHITECTURES[self.deployment.target.architecture]

    def layer(self, name: str) -> lambda_.LayerVersion:
        """This stack's own version of a layer: versions are replaced by every change, so they are never shared."""
        if name not in self._layers:
            asset = self.deployment.packages.layer(name)
            self._layers[name] = lambda_.LayerVersion(
                self,
                f"Layer-{name}",
                layer_version_name=f"{self.names.prefix}-{self.short_name}-{name}",
                code=code_of(asset),
                compatible_runtimes=[self.runtime],
                compatible_architectures=[self.architecture],
            )
        return self._layers[name]
