from __future__ import annotations

import base64
import ctypes
import hashlib
import marshal
import os
import shutil
import subprocess
import sys
import types
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from infra.packaging.built import BuiltPackages
from infra.packaging.cache import digest_of, made_once
from infra.packaging.kernel import FLAGS, build_library, kernel_layer
from infra.packaging.third_party import third_party_layer
from infra.packaging.trimming import trim
from infra.settings import Architecture, Target, this_architecture, this_python
from serin.domain.errors import Invalid, NotFound, Unavailable
from tests.kernels import kernel_library
from tests.waiting import PATIENCE_S

HERE = Target("local", this_python(), this_architecture())
OTHER_MINOR = Target("aws", "3.99", "arm64")
KERNEL = Path(__file__).parents[2] / "layers" / "kernel" / "kernel.c"
WHEEL = "tiny-1.0-py3-none-any.whl"


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def a_lock(folder: Path) -> Path:
    """A lock file of one wheel, made here, so that nothing is fetched."""
    info = {"METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n", "WHEEL": "Wheel-Version: 1.0\n"}
    content = {f"tiny-1.0.dist-info/{name}": text for name, text in info.items()}
    content["tiny-1.0.dist-info/WHEEL"] += "Root-Is-Purelib: true\nTag: py3-none-any\n"
    content |= {"tiny/__init__.py": "ANSWER = 42\n", "tiny/tests/test_tiny.py": "", "tiny/__init__.pyi": ""}
    rows = [f"{name},sha256={_urlsafe(text)},{len(text)}" for name, text in content.items()]
    content["tiny-1.0.dist-info/RECORD"] = "\n".join([*rows, "tiny-1.0.dist-info/RECORD,,\n"])
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, text in content.items():
            wheel.writestr(name, text)
    digest = hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()
    return write(folder / "layer" / "requirements.txt", f"tiny @ {(folder / WHEEL).as_uri()} --hash=sha256:{digest}\n")


def _urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class TestAssets:
    def test_the_second_time_nothing_is_made(self, tmp_path: Path) -> None:
        first = made_once(tmp_path / "cache", "a1", lambda out: write(out / "x", "four") and None)
        second = made_once(tmp_path / "cache", "a1", lambda out: pytest.fail("made again"))
        assert first == second
        assert first.size == 4

    def test_what_failed_half_way_is_not_there(self, tmp_path: Path) -> None:
        def fail(out: Path) -> None:
            write(out / "x", "half")
            raise ValueError("power cut")

        with pytest.raises(ValueError, match="power cut"):
            made_once(tmp_path / "cache", "a1", fail)
        assert list((tmp_path / "cache").iterdir()) == []

    def test_eight_at_once_leave_one_whole_asset_and_nothing_beside_it(self, tmp_path: Path) -> None:
        together = Barrier(8)

        def make(out: Path) -> None:
            together.wait(timeout=PATIENCE_S)
            write(out / "x", "four")

        with ThreadPoolExecutor(8) as pool:
            made = set(pool.map(lambda _: made_once(tmp_path / "cache", "a1", make), range(8)))
        (asset,) = made
        assert (asset.folder / "x").read_text() == "four"
        assert [path.name for path in (tmp_path / "cache").iterdir()] == [asset.hash]

    def test_lambdas_own_user_may_read_it_whoever_makes_it(self, tmp_path: Path) -> None:
        def make(out: Path) -> None:
            write(out / "sub" / "module.py")
            write(out / "sub" / "tool").chmod(0o700)

        usual = os.umask(0o077)
        try:
            folder = made_once(tmp_path / "cache", "a1", make).folder
        finally:
            os.umask(usual)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
        assert modes == {"content": 0o755, "sub": 0o755, "module.py": 0o644, "tool": 0o755}

    def test_sources_are_named_by_paths_and_bytes_and_not_by_byte_code(self, tmp_path: Path) -> None:
        write(tmp_path / "a.py", "1")
        before = digest_of(tmp_path)
        write(tmp_path / "__pycache__" / "a.cpython-311.pyc", "x")
        assert digest_of(tmp_path) == before
        (tmp_path / "a.py").rename(tmp_path / "b.py")
        assert digest_of(tmp_path) != before


class TestTrimming:
    def test_tests_stubs_headers_scripts_and_installers_notes_go(self, tmp_path: Path) -> None:
        fat = "tests/test_x.py sub/test/y.py conftest.py x.pyi include/x.h x.pxd x.pyx.tp meson.build __pycache__/x.pyc"
        for name in fat.split():
            write(tmp_path / "package" / name)
        write(tmp_path / "bin" / "tool")
        write(tmp_path / "package-1.dist-info" / "RECORD")
        write(tmp_path / "package" / "__init__.py")
        trim(tmp_path)
        assert files(tmp_path) == {"package/__init__.py"}

    def test_a_library_loads_without_what_no_loader_reads_and_nothing_in_it_moves(self, tmp_path: Path) -> None:
        library = tmp_path / "package.libs" / "libkernel.so.1"
        library.parent.mkdir()
        shutil.copyfile(kernel_library(), library)
        whole = library.read_bytes()
        trim(tmp_path)
        cut = library.read_bytes()
        assert len(cut) < len(whole)
        assert cut[64:] == whole[64 : len(cut)]
        assert ctypes.CDLL(str(library)).serin_check is not None
        trim(tmp_path)
        assert library.read_bytes() == cut

    def test_what_is_no_library_licences_and_metadata_stay_as_they_came(self, tmp_path: Path) -> None:
        kept = {
            "package/x.so": "binary",
            "package.libs/libopenblas.so": "binary",
            "package/testing/__init__.py": "",
            "package-1.dist-info/METADATA": "",
            "package-1.dist-info/licenses/LICENSE": "",
        }
        for name, text in kept.items():
            write(tmp_path / name, text)
        trim(tmp_path)
        assert {name: (tmp_path / name).read_text() for name in files(tmp_path)} == kept


class TestThirdPartyLayers:
    def test_a_layer_is_what_the_lock_names_without_the_fat(self, tmp_path: Path) -> None:
        layer = third_party_layer(a_lock(tmp_path), HERE, tmp_path / "cache")
        kept = {"tiny-1.0.dist-info/METADATA", "tiny-1.0.dist-info/WHEEL", "tiny/__init__.pyc"}
        assert files(layer.folder / "python") == kept

    def test_without_an_interpreter_of_its_minor_it_keeps_its_sources(self, tmp_path: Path) -> None:
        layer = third_party_layer(a_lock(tmp_path), OTHER_MINOR, tmp_path / "cache")
        assert "tiny/__init__.py" in files(layer.folder / "python")

    def test_a_function_can_import_it_by_its_place_under_opt(self, tmp_path: Path) -> None:
        layer = third_party_layer(a_lock(tmp_path), HERE, tmp_path / "cache")
        program = "import sys; sys.path.insert(0, sys.argv[1]); import tiny; print(tiny.ANSWER)"
        done = subprocess.run(
            [sys.executable, "-I", "-c", program, str(layer.folder / "python")],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "42\n"

    def test_a_file_whose_hash_is_not_the_locks_is_refused(self, tmp_path: Path) -> None:
        lock = a_lock(tmp_path)
        lock.write_text(lock.read_text().replace("sha256:", "sha256:0000")[:-5] + "\n")
        with pytest.raises(Unavailable, match=r"layer/requirements.txt could not be installed"):
            third_party_layer(lock, HERE, tmp_path / "cache")

    @pytest.mark.slow
    def test_lock_minor_and_platform_each_make_another_layer(self, tmp_path: Path) -> None:
        lock, cache = a_lock(tmp_path), tmp_path / "cache"
        targets = [
            HERE,
            Target("aws", "3.98", "arm64"),
            Target("aws", "3.98", "x86_64"),
            OTHER_MINOR,
        ]
        hashes = {third_party_layer(lock, target, cache).hash for target in targets}
        lock.write_text(lock.read_text() + "# another lock\n")
        hashes.add(third_party_layer(lock, HERE, cache).hash)
        assert len(hashes) == len(targets) + 1


class TestByteCode:
    def test_it_is_never_checked_against_times_and_names_its_place_under_opt(self, tmp_path: Path) -> None:
        layer = third_party_layer(a_lock(tmp_path), HERE, tmp_path / "cache")
        (compiled,) = layer.folder.rglob("*.pyc")
        content = compiled.read_bytes()
        unchecked_hash = 0b01
        assert int.from_bytes(content[4:8], "little") == unchecked_hash
        code = marshal.loads(content[16:])
        assert isinstance(code, types.CodeType)
        assert code.co_filename == "/opt/python/tiny/__init__.py"

    def test_none_is_shipped_for_another_minor(self, tmp_path: Path) -> None:
        packages = BuiltPackages(a_working_copy(tmp_path), OTHER_MINOR, ())
        assert files(packages.layer("core").folder) == {"python/serin/__init__.py"}

    def test_a_module_that_does_not_compile_stops_the_synthesis(self, tmp_path: Path) -> None:
        root = a_working_copy(tmp_path)
        write(root / "layers" / "core" / "python" / "serin" / "broken.py", "def\n")
        with pytest.raises(Invalid, match=r"broken\.py"):
            BuiltPackages(root, HERE, ()).layer("core")


def a_working_copy(folder: Path) -> Path:
    write(folder / "layers" / "core" / "python" / "serin" / "__init__.py", "A = 1\n")
    write(folder / "functions" / "api" / "handler.py", "def handle(event, context): ...\n")
    return folder


class TestBuiltPackages:
    def test_a_functions_code_is_its_folder(self, tmp_path: Path) -> None:
        root = a_working_copy(tmp_path)
        write(root / "functions" / "api" / "__pycache__" / "handler.pyc")
        assert files(BuiltPackages(root, HERE, ()).function("api").folder) == {"handler.py"}

    def test_a_function_without_a_handler_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match=r"functions/predict/handler\.py does not exist"):
            BuiltPackages(a_working_copy(tmp_path), HERE, ()).function("predict")

    def test_a_change_of_the_library_is_another_layer(self, tmp_path: Path) -> None:
        root = a_working_copy(tmp_path)
        before = BuiltPackages(root, HERE, ()).layer("core")
        write(root / "layers" / "core" / "python" / "serin" / "__init__.py", "A = 2\n")
        assert BuiltPackages(root, HERE, ()).layer("core").hash != before.hash

    def test_an_unknown_layer_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no layer 'code-nobody'"):
            BuiltPackages(a_working_copy(tmp_path), HERE, ()).layer("code-nobody")


class TestTheKernel:
    @pytest.mark.slow
    @pytest.mark.parametrize(("architecture", "machine"), [("arm64", 183), ("x86_64", 62)])
    def test_its_layer_is_built_for_either_processor_and_needs_no_other_library(
        self, tmp_path: Path, architecture: Architecture, machine: int
    ) -> None:
        layer = kernel_layer(KERNEL, Target("aws", this_python(), architecture), tmp_path)
        assert files(layer.folder) == {"python/serin_kernel/__init__.py", "python/serin_kernel/kernel.so"}
        library = (layer.folder / "python/serin_kernel/kernel.so").read_bytes()
        assert (library[:4], int.from_bytes(library[18:20], "little")) == (b"\x7fELF", machine)
        assert b"libc.so" not in library
        assert b"libm.so" not in library

    def test_what_the_compiler_says_of_a_wrong_line_is_told(self, tmp_path: Path) -> None:
        source = write(tmp_path / "kernel.c", "int serin_check(void) { return }\n")
        with pytest.raises(Invalid, match=r"kernel\.c does not compile: (.|\n)*expected expression"):
            build_library(source, FLAGS, tmp_path / "kernel.so")
