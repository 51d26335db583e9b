"""`serin pipeline`: what runs check, test, deploy and approval, written where its system looks for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from serin.domain.errors import Conflict
from serin_cli.command_line.words import Json
from serin_cli.outcome import Outcome

TEMPLATES = Path(__file__).resolve().parents[1] / "pipeline"
PLACES: Mapping[str, tuple[str, str]] = {
    "github": ("github-actions.yaml", ".github/workflows/serin.yaml"),
    "jenkins": ("Jenkinsfile", "Jenkinsfile"),
}
"""System → the file here, and where it is looked for."""
_NEXT: Mapping[str, tuple[str, ...]] = {
    "github": (
        "Make the environments `staging` and `production`; give the second required reviewers: they are the approval.",
        "In each stage's account, once: ./scripts/deploy bootstrap, then what lends the pipeline a role:",
        "aws cloudformation deploy --template-file scripts/pipeline/deploy-role.yaml --stack-name serin-deploy-staging "
        "--capabilities CAPABILITY_NAMED_IAM --parameter-overrides Stage=staging "
        "Subject=repo:OWNER/REPOSITORY:environment:staging Provider=ARN",
        "Set the variables SERIN_DEPLOY_ROLE and AWS_REGION of each environment.",
    ),
    "jenkins": (
        "Set SERIN_STAGING_ROLE, SERIN_PRODUCTION_ROLE and AWS_REGION, and the credentials that the file names.",
        "The roles are those of scripts/pipeline/deploy-role.yaml with your Jenkins' issuer in place of GitHub's, and "
        "the pattern of Subject that of the `sub` of the job's token.",
    ),
}


def pipeline(
    system: Annotated[str, Parameter(choices=tuple(PLACES), help="what runs your pipelines")],
    /,
    *,
    _json: Json = False,
) -> Outcome:
    """Write what checks, deploys and asks for approval.

    A file that is there and says something else is left as it is.
    """
    name, place = PLACES[system]
    text, target = (TEMPLATES / name).read_text(encoding="utf-8"), Path(place)
    if _is_another(target, text):
        raise Conflict(f"{target} is there already and says something else.", "Move it away, or keep yours.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Conflict(
            f"{target} cannot be written: {error.strerror}.", f"Let {target.parent} be a folder you may write to."
        ) from error
    lines = _NEXT[system]
    return Outcome({"written": str(target), "next": list(lines)}, said=[f"{target} is written.", *lines])


def _is_another(target: Path, text: str) -> bool:
    """Whether something else is there, be it a folder, a link to nowhere, or no text."""
    if not os.path.lexists(target):
        return False
    try:
        return target.read_text(encoding="utf-8") != text
    except (OSError, UnicodeDecodeError):
        return True
