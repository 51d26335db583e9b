"""`python -m serin_cli`: reads the arguments, runs one command, prints its result or what went wrong."""

from __future__ import annotations

import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any, Protocol

from serin.bootstrap import take_zones_as_they_are
from serin.domain.errors import Invalid, SerinError
from serin_cli import commands, story
from serin_cli.approve import approve
from serin_cli.approve import arguments as approve_arguments
from serin_cli.audit import arguments as audit_arguments
from serin_cli.audit import audit
from serin_cli.aws import connect
from serin_cli.batch import arguments as batch_arguments
from serin_cli.batch import batch
from serin_cli.card import arguments as card_arguments
from serin_cli.card import card
from serin_cli.charter import arguments as charter_arguments
from serin_cli.charter import charter
from serin_cli.clock import clock
from serin_cli.contract_check import contract
from serin_cli.cost import arguments as cost_arguments
from serin_cli.cost import cost
from serin_cli.earlier_rows import validate
from serin_cli.erase import arguments as erase_arguments
from serin_cli.erase import erase
from serin_cli.features import arguments as feature_arguments
from serin_cli.features import features
from serin_cli.feedback import feedback
from serin_cli.health import health
from serin_cli.image import arguments as image_arguments
from serin_cli.image import image
from serin_cli.init import init
from serin_cli.inputs import inputs
from serin_cli.lineage import arguments as lineage_arguments
from serin_cli.lineage import lineage
from serin_cli.local import up
from serin_cli.manual import manual
from serin_cli.maturity import maturity
from serin_cli.outcome import Outcome
from serin_cli.pipeline import arguments as pipeline_arguments
from serin_cli.pipeline import pipeline
from serin_cli.plan import show_plan
from serin_cli.prediction import prediction
from serin_cli.profile import profile
from serin_cli.quarantine import quarantine
from serin_cli.releases import arguments as release_arguments
from serin_cli.releases import release
from serin_cli.rerun import rerun
from serin_cli.runs import arguments as run_arguments
from serin_cli.runs import runs
from serin_cli.sources import sources
from serin_cli.terminal import Parser, print_json
from serin_cli.tokens import arguments as token_arguments
from serin_cli.tokens import token
from serin_cli.trace import trace
from serin_cli.uploading import upload
from serin_cli.viability import show_viability
from serin_cli.walk import demo
from serin_cli.watching import arguments as watch_arguments
from serin_cli.watching import watch

TRACED = "an answer's header apigw-requestid, or the correlation of an upload, a run or a release"
Command = Callable[[Namespace], Any]
_MODEL = ("model", {"help": "the model's name"})
_ONE_OR_ALL = ("model", {"nargs": "?", "help": "the model's name (default: every model)"})
_DATASET = ("dataset", {"help": "the dataset's name in the charter"})


def main() -> int:
    """Run the command line; 0 when what was asked for is done, 1 when it is not, 2 for a wrong call."""
    arguments = parser().parse_args()
    take_zones_as_they_are()
    try:
        result = arguments.command(arguments)
    except SerinError as error:
        story.show_error(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # shown whole, but by way of the one border
        story.show_fault(error)
        return 1
    outcome = result if isinstance(result, Outcome) else Outcome(result)
    if outcome.result is not None and arguments.print_json:
        print_json(outcome.result)
    elif outcome.said:
        for line in outcome.said:
            story.say(line)
    elif outcome.result is not None:
        story.show_result(outcome.result)
    return 0 if outcome.done else 1


class Add(Protocol):
    """Adds a command: its name, what it does, its help, and its arguments."""

    def __call__(self, name: str, command: Command, text: str, *arguments: tuple[str, dict[str, Any]]) -> None: ...


def parser() -> Parser:
    """All commands and their arguments."""
    top = Parser(prog="serin", description="Serin: models described in one file, released by evidence.")
    top.formatter_class = RawDescriptionHelpFormatter
    named = top.add_subparsers(required=True, metavar="COMMAND")
    texts = dict[str, str]()

    def add(name: str, command: Command, text: str, *arguments: tuple[str, dict[str, Any]]) -> None:
        texts[name] = text
        made = named.add_parser(name, description=text)
        for argument, options in arguments:
            made.add_argument(argument, **options)
        if "--json" not in (argument for argument, _ in arguments):
            made.add_argument("--json", action="store_true", dest="print_json", help="print the result as JSON")
        made.set_defaults(command=command)

    for commands_of in (_of_the_platform, _of_data, _of_models, _of_answers):
        commands_of(add)
    top.epilog = manual(texts)
    return top


def _of_the_platform(add: Add) -> None:
    begin = (
        "--clock",
        {"metavar": "MOMENT", "help": "begin at this moment, such as 2013-04-01T04:00Z (default: real time)"},
    )
    state = ("--state", {"metavar": "DIR", "help": "keep what it holds in this folder, and begin with what is there"})
    limit = (
        "--concurrency",
        {"type": int, "default": 1000, "metavar": "N", "help": "functions at once; a new account has about 10"},
    )
    far = (
        "--latency",
        {"type": float, "default": 0.0, "metavar": "S", "help": "seconds a call of AWS's API takes more"},
    )
    throttle = ("--throttle", {"action": "store_true", "help": "hold the stage's limit of calls a second, as AWS does"})
    add("up", up, "Run the platform on this machine until Ctrl-C.", begin, state, limit, far, throttle)
    add("clock", clock, "Show the local cloud's clock, advance it through all that is due, or stop that.", *_clock())
    stage = ("--stage", {"metavar": "S", "help": "the stage of cdk.json (default: the one named there)"})
    add("connect", connect, "Connect this checkout to a stage deployed on AWS.", stage)
    add("pipeline", pipeline, "Write what checks, deploys and asks for approval.", *pipeline_arguments())
    traced = ("id", {"help": TRACED})
    since = ("--since", {"metavar": "MOMENT", "help": "read the logs from there, such as 2013-04-01T04:00Z"})
    add("trace", trace, "What one call or upload has caused, in every log.", traced, since)
    add("demo", _demonstrate, "From uploads to predictions on the local cloud.", *_demo())


def _of_data(add: Add) -> None:
    add(
        "sample",
        commands.sample,
        "Write an example's data as files.",
        ("name", {"choices": ["flights"]}),
        _to(),
        _today(),
    )
    add("init", init, "Begin a model from a CSV file.", *_init())
    add("input", inputs, "Take an input out of a charter and of all that names it.", *_input())
    add(
        "contract",
        contract,
        "The contract that a file's rows suggest; check: what of contracts is checked.",
        *_contract(),
    )
    add(
        "charter", charter, "What each field of a model's charter changes; --schema: for editors.", *charter_arguments()
    )
    add("validate", validate, "Read and check every charter and contract, and what earlier rows are under them.")
    add("upload", upload, "Upload files to a dataset.", *_upload())
    page = ("--page", {"metavar": "FILE", "nargs": "?", "const": "", "help": "write a page with plots to this file"})
    add("quality", commands.quality, "The scorecard of each of a dataset's uploads.", _DATASET, page)
    add("profile", profile, "A first look at a dataset's columns, or at a file's before its upload.", *_profile(page))
    add("sources", sources, "The datasets that are copied in from a bucket, and the last look there.")
    add(
        "erase",
        erase,
        "Take a person out of everything that was kept, with your own AWS credentials.",
        *erase_arguments(),
    )
    add("quarantine", quarantine, "The rows set aside: list them, or export them to correct them.", *_quarantine())
    add(
        "features",
        features,
        "What is known of an entity now; status, backfill: how far views are filled, and filling them.",
        *feature_arguments(),
    )


def _of_models(add: Add) -> None:
    add("train", _train, "Train a model now and wait for the verdict; --here: in this process.", *_training())
    again = ("run", {"help": "the id of a run that was judged"})
    add("rerun", rerun, "Make an earlier training again as it was, and say how far it differs.", again)
    add(
        "runs",
        runs,
        "The trainings of a model and their gates; --compare: trials too, side by side.",
        *run_arguments(),
    )
    add("viability", show_viability, "What deciding is worth without a model, and with a perfect one.", _MODEL)
    add("maturity", maturity, "Levels and tests of MLOps, each by the event that shows it.", _ONE_OR_ALL)
    add("plan", show_plan, "What making its next training set takes: pieces, by whom, time and money.", _MODEL)
    add("models", commands.models, "The models and what is live; withdraw: take a version out of use.", *_models())
    hours = (
        "--hours",
        {"type": int, "default": 24, "metavar": "N", "help": "how far back to look, up to 168 (default: 24)"},
    )
    add("health", health, "Calls, failures, durations, memory and cost of each version.", _MODEL, hours)
    add("cost", cost, "What a model would cost a month, line by line; --actual: what it has cost.", *cost_arguments())
    add("image", image, "The endpoint as an OCI image in one file, for teams that run containers.", *image_arguments())
    add("versions", commands.versions, "The registered versions of a model.", _MODEL)
    add("approve", approve, "What people are asked before a version goes live; answer one.", *approve_arguments())
    add("audit", audit, "Who did what, to what, and when: newest first.", *audit_arguments())
    add("card", card, "What a version is for, its figures, origins and limits; as a page.", *card_arguments())
    add("lineage", lineage, "What a version was made of, down to the uploads.", *lineage_arguments())
    add(
        "release",
        release,
        "Make a version live or put back the one before; watch, hold, resume, abort it.",
        *release_arguments(),
    )
    add(
        "watch",
        watch,
        "How a model is doing, and when the next training pays; take or close an episode.",
        *watch_arguments(),
    )


def _of_answers(add: Add) -> None:
    file = ("file", {"help": 'a JSON file {"instances": [{…}]}, or - for standard input'})
    explain = ("--explain", {"action": "store_true", "help": "say of each score what every column has added to it"})
    add("predict", commands.predict, "Ask the live version.", _MODEL, file, explain)
    add("batch", batch, "Score a whole file, and say where the answers are.", _MODEL, *batch_arguments())
    said = ("file", {"help": 'a JSON file {"instances": [{"prediction_id", "label", "rating"}]}, or -'})
    add("feedback", feedback, "Say what was right about predictions, or rate them from 1 to 5.", _MODEL, said)
    add("token", token, "Make, list and revoke tokens, with your own AWS credentials.", *token_arguments())
    one = ("id", {"help": "prediction_id of an answer"})
    add("prediction", prediction, "A prediction: inputs, features, lineage, truth, and its score made again.", one)


def _train(arguments: Namespace) -> Outcome:
    if arguments.here:
        # It loads what fits models, which no other command should pay for.
        from serin_cli.here.command import train_here

        return train_here(arguments)
    if arguments.data is not None or arguments.to is not None:
        raise Invalid("--data and --to belong to a training in this process.", "Add --here, or upload the files.")
    return commands.train(arguments)


def _demonstrate(arguments: Namespace) -> None:
    if not arguments.year:
        demo(arguments)
        return
    # What judges a year of scores takes a second to load, which no other command should pay for.
    from serin_cli.year.command import year

    year(arguments)


def _profile(page: tuple[str, dict[str, Any]]) -> tuple[tuple[str, dict[str, Any]], ...]:
    what = ("what", {"metavar": "DATASET|FILE", "help": "a dataset, or a CSV file that is not uploaded yet"})
    return (
        what,
        page,
        ("--model", {"metavar": "NAME", "help": "of a dataset: as this model reads it (default: whose label it has)"}),
        ("--label", {"metavar": "COLUMN", "help": "of a file: what the other columns are compared with"}),
    )


def _upload() -> tuple[tuple[str, dict[str, Any]], ...]:
    files = ("files", {"nargs": "+", "help": "CSV, Parquet, a workbook of one sheet, a folder of year=2013/…"})
    split = ("--split", {"action": "store_true", "help": "a CSV file in pieces of a gigabyte, each with the header"})
    return _DATASET, files, split


def _quarantine() -> tuple[tuple[str, dict[str, Any]], ...]:
    action = ("action", {"choices": ["list", "export"]})
    upload = ("--upload", {"metavar": "ID", "help": "only the rows of this upload"})
    return action, _DATASET, upload, ("--to", {"metavar": "FILE", "help": "with export: the CSV file to write"})


def _to() -> tuple[str, dict[str, Any]]:
    return "--to", {"required": True, "metavar": "DIR", "help": "the folder to write to"}


def _today() -> tuple[str, dict[str, Any]]:
    return "--today", {"metavar": "DAY", "help": "move all days, so that this one of the sample is today: 2013-04-01"}


def _training() -> tuple[tuple[str, dict[str, Any]], ...]:
    return (
        _MODEL,
        ("--here", {"action": "store_true", "help": "in this process and from files, with no cloud"}),
        ("--data", {"metavar": "FOLDER", "help": "with --here: the files, each dataset in a folder of its name"}),
        ("--to", {"metavar": "FOLDER", "help": "with --here: write the run, its rows and its model there"}),
    )


def _models() -> tuple[tuple[str, dict[str, Any]], ...]:
    return (
        ("action", {"nargs": "?", "choices": ["list", "withdraw"], "default": "list"}),
        ("model", {"nargs": "?", "help": "with withdraw: the model's name"}),
        (
            "--version",
            {"type": int, "metavar": "N", "help": "with withdraw: the version that is not to be used any more"},
        ),
        ("--why", {"metavar": "TEXT", "help": "with withdraw: what is wrong with it; it is remembered"}),
    )


def _clock() -> tuple[tuple[str, dict[str, Any]], ...]:
    action = ("action", {"nargs": "?", "choices": ["show", "advance", "stop"], "default": "show"})
    span = ("span", {"nargs": "?", "help": "with advance: how far, such as 90m, 2h, 7d, 1w or P1DT12H"})
    return action, span, ("--to", {"metavar": "MOMENT", "help": "with advance: a moment, such as 2013-05-01T00:00Z"})


def _init() -> tuple[tuple[str, dict[str, Any]], ...]:
    return (
        ("name", {"help": "the new model's name"}),
        ("--from", {"dest": "file", "metavar": "FILE", "required": True, "help": "rows with their labels, as CSV"}),
        ("--label", {"metavar": "COLUMN", "required": True, "help": "the column to predict"}),
        ("--task", {"choices": ["binary", "multiclass", "regression"], "help": "(default: what the label looks like)"}),
        ("--time", {"metavar": "COLUMN", "help": "when a row's question was asked; year,month,day where these say it"}),
        ("--zone", {"metavar": "ZONE", "help": "of times that do not say theirs, such as Europe/Paris or UTC"}),
        ("--entity", {"metavar": "COLUMN", "help": "what a question is about, such as a customer's number"}),
        ("--keep", {"metavar": "COLUMN", "action": "append", "default": [], "help": "an input all the same"}),
        ("--dataset", {"metavar": "NAME", "help": "the dataset's name (default: the file's)"}),
    )


def _input() -> tuple[tuple[str, dict[str, Any]], ...]:
    columns = ("columns", {"nargs": "+", "metavar": "COLUMN", "help": "what is known only afterwards, or says nothing"})
    return ("action", {"choices": ["remove"]}), _MODEL, columns


def _contract() -> tuple[tuple[str, dict[str, Any]], ...]:
    dataset = {"metavar": "NAME", "help": "with infer: the dataset's name (default: the file's)"}
    files = {
        "nargs": "+",
        "metavar": "FILE",
        "help": "with infer a CSV or Parquet file, with check contracts (ODCS v3)",
    }
    return ("action", {"choices": ["infer", "check"]}), ("files", files), ("--dataset", dataset)


def _demo() -> tuple[tuple[str, dict[str, Any]], ...]:
    file = {"dest": "json_file", "metavar": "FILE", "help": "write the figures to this file"}
    weeks = {"type": int, "metavar": "N", "help": "with --year: end after so many weeks"}
    return (
        ("--json", file),
        ("--year", {"action": "store_true", "help": "a year of flights instead, watched and retrained"}),
        ("--weeks", weeks),
        ("--setup-seconds", {"type": float, "default": 0.0, "help": "for the report"}),
    )


if __name__ == "__main__":
    sys.exit(main())
