"""Images without an engine: equal content is an equal digest, and a file system comes out as it went in."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.packaging.oci import LAYER, Layer, read_base, read_image, write_image, write_layer

CONFIG = {"created": "2013-04-01T12:00:00Z", "architecture": "amd64", "os": "linux", "config": {"Cmd": ["x"]}}


def layers(folder: Path, files: dict[str, bytes]) -> list[Layer]:
    folder.mkdir(exist_ok=True)
    program = folder / "program"
    program.write_bytes(b"run me")
    program.chmod(0o700)
    listed = [*files.items(), ("usr/bin/program", program)]
    return [write_layer("some files", listed, folder / "one"), write_layer("more", [("b", b"new")], folder / "two")]


def test_the_same_files_are_the_same_image_in_whatever_order_and_folder(tmp_path: Path) -> None:
    files = {"opt/a": b"1", "b": b"old", "opt/deep/er": b"2"}
    first = write_image(tmp_path / "1.tar", layers(tmp_path / "1", files), CONFIG, "m:1")
    turned = write_image(tmp_path / "2.tar", layers(tmp_path / "2", dict(reversed(files.items()))), CONFIG, "m:1")
    assert first == turned
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()
    other = write_image(tmp_path / "3.tar", layers(tmp_path / "3", {**files, "opt/a": b"2"}), CONFIG, "m:1")
    assert other != first


def test_later_layers_count_and_what_could_be_run_can_be(tmp_path: Path) -> None:
    write_image(tmp_path / "i.tar", layers(tmp_path / "made", {"b": b"old", "opt/a": b"1"}), CONFIG, "m:1")
    config = read_image(tmp_path / "i.tar", tmp_path / "root")
    assert (tmp_path / "root" / "b").read_bytes() == b"new"
    assert (tmp_path / "root" / "opt" / "a").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "root" / "usr" / "bin" / "program").stat().st_mode & 0o777 == 0o755
    assert (config["config"], len(config["rootfs"]["diff_ids"]), len(config["history"])) == ({"Cmd": ["x"]}, 2, 2)


def test_an_image_stands_on_its_base(tmp_path: Path) -> None:
    below = write_layer("a system", [("etc/name", b"base"), ("b", b"base")], tmp_path / "below")
    write_image(tmp_path / "base.tar", [below], {**CONFIG, "config": {"Env": ["PATH=/bin"]}}, "base")
    base = read_base(tmp_path / "base.tar", "amd64")
    assert base.config["config"]["Env"] == ["PATH=/bin"]
    write_image(tmp_path / "i.tar", layers(tmp_path / "made", {}), CONFIG, "m:1", base)
    config = read_image(tmp_path / "i.tar", tmp_path / "root")
    assert ((tmp_path / "root" / "etc" / "name").read_bytes(), (tmp_path / "root" / "b").read_bytes()) == (
        b"base",
        b"new",
    )
    assert config["rootfs"]["diff_ids"][0] == below.diff_id
    with pytest.raises(ValueError, match="image of linux/amd64"):
        read_base(tmp_path / "base.tar", "arm64")


DOCKER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def a_base(
    file: Path,
    kind: str = LAYER,
    platform: Mapping[str, str] | None = None,
    *,
    lost: bool = False,
    other: bool = False,
    names: int = 1,
) -> Path:
    """The archive of a layout with one layer, packed as a folder is; `platform` puts it into an index among others."""
    layer = b"a layer, whatever is in it"
    config = blob({"architecture": "amd64", "os": "linux", "rootfs": {"diff_ids": ["sha256:x"] * names}})
    described = {"mediaType": kind, "digest": sha256(layer), "size": len(layer)}
    manifest = blob({"config": {"digest": sha256(config)}, "layers": [described]})
    held = {sha256(one): one for one in (config, manifest)} | (
        {} if lost else {sha256(layer): b"?" if other else layer}
    )
    listed = [{"digest": sha256(manifest)}]
    if platform is not None:
        many = [{"digest": f"sha256:{'0' * 64}", "platform": {"os": "windows", "architecture": "amd64"}}]
        index = blob({"manifests": [*many, {**listed[0], "platform": platform}]})
        held[sha256(index)], listed = index, [{"digest": sha256(index)}]
    with tarfile.open(file, "w") as tar:
        named = {f"blobs/sha256/{digest.removeprefix('sha256:')}": one for digest, one in held.items()}
        for name, content in {**named, "index.json": blob({"manifests": listed})}.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return file


def blob(record: object) -> bytes:
    return json.dumps(record).encode()


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("kind", [LAYER, DOCKER, "application/vnd.oci.image.layer.v1.tar+zstd"])
def test_a_base_is_read_as_tools_write_it_and_told_in_the_words_of_oci(kind: str, tmp_path: Path) -> None:
    alone = read_base(a_base(tmp_path / "b.tar", kind), "amd64")
    among = read_base(a_base(tmp_path / "m.tar", kind, {"os": "linux", "architecture": "amd64"}), "amd64")
    assert alone.layers == among.layers
    assert alone.layers[0]["mediaType"] == (LAYER if kind == DOCKER else kind)
    write_image(tmp_path / "i.tar", [], CONFIG, "m:1", among)
    with tarfile.open(tmp_path / "i.tar") as tar:
        assert f"blobs/sha256/{alone.layers[0]['digest'].removeprefix('sha256:')}" in tar.getnames()


@pytest.mark.parametrize(
    ("of", "error", "said"),
    [
        ({"lost": True}, KeyError, "not found"),
        ({"other": True}, ValueError, "holds something else"),
        ({"names": 2}, ValueError, "it has 1 layers and names 2"),
        ({"kind": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}, ValueError, "which no image may carry"),
        ({"platform": {"os": "linux", "architecture": "s390x"}}, ValueError, "windows/amd64, linux/s390x"),
    ],
)
def test_a_base_that_is_not_whole_is_refused_before_anything_is_written(
    of: dict[str, Any], error: type[Exception], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        read_base(a_base(tmp_path / "b.tar", **of), "amd64")


def test_an_image_that_could_not_be_written_leaves_nothing_in_its_place(tmp_path: Path) -> None:
    (layer, *_) = layers(tmp_path / "made", {})
    layer.blob.unlink()
    with pytest.raises(OSError, match="No such file"):
        write_image(tmp_path / "i.tar", [layer], CONFIG, "m:1")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_is_no_image_is_not_read_as_one(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "no.tar", "w"):
        pass
    with pytest.raises(KeyError):
        read_base(tmp_path / "no.tar", "amd64")


def test_every_blob_is_called_by_what_it_holds(tmp_path: Path) -> None:
    digest = write_image(tmp_path / "i.tar", layers(tmp_path / "made", {"a": b"1"}), CONFIG, "m:1")
    with tarfile.open(tmp_path / "i.tar") as tar:
        (listed,) = json.loads(tar.extractfile("index.json").read())["manifests"]  # type: ignore[union-attr]
        blobs = [member.name.rpartition("/")[2] for member in tar if member.isfile() and "blobs" in member.name]
    assert listed["digest"] == digest
    assert len(blobs) == len(set(blobs)) == 4
    broken = (tmp_path / "i.tar").read_bytes().replace(b'"Cmd":["x"]', b'"Cmd":["y"]')
    (tmp_path / "broken.tar").write_bytes(broken)
    with pytest.raises(ValueError, match="holds something else"):
        read_image(tmp_path / "broken.tar", tmp_path / "root")
