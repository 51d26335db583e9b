"""`serin quality`: the scorecards of a dataset's uploads."""

from __future__ import annotations

from typing import Any

from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Dataset, Json, Page
from serin_cli.known import refuse_unknown
from serin_cli.scorecards import quality_file, quality_table, said_lines


def quality(dataset: Dataset, /, *, page: Page = None, as_json: Json = False) -> Any:
    """The scorecard of each of a dataset's uploads."""
    with connected() as client:
        uploads = client.all("/uploads", dataset=dataset)
        if not uploads:
            refuse_unknown(client, dataset)
    if page is not None:
        return quality_file(dataset, uploads, page)
    uploads.reverse()
    if as_json or not uploads:
        return uploads
    lines = quality_table(uploads)
    story.show_table(lines, list(lines[0]))
    for line in said_lines(dataset):
        story.say(line)
    return None
