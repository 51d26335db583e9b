"""`serin profile`: a first look at a dataset's columns, or at a file's before it is uploaded."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from serin.domain.attention import FLAGS, ordered
from serin.domain.errors import Invalid
from serin.domain.names import NAME
from serin.domain.profiles import Association, Profile, ShownProfile
from serin.domain.records import as_record, from_record
from serin_cli import story
from serin_cli.commands import connected
from serin_cli.scorecards import contract_at_hand, page_file


def profile(arguments: Namespace) -> Any:
    """The profile as a table, or as a page."""
    if NAME.match(arguments.what):
        return _of_dataset(arguments)
    if arguments.model:
        raise Invalid(f"{arguments.what} is a file, which no model reads yet.", "Leave out --model.", "model")
    profile_made = of_file(Path(arguments.what), arguments.label)
    if arguments.page is not None:
        return _page(profile_made, None, arguments.page)
    return _table(profile_made, as_json=arguments.print_json)


def of_file(file: Path, label: str | None) -> Profile:
    """The profile of a file's first rows; NotFound, TooLarge, Rejected, or Invalid for a label it cannot have."""
    from serin.data.looks.profiles import About, profile_of
    from serin_cli.drafting.parts import named, task_of
    from serin_cli.init import look

    seen = look(file)
    task = task_of(named(seen, label, "label"), seen, None) if label else None
    rows = seen.typed.height
    notes = [f"The first {rows:,} rows were looked at."] if rows < seen.rows - seen.ragged else []
    notes += [f"{seen.ragged:,} rows have too many or too few values."] if seen.ragged else []
    return profile_of(seen.typed, About(seen.name, seen.rows, label=label, task=task, notes=tuple(notes)))


def _of_dataset(arguments: Namespace) -> Any:
    if arguments.label:
        found = "The label of a dataset is what the model's charter says."
        raise Invalid(found, "Leave out --label; --model chooses among models that read it.", "label")
    query = {"model": arguments.model} if arguments.model else {}
    with connected() as client:
        answer = client.get(f"/datasets/{arguments.what}/profile", **query)
    if arguments.page is not None:
        return profile_file(answer, arguments.page)
    return answer if arguments.print_json else _table(from_record(ShownProfile, answer).profile, as_json=False)


def profile_file(answer: Any, file: str) -> Any:
    """Write the page of a profile the platform has answered, and say where it is."""
    shown = from_record(ShownProfile, answer)
    return _page(shown.profile, shown, file)


def _page(profile: Profile, shown: ShownProfile | None, file: str) -> Any:
    from serin.pages.profile import profile_page
    from serin_cli.page_files import written

    contract = contract_at_hand(profile.dataset) if shown else None
    return written(profile_page(profile, shown, contract), page_file(file, "profile", profile.dataset))


def _table(profile: Profile, *, as_json: bool) -> Any:
    if as_json:
        return as_record(profile)
    for line in (f"{profile.dataset}: {profile.rows:,} of {profile.of_rows:,} rows were looked at.", *profile.notes):
        story.say(line)
    lines = table_of(profile)
    if lines:
        story.show_table(lines, list(lines[0]))
    else:
        story.say("It has no column.")
    return None


def table_of(profile: Profile) -> list[dict[str, Any]]:
    """A line for each column, what needs attention first."""
    return [
        {
            "column": column.name,
            "type": column.type,
            "missing": f"{100 * column.missing / max(1, profile.rows):.1f} %",
            "different": column.distinct,
            **({"label": _association(column.association)} if profile.label else {}),
            "notes": ", ".join(FLAGS[flag][0] for flag in column.flags),
        }
        for column in ordered(profile)
    ]


def _association(association: Association | None) -> str:
    return "" if association is None else f"{association.strength:.2f}"
