"""Definitions of state machines are read once: to read one takes a tenth of a second, most executions take less."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from infra.local.moto_patches.registry import wrap

_WHOLE_SHARE = re.compile(r'("ToleratedFailurePercentage"\s*:\s*[0-9]+)(?=\s*[,}])')
_KEPT = 256
"""Definitions that are held, of stages with many models the ones that were executed last."""


@lru_cache(maxsize=_KEPT)
def _read(original: Any, definition: str) -> Any:
    """What moto makes of a definition; it is copied and never executed itself."""
    return original(definition)


@wrap(AmazonStateLanguageParser, "parse")
def parse(original: Any, definition: str) -> Any:
    """moto reads a definition anew for every execution, and no share of failures that is a whole number."""
    program, tree = _read(original, _WHOLE_SHARE.sub(r"\1.0", definition))
    # Parts of a program take a name when they are first executed, and two executions may begin at once.
    return copy.deepcopy(program), tree
