"""A prediction request as checked instances; nothing else happens before every row is known to be right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from serin.domain.errors import Invalid, TooLarge
from serin.domain.fields import MAXIMUM_INSTANCES, read_field, shown
from serin.domain.json_body import read_json
from serin.serving.rows import Rows, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from serin.domain.features import Value
    from serin.domain.fields import Field
    from serin.serving.quick_rows import QuickRows
    from serin.serving.rows import Instance

REPORTED_PROBLEMS = 10
LENGTH = "inference-header-content-length"
"""The header that says how long the JSON of the Open Inference Protocol is, before its binary tensors."""
_FIELDS = ("instances", "explain")
_REMEDY = 'Send {"instances": [{…}, …]}.'


class Asked:
    """A request's instances, and how its protocol gives the answer back.

    `answer` makes the protocol's body of `{"model", "version", "predictions"}`, where it has another; `tells_of_rows`
    says whether that can say of one row that it failed: else no row is answered where one is not. `explain` asks how
    scores came to be.
    """

    def __init__(
        self,
        instances: Rows,
        answer: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
        tells_of_rows: bool = True,
        explain: bool = False,
    ) -> None:
        self.instances, self.answer, self.tells_of_rows, self.explain = instances, answer, tells_of_rows, explain


def read_request(body: bytes, inputs: Sequence[Field], quick: QuickRows | None = None) -> Asked:
    """The instances of a body `{"instances": [{…}, …]}`, each with exactly the charter's inputs.

    With `"explain": true` their answers are to say how they came to be. Raises Invalid whose `field` is the first wrong
    one, such as `instances[3].distance`, and whose message names the first ten; TooLarge for too many bytes or rows.
    `quick`, of the same inputs, makes it faster.
    """
    content = _checked_body(read_json(body))
    instances, explain = _instances(content), _explain(content)
    return Asked(read_rows(instances, "instances", inputs, quick), explain=explain)


def read_rows(rows: Iterable[object], name: str, inputs: Sequence[Field], quick: QuickRows | None = None) -> Rows:
    """Each row with exactly the charter's inputs; errors call the fourth `<name>[3]`."""
    rows = list(rows)
    if quick is not None and (read := quick.read(rows)) is not None:
        return read
    problems: list[Invalid] = []
    instances: list[Instance] = []
    for number, found in enumerate(rows):
        alone = None if quick is None else quick.read((found,))
        instances.append(_checked(found, f"{name}[{number}]", inputs, problems) if alone is None else alone[0])
        if len(problems) >= REPORTED_PROBLEMS:
            break
    if problems:
        raise _together(problems[:REPORTED_PROBLEMS])
    return rows_of(instances, [item.name for item in inputs])


def read_row(found: object, inputs: Sequence[Field]) -> Instance:
    """One instance by itself, held to the same rules; raises Invalid."""
    problems: list[Invalid] = []
    instance = _checked(found, "inputs", inputs, problems)
    if problems:
        raise _together(problems[:REPORTED_PROBLEMS])
    return instance


def _checked_body(content: object) -> Mapping[str, object]:
    if not isinstance(content, dict):
        raise Invalid(f"The body is {shown(content)}, not an object.", _REMEDY)
    if unknown := [name for name in content if name not in _FIELDS]:
        raise Invalid(f"The body has an unknown field {shown(unknown[0])}.", _REMEDY, _shown_name(unknown[0]))
    return content


def _instances(content: Mapping[str, object]) -> list[object]:
    instances = content.get("instances")
    if not isinstance(instances, list) or not instances:
        raise Invalid("The body has no list of instances, or an empty one.", _REMEDY, "instances")
    check_count(len(instances), "instances")
    return instances


def _explain(content: Mapping[str, object]) -> bool:
    explain = content.get("explain", False)
    if not isinstance(explain, bool):
        raise Invalid(f"explain is {shown(explain)}, not true or false.", "Send true, or leave it out.", "explain")
    return explain


def check_count(rows: int, name: str) -> None:
    """Raise TooLarge for more rows than one request may have."""
    if rows > MAXIMUM_INSTANCES:
        found = f"{rows} instances; {MAXIMUM_INSTANCES} are allowed."
        raise TooLarge(found, "Send the rows in several requests.", name)


def _checked(found: object, path: str, inputs: Sequence[Field], problems: list[Invalid]) -> Instance:
    if not isinstance(found, dict):
        problems.append(_at(path, Invalid(f"found {shown(found)}, not an object", "Send an object for each instance.")))
        return {}
    values: dict[str, Value] = {}
    for item in inputs:
        try:
            values[item.name] = _value(item, found)
        except Invalid as problem:
            problems.append(_at(f"{path}.{item.name}", problem))
    known = {item.name for item in inputs}
    remedy = f"Send only {', '.join(item.name for item in inputs)}."
    for name in sorted(found.keys() - known)[:REPORTED_PROBLEMS]:
        problems.append(_at(f"{path}.{_shown_name(name)}", Invalid("is not an input of this model", remedy)))
    return values


def _value(item: Field, found: Mapping[str, object]) -> Value:
    if item.name not in found and not item.nullable:
        raise Invalid("is missing", f"Send a {item.type}.")
    return read_field(item, found.get(item.name))


def _shown_name(name: str) -> str:
    return shown(name).strip('"') or '""'


def _at(path: str, problem: Invalid) -> Invalid:
    return Invalid(f"{path}: {problem.message}", problem.remedy, path)


def _together(problems: Sequence[Invalid]) -> Invalid:
    first = problems[0]
    return Invalid("; ".join(problem.message for problem in problems) + ".", first.remedy, first.field)
