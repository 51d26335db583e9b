"""Images without an engine: equal content is an equal digest, and a file system comes out as it went in."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from infra.packaging.oci import Layer, read_base, read_image, write_image, write_layer

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
    with pytest.raises(ValueError, match="image of amd64"):
        read_base(tmp_path / "base.tar", "arm64")


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
