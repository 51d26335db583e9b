"""What it costs a month to watch models that nobody calls: each alarm and dashboard of the template with its price."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from infra.app import ROOT, synthesise
from infra.settings import read_settings
from infra.watching_cost import Watching, total, watching_of
from serin.domain import prices
from serin.files.models import read_models


def watched() -> tuple[list[str], list[Watching]]:
    """The models of this working copy, and what watches them in the templates."""
    models = [model.charter.model for model in read_models(ROOT / "models")]
    with tempfile.TemporaryDirectory() as name:
        folder = synthesise(read_settings(ROOT / "cdk.json"), "local", Path(name) / "assembly")
        templates = [json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))]
    return models, watching_of(templates, models)


def main() -> None:
    """Print the arithmetic; `--json FILE` keeps it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    models, watching = watched()
    shared = total(watching, None)
    result: dict[str, object] = {"prices_of": prices.AS_OF.isoformat(), "shared": round(shared, 2)}
    print(f"A month in USD, by the prices of {prices.AS_OF:%d %B %Y} (layers/core/python/serin/domain/prices.py)")
    for model in (None, *models):
        print(f"\n{model or 'what all models of the stage share'}")
        for one in watching:
            if one.model == model:
                print(f"  {one}")
        print(f"  together: ${total(watching, model):.2f}")
    result["models"] = {model: round(total(watching, model), 2) for model in models}
    result["one_model_alone"] = round(shared + max(total(watching, model) for model in models), 2)
    print(f"\na stage of one model: ${result['one_model_alone']:.2f}")
    if wanted.json:
        wanted.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
