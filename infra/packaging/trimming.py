"""What a layer carries and a function never reads: tests, stubs, headers, installers' notes."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.packaging.elf import keep_segments_only

FAT_SUFFIXES = {".pyi", ".pyx", ".pxd", ".pxi", ".tp", ".h", ".hpp", ".c", ".cpp", ".a", ".lib"}
FAT_FOLDERS = {"test", "tests", "include", "__pycache__"}
FAT_FILES = {".lock", "conftest.py", "meson.build"}
INSTALLER_NOTES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"}


def trim(packages: Path) -> None:
    """Delete the fat below `packages`.

    Of binaries what is loaded stays where it is, and so do licences and the metadata that
    `importlib.metadata` answers from. Scripts go: they name the machine that installed them.
    """
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for folder in sorted(path for path in packages.rglob("*") if path.is_dir() and path.name in FAT_FOLDERS):
        shutil.rmtree(folder, ignore_errors=True)
    for path in [path for path in packages.rglob("*") if path.is_file() and _is_fat(path)]:
        path.unlink()
    for path in [path for path in packages.rglob("*.so*") if path.is_file() and not path.is_symlink()]:
        keep_segments_only(path)


def _is_fat(path: Path) -> bool:
    if path.parent.name.endswith(".dist-info"):
        return path.name in INSTALLER_NOTES
    return path.suffix in FAT_SUFFIXES or path.name in FAT_FILES
