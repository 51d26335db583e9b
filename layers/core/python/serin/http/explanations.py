"""How a score came to be, as OpenAPI 3.1 says it."""

from __future__ import annotations

from typing import Any, get_args

from serin.domain.charter import Task
from serin.domain.explainability import Method

Schema = dict[str, Any]
EXPLAIN: Schema = {
    "type": "boolean",
    "default": False,
    "description": "Whether each answer is to say what every column has added to its score.",
}
_NUMBER: Schema = {"type": "number"}


def explanation_schema(task: Task) -> Schema:
    """What stands at `explanation` in an answer that was asked to be explained."""
    margin = _object(
        {
            "base": {**_NUMBER, "description": "The margin where no column is known."},
            "margin": {**_NUMBER, "description": "What base and contributions add up to."},
            "contributions": {
                "type": "object",
                "additionalProperties": _NUMBER,
                "description": "By the model's columns.",
            },
        }
    )
    text: Schema = {"type": "string"}
    about = {
        "method": {"enum": list(get_args(Method))},
        "exact": {"type": "boolean", "description": "Whether contributions are Shapley values."},
        "explains": {**text, "description": "What a margin is: `logit`, `probability`, `value`; of which model."},
    }
    by_class = {"classes": {"type": "object", "additionalProperties": margin}}
    told = _object({**about, **(by_class if task == "multiclass" else margin["properties"])})
    why = _object({"unavailable": {**text, "description": "Why this answer cannot be explained."}})
    return {"anyOf": [told, why], "description": "How the score came to be; only where `explain` asked for it."}


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
