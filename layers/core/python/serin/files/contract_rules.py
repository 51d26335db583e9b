"""What a contract promises, gathered while it is read: rules that are run, promises that are only said, and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from serin.data.contract.trial import check_rule
from serin.domain.contracts import Column, DatasetRule, Dimension, Rule, RuleKind, Said, Severity
from serin.domain.errors import Invalid
from serin.files.faults import FieldPath, Finding

# ODCS names seven dimensions of quality, some by an abbreviation too; people are shown four.
DIMENSIONS: Mapping[str, Dimension] = {
    **dict.fromkeys(("accuracy", "conformity", "ac", "cf"), "accuracy"),
    **dict.fromkeys(("completeness", "coverage", "cp", "cv"), "completeness"),
    **dict.fromkeys(("consistency", "uniqueness", "cs", "uq"), "consistency"),
    **dict.fromkeys(("timeliness", "tm"), "timeliness"),
}
DIMENSION_OF_KIND: Mapping[RuleKind, Dimension] = {
    "required": "completeness",
    "unique": "consistency",
    "range": "accuracy",
    "one_of": "accuracy",
    "pattern": "accuracy",
    "length": "accuracy",
    "condition": "consistency",
}
# ODCS leaves the words open. What is no warning by its name sets rows aside.
_WARNINGS = ("warning", "warn", "info", "information", "informational", "low", "minor", "notice", "trivial")
_IMPLIED: tuple[RuleKind, ...] = ("type", "required", "future")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_LONGEST = 200


@dataclass
class Rules:
    """What was read of one object so far. `columns` are those that are kept; `place` is the object's in the file.

    `known` are all names that the contract has for a column, in lower case, and the column of each; `calls` those that
    it has for the object. `notes` say how a promise was understood where it could be understood in several ways.
    """

    dataset: str
    columns: tuple[Column, ...] = ()
    place: FieldPath = ("schema", 0)
    known: Mapping[str, str] = field(default_factory=dict)
    calls: frozenset[str] = frozenset()
    found: list[Rule] = field(default_factory=list)
    of_dataset: list[DatasetRule] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def types(self) -> Mapping[str, str]:
        """Column → type."""
        return {column.name: column.type for column in self.columns}

    def column(self, called: str) -> str | None:
        """The column of that name, which may have the object's before it; None where none is kept."""
        name = called.strip().lower()
        before, dot, last = name.rpartition(".")
        return self.known.get(last if dot and before.rpartition(".")[2] in self.calls else name)

    def add(self, path: FieldPath, rule: Rule | DatasetRule) -> None:
        """Keep the rule under an id of its own, unless what runs rules cannot run it."""
        try:
            if of_rows := rule if isinstance(rule, Rule) else rule.rows:
                check_rule(of_rows, self.columns)
        except Invalid as error:
            self._not_run(path, rule, error)
            return
        if isinstance(rule, Rule):
            self.found.append(replace(rule, id=self._free(rule.id, rule.kind)))
        else:
            free = self._free(rule.id)
            # What is counted of rows is found again by the id of the rule that counts them.
            rows = replace(rule.rows, id=free) if rule.rows else None
            self.of_dataset.append(replace(rule, id=free, rows=rows))

    def refuse(self, path: FieldPath, found: str, remedy: str) -> None:
        """Remember what contradicts the standard, or the contract itself."""
        self.findings.append(Finding(path, found, remedy))

    def say(self, about: str, promise: object, reason: str) -> None:
        """Remember a promise that nothing checks."""
        text = " ".join(str(promise).split())
        shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        self.said.append(Said(about, shown, " ".join(reason.split())))

    def note(self, text: str) -> None:
        """Remember how something was understood."""
        self.notes.append(text)

    def _free(self, identity: str, kind: RuleKind | None = None) -> str:
        taken = {*(rule.id for rule in self.found), *(rule.id for rule in self.of_dataset)}
        # Of these kinds a rule takes the place of the one that its column implies.
        if kind not in _IMPLIED:
            taken |= {f"{self.dataset}.{column.name}.{implied}" for column in self.columns for implied in _IMPLIED}
        number, free = 1, identity
        while free in taken:
            number += 1
            free = f"{identity[:95]}.{number}"
        return free

    def _not_run(self, path: FieldPath, rule: Rule | DatasetRule, error: Invalid) -> None:
        pattern = rule.pattern if isinstance(rule, Rule) else rule.rows.pattern if rule.rows else None
        # The standard's patterns are those of ECMA-262, which may look around: such a one is right, and is not run.
        if pattern is not None and _is_pattern(pattern):
            self.say(rule.id, f"pattern {pattern}", error.message)
        else:
            self.refuse(path, f"{rule.id}: {error.message}", error.remedy)


def severity_of(rules: Rules, word: str | None, about: str) -> Severity:
    """What a break does, by the contract's own word for it: error where none is written."""
    if word is None or word.lower() in ("error", *_WARNINGS):
        return "warning" if word and word.lower() in _WARNINGS else "error"
    rules.note(
        f"{about}: the severity {word!r} sets rows aside, as error does; write warning where it only counts them"
    )
    return "error"


def rule_id(text: str | None) -> str | None:
    """The text as a rule's id, for names may be sentences; None where nothing of it can be one."""
    if text is None or _ID.match(text):
        return text
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-._")[:100] or None


def _is_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
