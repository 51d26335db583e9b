"""The README of the local cloud names what is there."""

from __future__ import annotations

import re
from dataclasses import fields

from infra.local.services.service import Service
from tests.architecture.house import INFRA, ROOT

LOCAL = INFRA / "local"
TEXT = (LOCAL / "README.md").read_text("utf-8")


def paths(text: str) -> list[str]:
    """Everything in code quotes that looks like a path."""
    named = re.findall(r"`([^`\s]+)`", text)
    return [name for name in named if not name.startswith(".") and ("/" in name or name.endswith(".py"))]


def folders_of_tests(text: str) -> list[str]:
    """What the command for its tests names."""
    (command,) = re.findall(r"^\./scripts/test (.+)$", text, flags=re.MULTILINE)
    return str(command).split()


def is_there(name: str) -> bool:
    """Whether the path lies in the local cloud, in the project, or in every folder of a service that it is said of."""
    in_services = any((folder / name).exists() for folder in (LOCAL / "services").iterdir() if folder.is_dir())
    return (LOCAL / name).exists() or (ROOT / name).exists() or ("/" not in name and in_services)


def test_every_path_is_there() -> None:
    found = paths(TEXT)
    assert len(found) > 20, "the test looked at nothing"
    assert [name for name in found if not is_there(name)] == []
    assert not is_there("services/sqs/nothing.py")
    assert not is_there("nothing.py")


def test_every_room_has_its_row() -> None:
    rooms = {f"{folder.name}/" for folder in LOCAL.iterdir() if (folder / "__init__.py").exists()}
    files = {file.name for file in LOCAL.glob("*.py") if file.name != "__init__.py"}
    assert len(rooms) > 5, "the test looked at nothing"
    assert sorted((rooms | files) - set(paths(TEXT))) == []


def test_the_contract_is_told_field_by_field() -> None:
    told = re.findall(r"^\| `(\w+)` \|", TEXT, flags=re.MULTILINE)
    assert told == [field.name for field in fields(Service)]


def test_its_tests_are_where_it_says() -> None:
    found = folders_of_tests(TEXT)
    assert found, "the test looked at nothing"
    assert [name for name in found if not (ROOT / name).is_dir()] == []
