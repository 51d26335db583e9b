"""YAML with line numbers, and only the harmless part of YAML.

Scalars follow the core schema of YAML 1.2 rather than PyYAML's 1.1: `no` is a word, `12:30` is
not 750 and `1e-3` is a number. Tags, duplicate keys and anything that grows when it is expanded
are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from serin.domain.errors import Invalid
from serin.domain.fields import INT64
from serin.files.faults import Fault, FieldPath, Finding, dotted, invalid, shown, shown_file

MAXIMUM_BYTES = 256 * 1024
MAXIMUM_DEPTH = 32
MAXIMUM_NODES = 20_000

# libyaml, which takes a tenth of the time; PyYAML may be built without.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
# `serin init` leaves questions where only a person knows the answer: `<who owns this model?>`.
_PLACEHOLDER = re.compile(r"<\w[^<>\n]{0,200}\?>\Z")
# An escape can write one, and no file of UTF-8 can hold it.
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Document:
    """A file as plain values; `lines` says where each field stands. `faults` did not prevent the reading.

    `placeholders` are fields that still hold a question instead of its answer; each is a fault already.
    """

    file: str
    value: object
    lines: Mapping[FieldPath, int]
    faults: tuple[Fault, ...] = ()
    placeholders: frozenset[FieldPath] = frozenset()

    def fault(self, path: FieldPath, found: str, remedy: str) -> Fault:
        """A fault at that field, or at the nearest enclosing one that is in the file."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Fault(self.file, self.lines.get(known, 1), dotted(path), found, remedy)

    def faults_of(self, findings: Iterable[Finding]) -> list[Fault]:
        """The findings with their lines; what is wrong with a placeholder besides being one is not worth telling."""
        told = [item for item in findings if item.path not in self.placeholders]
        return [self.fault(item.path, item.found, item.remedy) for item in told]


def read_text(path: Path) -> str:
    """The text of a file a user wrote; raises Invalid when it is absent, too large or not UTF-8."""
    file = shown_file(path)
    if not path.is_file():
        raise invalid([Fault(file, 1, "", "there is no such file", f"Write {path.name}, or correct its name.")])
    if (size := path.stat().st_size) > MAXIMUM_BYTES:
        found = f"{size:,} bytes; {MAXIMUM_BYTES:,} are the limit"
        raise invalid([Fault(file, 1, "", found, "Shorten the file.")])
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise invalid([Fault(file, line, "", "a byte that is not UTF-8", "Save the file as UTF-8.")]) from error


def read_document(path: Path) -> Document:
    """The YAML document in `path`; raises Invalid when it cannot be read at all."""
    text, file = read_text(path), shown_file(path)
    try:
        _refuse_hazards(text, file)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _not_yaml(file, _said_better(text) or error) from error
    if root is None:
        raise invalid([Fault(file, 1, "", "an empty file", "Describe the model or dataset in it.")])
    builder = _Builder(file)
    value = builder.build(root, (), 0)
    return Document(file, value, builder.lines, tuple(builder.faults), frozenset(builder.placeholders))


def _refuse_hazards(text: str, file: str) -> None:
    """Look at the events first: composing recurses, so depth must be known before."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAXIMUM_DEPTH:
            raise invalid([Fault(file, line, "", f"more than {MAXIMUM_DEPTH} levels", "Nest less deeply.")])
        if tag := getattr(event, "tag", None):
            raise invalid([Fault(file, line, "", f"the tag {tag}", "Remove the tag; plain values are enough.")])


def _said_better(text: str) -> yaml.YAMLError | None:
    """The same fault as PyYAML's own parser tells it: with the character that stands there."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.YAMLError as error:
        return error
    return None


def _not_yaml(file: str, error: yaml.YAMLError) -> Invalid:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    return invalid([Fault(file, line, "", f"not YAML: {problem}", "Correct the indentation or quoting there.")])


@dataclass
class _Builder:
    file: str
    lines: dict[FieldPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    placeholders: set[FieldPath] = field(default_factory=set)
    nodes: int = 0

    def build(self, node: yaml.Node, path: FieldPath, depth: int) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.nodes += 1
        # Aliases make a small file large, and one inside its own anchor makes it endless.
        if self.nodes > MAXIMUM_NODES or depth > MAXIMUM_DEPTH:
            found = "aliases that expand to more than the file may hold"
            raise invalid([Fault(self.file, line, dotted(path), found, "Write the values out instead of aliases.")])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
        if _SURROGATE.search(node.value):
            fault = Fault(self.file, line, dotted(path), "half a character (a surrogate)", "Write the whole character.")
            self.faults.append(fault)
        if _PLACEHOLDER.match(node.value):
            self._placeholder(node.value, path, line)
        return scalar(node.value) if isinstance(node, yaml.ScalarNode) and not node.style else node.value

    def _placeholder(self, text: str, path: FieldPath, line: int) -> None:
        self.placeholders.add(path)
        remedy = "Write the answer in its place."
        self.faults.append(Fault(self.file, line, dotted(path), f"still the placeholder {shown(text)}", remedy))

    def _mapping(self, node: yaml.MappingNode, path: FieldPath, depth: int) -> dict[str, object]:
        members: dict[str, object] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                remedy = "Use a word before the colon."
                self.faults.append(Fault(self.file, line, dotted(path), "a key that is not a word", remedy))
            elif key.value in members:
                first = self.lines[(*path, key.value)]
                remedy = f"Keep one of the two; the first is on line {first}."
                self.faults.append(Fault(self.file, line, dotted((*path, key.value)), "written twice", remedy))
            else:
                self.lines[(*path, key.value)] = line
                members[key.value] = self.build(item, (*path, key.value), depth + 1)
        return members


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means in YAML 1.2, but that digits stay a text where a number would lose some of them.

    These are more than 64 bits hold, and those behind a nought, as codes have it: `012`.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and int(text) in INT64:
        return int(text)
    return float(text) if _NUMBER.match(text) and not text.lstrip("+-").isdigit() else text
