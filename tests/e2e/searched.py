"""Everything a local cloud keeps, looked through for words: objects of all versions, items and lines of logs."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from serin.adapters.salts import DynamoSalts
from serin.services.steps.pseudonyms import known_pseudonyms
from serin_cli.connection import Connection, aws_client

_KINDS = ("uploads", "lake", "artifacts")


@dataclass(frozen=True)
class Places:
    """Where one of the words is: folders of the lake and the uploads, tables, groups of logs.

    `named` are the kinds of places, buckets, tables or logs, that have the first word itself.
    """

    lake: frozenset[str]
    uploads: frozenset[str]
    tables: frozenset[str]
    logs: frozenset[str]
    named: frozenset[str]


def pseudonym_of(value: str, column: str, connection: Connection) -> str:
    """What stands for a value."""
    salts = DynamoSalts(lambda: aws_client(connection, "dynamodb"), f"serin-{connection.stage}-control")
    return known_pseudonyms(column, [value], salts=salts)[value]


def places_of(words: tuple[str, ...], connection: Connection) -> Places:
    """Where the words are; something is looked at of each kind, or this fails."""
    held: dict[str, set[str]] = {kind: set() for kind in ("uploads", "lake", "artifacts", "tables", "logs")}
    named, looked = set[str](), set[str]()
    for kind, place, content in _everything(connection):
        looked.add(kind)
        # An address has a name in small letters.
        found = [word for word in words if word.lower().encode() in content.lower()]
        if found:
            held[kind].add(place)
        if words[0] in found:
            named.add(kind)
    assert looked == held.keys(), looked
    assert not held["artifacts"], held["artifacts"]
    kept = (frozenset(held[kind]) for kind in ("lake", "uploads", "tables", "logs"))
    return Places(*kept, frozenset(named))


def _everything(connection: Connection) -> Iterator[tuple[str, str, bytes]]:
    s3 = aws_client(connection, "s3")
    for bucket in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        kind = next((kind for kind in _KINDS if f"-{kind}-" in bucket), None)
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket) if kind else ()
        for version in (version for page in pages for version in page.get("Versions", ())):
            found = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            yield str(kind), version["Key"].partition("/")[0], plain(found)
    dynamodb = aws_client(connection, "dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            yield "tables", table, repr(page["Items"]).encode()
    logs = aws_client(connection, "logs")
    groups = [one for page in logs.get_paginator("describe_log_groups").paginate() for one in page["logGroups"]]
    for group in [one["logGroupName"] for one in groups]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            yield "logs", group, "\n".join(event["message"] for event in page["events"]).encode()


def plain(content: bytes) -> bytes:
    """What a file says, unpacked."""
    if content.startswith(b"\x1f\x8b"):
        return plain(gzip.decompress(content))
    if content.startswith(b"PAR1"):
        return pl.read_parquet(content).write_json().encode()
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(_member(archive.read(name), name) for name in archive.namelist())


def _member(content: bytes, name: str) -> bytes:
    return repr(np.load(io.BytesIO(content)).tolist()).encode() if name.endswith(".npy") else content
