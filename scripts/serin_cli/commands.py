"""The commands that talk to a platform that is up, here or on AWS."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from serin.domain.charter import Access, Charter
from serin.domain.errors import Invalid, NotFound
from serin.domain.names import checked_name
from serin.files.charters import read_charter
from serin_cli import story
from serin_cli.client import Client
from serin_cli.comparing import progress_of
from serin_cli.connection import load
from serin_cli.known import refuse_unknown
from serin_cli.listed import after_withdrawal, listed_model, listed_version
from serin_cli.outcome import Outcome
from serin_cli.sample import days_until, write_sample
from serin_cli.scorecards import quality_file, quality_table, said_lines

MODELS = Path("models")


@contextmanager
def connected() -> Iterator[Client]:
    """The platform this checkout is connected to."""
    client = Client(load())
    try:
        yield client
    finally:
        client.close()


def sample(arguments: Namespace) -> list[str]:
    """Write the example's files."""
    today = arguments.today
    later = timedelta(0) if today is None else days_until(datetime.now(UTC).date(), today)
    return [str(path) for path in write_sample(Path(arguments.to), later)]


def quality(arguments: Namespace) -> Any:
    """The uploads of a dataset: a scorecard each, as a table or as a page."""
    with connected() as client:
        uploads = client.all("/uploads", dataset=arguments.dataset)
        if not uploads:
            refuse_unknown(client, arguments.dataset)
    if arguments.page is not None:
        return quality_file(arguments.dataset, uploads, arguments.page)
    uploads.reverse()
    if arguments.print_json or not uploads:
        return uploads
    lines = quality_table(uploads)
    story.show_table(lines, list(lines[0]))
    for line in said_lines(arguments.dataset):
        story.say(line)
    return None


def train(arguments: Namespace) -> Outcome:
    """Train and wait; done is a version that was registered, or that there was nothing to train."""
    with connected() as client:
        run = client.post(f"/models/{arguments.model}/train")["run"]
        with story.bar("Training") as progress:
            said = progress_of(client, arguments.model, run)

            def tell() -> None:
                # Nobody reads it elsewhere, and it costs a call.
                if not progress.disable:
                    progress.update(progress.task_ids[0], description=said())

            ended = client.run_ended(arguments.model, run, tell)
    lines = told_of(ended)
    if (ended.get("verdict") or {}).get("checks"):
        lines.append(f"What the gate measured: ./scripts/serin runs {arguments.model} --run {run}")
    return Outcome(ended, ended["status"] in ("registered", "skipped"), lines)


def told_of(run: Mapping[str, Any]) -> list[str]:
    """How a training has ended, and why."""
    ended = f"registered as version {run.get('version')}" if run["status"] == "registered" else run["status"]
    verdict = run.get("verdict") or {}
    lines = [f"The training {run['id']} is {ended}.", verdict.get("sentence") or run.get("reason") or ""]
    lines += [f"Warning: {warning}" for warning in run.get("warnings", [])]
    return [line for line in lines if line]


def models(arguments: Namespace) -> Any:
    """The models and the version that is live, or a version taken out of use."""
    given = (arguments.model, arguments.version, arguments.why)
    withdraws = arguments.action == "withdraw"
    if any(part is None for part in given) if withdraws else any(part is not None for part in given):
        raise Invalid(
            "A version is withdrawn by its model, its number and a reason.",
            'Write `models withdraw MODEL --version N --why "…"`.',
        )
    with connected() as client:
        if withdraws:
            path = f"/models/{arguments.model}/versions/{arguments.version}/withdraw"
            withdrawn = client.post(path, {"why": arguments.why})
            return {**withdrawn, "next": after_withdrawal(arguments.model, arguments.version, _models(client))}
        return [listed_model(model) for model in _models(client)]


def versions(arguments: Namespace) -> Any:
    """The registered versions of a model."""
    with connected() as client:
        listed = client.all(f"/models/{arguments.model}/versions")[::-1]
    return listed if arguments.print_json else [listed_version(version) for version in listed]


def _models(client: Client) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = client.get("/models")["items"]
    return shown


def predict(arguments: Namespace) -> Any:
    """Ask the live version what a file asks, and with --explain how each score came to be."""
    instances = instances_in(arguments.file)
    with connected() as client:
        access = _access(arguments.model)
        return client.predict(arguments.model, instances, access, explain=arguments.explain)


def instances_in(file: str) -> Any:
    """The instances of a JSON file, or of standard input for `-`; NotFound or Invalid where there are none."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return json.loads(text)["instances"]
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f'{file} is not {{"instances": […]}}.', "Look at README.md for an example.") from error


def charter_of(model: str) -> Charter:
    """The charter in this checkout; NotFound where there is none."""
    return read_charter(charter_file(model))


def charter_file(model: str) -> Path:
    """Where the charter lies in this checkout; NotFound where there is none."""
    path = MODELS / checked_name(model, "model") / "model.yaml"
    if not path.is_file():
        known = ", ".join(sorted(one.parent.name for one in MODELS.glob("[!_]*/model.yaml"))) or "none yet"
        raise NotFound(f"There is no {path}.", f"Check the name; the models of this folder are: {known}.", "model")
    return path


def _access(model: str) -> Access:
    """How the charter in this checkout wants callers to show who they are."""
    path = MODELS / checked_name(model, "model") / "model.yaml"
    return read_charter(path).access if path.is_file() else "token"
