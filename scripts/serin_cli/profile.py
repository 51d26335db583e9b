"""`serin profile`: a first look at a dataset's columns, or at a file's before it is uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.attention import FLAGS, ordered
from serin.domain.errors import Invalid
from serin.domain.names import NAME
from serin.domain.plain_numbers import how_many
from serin.domain.profiles import Association, Profile, ShownProfile
from serin.domain.records import as_record, from_record
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Page, option
from serin_cli.scorecards import contract_at_hand, page_file


def profile(
    what: Annotated[
        str,
        Parameter(
            name="DATASET|FILE", completer=known.datasets, help="a dataset, or a CSV file that is not uploaded yet"
        ),
    ],
    /,
    *,
    page: Page = None,
    model: Annotated[
        str | None,
        option("NAME", "of a dataset: as this model reads it (default: whose label it has)", completer=known.models),
    ] = None,
    label: Annotated[str | None, option("COLUMN", "of a file: what the other columns are compared with")] = None,
    as_json: Json = False,
) -> Any:
    """A first look at a dataset's columns, or at a file's before its upload."""
    if NAME.match(what):
        if label:
            found = "The label of a dataset is what the model's charter says."
            raise Invalid(found, "Leave out --label; --model chooses among models that read it.", "label")
        return _of_dataset(what, model, page, as_json)
    if model:
        raise Invalid(f"{what} is a file, which no model reads yet.", "Leave out --model.", "model")
    profile_made = of_file(Path(what), label)
    if page is not None:
        return _page(profile_made, None, page)
    return _table(profile_made, as_json=as_json)


def of_file(file: Path, label: str | None) -> Profile:
    """The profile of a file's first rows; NotFound, TooLarge, Rejected, or Invalid for a label it cannot have."""
    from serin.data.looks.profiles import About, profile_of
    from serin_cli.drafting.parts import named, task_of
    from serin_cli.init import look

    seen = look(file)
    task = task_of(named(seen, label, "label"), seen, None) if label else None
    rows = seen.typed.height
    notes = [f"The first {how_many(rows, 'row')} were looked at."] if rows < seen.rows - seen.ragged else []
    notes += [f"{how_many(seen.ragged, 'row has', 'rows have')} too many or too few values."] if seen.ragged else []
    return profile_of(seen.typed, About(seen.name, seen.rows, label=label, task=task, notes=tuple(notes)))


def _of_dataset(dataset: str, model: str | None, page: str | None, as_json: bool) -> Any:
    query = {"model": model} if model else {}
    with connected() as client:
        answer = client.get(f"/datasets/{dataset}/profile", **query)
    if page is not None:
        return profile_file(answer, page)
    return answer if as_json else _table(from_record(ShownProfile, answer).profile, as_json=False)


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
