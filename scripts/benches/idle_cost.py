"""What models cost a month that nobody calls: each alarm, poller and schedule of the template with its price."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from infra.app import ROOT, synthesise
from infra.cost.assumptions import Assumptions
from infra.cost.idle import standing_of
from infra.cost.lines import Line, total
from infra.cost.watching import watching_of
from infra.settings import read_settings
from serin.domain import prices
from serin.files.models import read_models


def idle() -> tuple[list[str], list[Line], list[Line]]:
    """The models of this working copy, what watches them in the templates, and what else costs while nobody calls."""
    models = [model.charter.model for model in read_models(ROOT / "models")]
    with tempfile.TemporaryDirectory() as name:
        folder = synthesise(read_settings(ROOT / "cdk.json"), "local", Path(name) / "assembly")
        templates = [json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))]
    return models, watching_of(templates, models), standing_of(templates, models, Assumptions())


def main() -> None:
    """Print the arithmetic; `--json FILE` keeps it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    models, watching, standing = idle()
    lines = [*watching, *standing]
    print(f"A month in USD, by the prices of {prices.AS_OF:%d %B %Y} (layers/core/python/serin/domain/prices.py)")
    for model in (None, *models):
        print(f"\n{model or 'what all models of the stage share'}")
        for line in lines:
            if line.model == model:
                print(f"  {line}")
        print(f"  together: ${total(lines, model):.2f}")
    result = {
        "prices_of": prices.AS_OF.isoformat(),
        "shared": round(total(watching, None), 2),
        "models": {model: round(total(watching, model), 2) for model in models},
        "one_model_alone": round(alone(watching, models), 2),
        "beyond_watching": round(alone(standing, models), 2),
    }
    print(f"\na stage of one model: ${alone(lines, models):.2f}, of which watching ${result['one_model_alone']:.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


def alone(lines: list[Line], models: list[str]) -> float:
    """A month of the dearest model with what all share."""
    return total(lines, None) + max(total(lines, model) for model in models)


if __name__ == "__main__":
    main()
