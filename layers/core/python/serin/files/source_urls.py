"""Sources as users write them: `s3://bucket/prefix`, and how often to look there."""

from __future__ import annotations

import re
from datetime import timedelta

from serin.files.durations import duration, written

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"(?!xn--|sthree-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+\Z)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_NOT_PLAIN = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap")
# No character that a policy would read as a wildcard or a variable.
_FOLDER = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_.=+@:-]{1,200}\Z")
_OWN = re.compile(r"serin-[a-z0-9-]+-(uploads|lake|artifacts)-")
# What `cdk bootstrap` makes for any qualifier, today's names and those of before, and of staging apart.
_CDK = re.compile(r"cdk-[a-z0-9-]+-(assets|staging)-|cdktoolkit-stagingbucket-")
_LONGEST_PREFIX = 512

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=31)
"""One look may take as long as a function may, so that two looks at one source do not meet."""


def source_url(text: object) -> tuple[str, str]:
    """Bucket and prefix of `s3://bucket/prefix`; the prefix ends in a slash or is empty. ValueError for all else."""
    if not isinstance(text, str) or not text.startswith("s3://"):
        raise ValueError("Write s3://bucket/prefix; objects of S3 are all that can be copied in.")
    bucket, _, rest = text.removeprefix("s3://").partition("/")
    if not _BUCKET.match(bucket) or bucket.endswith(_NOT_PLAIN):
        raise ValueError("Write the name of a general purpose bucket after s3://, as S3 shows it.")
    if _OWN.match(bucket):
        raise ValueError("Name a bucket that is not Serin's own: what is copied in would be copied in again.")
    if _CDK.match(bucket):
        raise ValueError("Name a bucket that is not the CDK's own: it holds the code that is deployed.")
    if not rest:
        return bucket, ""
    prefix = rest.removesuffix("/")
    if len(prefix) > _LONGEST_PREFIX or not all(map(_FOLDER.match, prefix.split("/"))):
        raise ValueError(
            "Write the prefix as folders of letters, digits and _.=+@:- with one slash between two, "
            f"{_LONGEST_PREFIX} characters at most."
        )
    return bucket, f"{prefix}/"


def every(text: object) -> timedelta:
    """How often to look; ValueError for a span that is none, or too short or long for it."""
    span = duration(text)
    if not SHORTEST <= span <= LONGEST:
        raise ValueError(f"Write a span from {written(SHORTEST)} to {written(LONGEST)}.")
    return span
