"""Synthesised stacks, as the tests ask about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from infra.packaging.cache import Asset
from infra.packaging.job_code import packed_program
from infra.settings import Target
from tests.infra.faults import HANDLER

Resource = Mapping[str, Any]


class TinyPackages:
    """Packages of one small file each, whose hashes change with the target."""

    def __init__(self, folder: Path, target: Target, sizes: Mapping[str, int] | None = None):
        self._folder = folder
        self._salt = str(target)
        self._sizes = sizes or {}

    def function(self, name: str) -> Asset:
        return self._asset(f"function-{name}", "handler.py")

    def layer(self, name: str) -> Asset:
        return self._asset(f"layer-{name}", "python/module.py")

    def job_program(self) -> Path:
        return packed_program(self._folder / "job")

    def for_jobs(self) -> Self:
        return self

    def _asset(self, name: str, file: str) -> Asset:
        place = self._folder / name / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(HANDLER if file == "handler.py" else "")
        made_of = hashlib.sha256(f"{self._salt}{name}".encode()).hexdigest()
        return Asset(self._folder / name, made_of, self._sizes.get(name, 1))


class Assembly:
    """A folder the CDK wrote, with the stage `dev`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def templates(self) -> Mapping[str, Any]:
        """Stack → template, by what follows the stage in the stack's name."""
        paths = sorted(self.folder.glob("*.template.json"))
        return {
            path.name.removesuffix(".template.json").removeprefix("serin-dev-"): json.loads(path.read_text())
            for path in paths
        }

    def resources(self, kind: str) -> Sequence[Resource]:
        """The properties of all resources of a type, whatever their stack; there is at least one."""
        resources = [resource["Properties"] for _, resource in self.everything() if resource["Type"] == kind]
        assert resources, f"no {kind}"
        return resources

    def everything(self) -> Iterator[tuple[str, Resource]]:
        """All resources, each with its stack and logical id."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                yield f"{stack}/{logical_id}", resource

    def function(self, name: str) -> Resource:
        """A function, by what follows the stage in its name."""
        functions = self.resources("AWS::Lambda::Function")
        return next(item for item in functions if item["FunctionName"] == f"serin-dev-{name}")

    def functions(self) -> Mapping[str, Resource]:
        """All functions by what follows the stage in their names."""
        functions = self.resources("AWS::Lambda::Function")
        return {item["FunctionName"].removeprefix("serin-dev-"): item for item in functions}

    def statements(self, name: str) -> Sequence[tuple[frozenset[str], frozenset[str]]]:
        """What a function may do: actions and resources of each statement, the references filled in."""
        return self.statements_of(*self._role(name))

    def written_statements(self, name: str) -> Sequence[Resource]:
        """The same as they are written, with their conditions."""
        return self._written(*self._role(name))

    def _role(self, name: str) -> tuple[str, str]:
        for stack, template in self.templates.items():
            for resource in template["Resources"].values():
                properties = resource.get("Properties", {})
                if properties.get("FunctionName") == f"serin-dev-{name}" and "Role" in properties:
                    return stack, properties["Role"]["Fn::GetAtt"][0]
        raise KeyError(name)

    def statements_of(self, stack: str, role: str) -> Sequence[tuple[frozenset[str], frozenset[str]]]:
        """What the role of that logical id may do."""
        statements = self._written(stack, role)
        return [(_listed(statement["Action"]), _listed(statement["Resource"])) for statement in statements]

    def _written(self, stack: str, role: str) -> Sequence[Resource]:
        resources = self.templates[stack]["Resources"].values()
        policies = [item["Properties"] for item in resources if item["Type"] == "AWS::IAM::Policy"]
        documents = [item["PolicyDocument"] for item in policies if {"Ref": role} in item["Roles"]]
        statements = [statement for document in documents for statement in document["Statement"]]
        assert all(statement["Effect"] == "Allow" for statement in statements)
        return statements

    def actions(self, name: str) -> set[str]:
        """All actions of a function."""
        return {action for actions, _ in self.statements(name) for action in actions}

    def machine(self, name: str) -> Any:
        """A state machine's definition."""
        machines = self.resources("AWS::StepFunctions::StateMachine")
        properties = next(item for item in machines if item["StateMachineName"] == f"serin-dev-{name}")
        return json.loads(flat(properties["DefinitionString"]))


def flat(value: Any) -> str:
    """A string with its references written as `<Name>`: the one thing a reader needs of Ref, GetAtt and Join."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Sub" in value:
        return str(value["Fn::Sub"])
    if "Fn::FindInMap" in value:
        return f"<{value['Fn::FindInMap'][-1]}>"
    separator, parts = value["Fn::Join"]
    joined: str = separator.join(flat(part) for part in parts)
    return joined


def _listed(value: Any) -> frozenset[str]:
    return frozenset(flat(item) for item in (value if isinstance(value, list) else [value]))
