"""OCI images as one tar file each, written without an engine: equal content has equal digests.

https://github.com/opencontainers/image-spec/blob/v1.1.0/spec.md
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_BLOBS = "blobs/sha256"
_LEVEL = 4
"""Half the time of gzip's usual 6, for a twentieth more bytes."""
_OF_DOCKER: Mapping[str, str] = {
    "application/vnd.docker.image.rootfs.diff.tar": "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip": LAYER,
    "application/vnd.docker.image.rootfs.diff.tar.zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
}
"""Docker's words for kinds of layers in those of OCI: a manifest has one kind of words, and the bytes are the same."""
_PIECE = 1024**2
Source = Path | bytes
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Layer:
    """Files of an image: the `blob` that holds them, its digest and size, and the digest of what is packed in it.

    `what` says what is in it, in the image's history.
    """

    what: str
    blob: Path
    digest: str
    diff_id: str
    size: int


@dataclass(frozen=True)
class Base:
    """An image that others stand on: its descriptors, its configuration, and where its blobs lie."""

    layers: tuple[Record, ...] = ()
    config: Record = field(default_factory=dict)
    archive: Path | None = None


def write_layer(what: str, files: Iterable[tuple[str, Source]], blob: Path) -> Layer:
    """Pack files, each by its path in the image, of nobody and of no time; what may be run may be run by all."""
    with blob.open("wb") as file:
        packed = _Hashed(file)
        with gzip.GzipFile(
            filename="", mode="wb", fileobj=cast(IO[bytes], packed), mtime=0, compresslevel=_LEVEL
        ) as zipped:
            plain = _Hashed(zipped)
            with tarfile.open(mode="w|", fileobj=cast(IO[bytes], plain), format=tarfile.PAX_FORMAT) as tar:
                _add_all(tar, sorted(files, key=lambda one: one[0]))
    return Layer(what, blob, packed.digest, plain.digest, packed.size)


def write_image(file: Path, layers: Sequence[Layer], config: Record, name: str, base: Base | None = None) -> str:
    """Write the image `name` as an OCI layout in a tar, on its base if there is one; the digest of its manifest.

    `config` is the configuration but for what follows from the layers.
    """
    base = base or Base()
    whole = {
        **config,
        "rootfs": {
            "type": "layers",
            "diff_ids": [*base.config.get("rootfs", {}).get("diff_ids", ()), *(layer.diff_id for layer in layers)],
        },
        "history": [
            *base.config.get("history", ()),
            *({"created": config["created"], "created_by": f"serin: {layer.what}"} for layer in layers),
        ],
    }
    described = _blob(whole)
    own = [{"mediaType": LAYER, "digest": layer.digest, "size": layer.size} for layer in layers]
    manifest = _blob(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, described),
            "layers": [*base.layers, *own],
        }
    )
    listed = {**_descriptor(MANIFEST, manifest), "annotations": {"org.opencontainers.image.ref.name": name}}
    contents: dict[str, Source] = {
        "oci-layout": _blob({"imageLayoutVersion": "1.0.0"}),
        "index.json": _blob({"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]}),
        **{_place(_digest(content)): content for content in (described, manifest)},
        **{_place(layer.digest): layer.blob for layer in layers},
    }
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with tarfile.open(unfinished, "w", format=tarfile.PAX_FORMAT) as tar:
            _add_all(tar, contents.items())
            if base.archive is not None:
                _copy_blobs(base, tar)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return _digest(manifest)


def read_base(archive: Path, architecture: str) -> Base:
    """The image in an OCI layout's tar, the one of Linux on that architecture where there are several.

    Raises OSError or tarfile.TarError for what is no such file; for what has no such image, what reading it raises:
    LookupError, TypeError, AttributeError, ValueError, StopIteration.
    """
    with tarfile.open(archive) as tar:
        (listed, *others) = json.loads(_content(tar, "index.json"))["manifests"]
        manifest = json.loads(_checked(tar, listed["digest"]))
        if others or "manifests" in manifest:
            manifests = [listed, *others] if others else manifest["manifests"]
            chosen = next((one for one in manifests if _platform(one) == ("linux", architecture)), None)
            if chosen is None:
                raise ValueError(f"it has images of {', '.join('/'.join(_platform(one)) for one in manifests)}")
            manifest = json.loads(_checked(tar, chosen["digest"]))
        config = json.loads(_checked(tar, manifest["config"]["digest"]))
        layers = tuple(_of_base(tar, layer) for layer in manifest["layers"])
    if (config.get("os", "linux"), config["architecture"]) != ("linux", architecture):
        raise ValueError(f"it is an image of {config.get('os', 'linux')}/{config['architecture']}")
    if len(config["rootfs"]["diff_ids"]) != len(layers):
        raise ValueError(f"it has {len(layers)} layers and names {len(config['rootfs']['diff_ids'])}")
    return Base(layers, config, archive)


def _platform(listed: Record) -> tuple[str, str]:
    platform = listed.get("platform", {})
    return platform.get("os", "linux"), platform.get("architecture", "unknown")


def _of_base(tar: tarfile.TarFile, layer: Record) -> Record:
    """The layer's descriptor in OCI's words, once its blob is there and what its digest says."""
    kind = _OF_DOCKER.get(layer["mediaType"], layer["mediaType"])
    if kind not in _OF_DOCKER.values():
        raise ValueError(f"a layer is {layer['mediaType']!r}, which no image may carry")
    hashed = hashlib.sha256()
    content = tar.extractfile(_member(tar, _place(layer["digest"])))
    while content is not None and (piece := content.read(_PIECE)):
        hashed.update(piece)
    if f"sha256:{hashed.hexdigest()}" != layer["digest"]:
        raise ValueError(f"{layer['digest']} holds something else")
    return {**layer, "mediaType": kind}


def read_image(archive: Path, into: Path) -> Record:
    """Unpack an image's file system into a folder, as an engine does; its configuration.

    What a layer takes away of those below it (whiteouts) is not: our own take nothing away.
    """
    with tarfile.open(archive) as tar:
        (listed,) = json.loads(_content(tar, "index.json"))["manifests"]
        manifest = json.loads(_checked(tar, listed["digest"]))
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=io.BytesIO(_checked(tar, layer["digest"]))) as files:
                files.extractall(into, filter="data")
        config: Record = json.loads(_checked(tar, manifest["config"]["digest"]))
        return config


class _Hashed:
    """A file that is written to, and the digest of what was."""

    def __init__(self, file: Any) -> None:
        self._file, self._hash, self.size = file, hashlib.sha256(), 0

    def write(self, content: Any) -> int:
        self._hash.update(content)
        self.size += len(content)
        self._file.write(content)
        return len(content)

    def flush(self) -> None:
        self._file.flush()

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


def _add_all(tar: tarfile.TarFile, files: Iterable[tuple[str, Source]]) -> None:
    folders = set[str]()
    for path, source in files:
        for folder in reversed(PurePosixPath(path).parents[:-1]):
            if str(folder) not in folders:
                folders.add(str(folder))
                tar.addfile(_info(str(folder), 0o755, tarfile.DIRTYPE))
        may_run = isinstance(source, Path) and source.stat().st_mode & 0o111
        info = _info(path, 0o755 if may_run else 0o644)
        if isinstance(source, bytes):
            info.size = len(source)
            tar.addfile(info, io.BytesIO(source))
        else:
            info.size = source.stat().st_size
            with source.open("rb") as content:
                tar.addfile(info, content)


def _info(path: str, mode: int, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """Of root, and of the beginning of time."""
    info = tarfile.TarInfo(path)
    info.mode, info.type = mode, kind
    return info


def _copy_blobs(base: Base, into: tarfile.TarFile) -> None:
    assert base.archive is not None
    with tarfile.open(base.archive) as tar:
        for digest in dict.fromkeys(layer["digest"] for layer in base.layers):
            member = _member(tar, _place(digest))
            info = _info(_place(digest), 0o644)
            info.size = member.size
            into.addfile(info, tar.extractfile(member))


def _content(tar: tarfile.TarFile, path: str) -> bytes:
    member = tar.extractfile(_member(tar, path))
    if member is None:
        raise KeyError(path)
    return member.read()


def _member(tar: tarfile.TarFile, path: str) -> tarfile.TarInfo:
    """What lies at a path, which who packs a folder by its dot writes as `./path`."""
    try:
        return tar.getmember(path)
    except KeyError:
        return tar.getmember(f"./{path}")


def _checked(tar: tarfile.TarFile, digest: str) -> bytes:
    content = _content(tar, _place(digest))
    if _digest(content) != digest:
        raise ValueError(f"{digest} holds something else")
    return content


def _blob(record: Record) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


def _descriptor(kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _place(digest: str) -> str:
    kind, _, name = digest.partition(":")
    if kind != "sha256" or not name.isalnum():
        raise ValueError(f"{digest!r} is no digest")
    return f"{_BLOBS}/{name}"
