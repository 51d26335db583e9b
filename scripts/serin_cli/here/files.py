"""Which files of a folder belong to which dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from serin.domain.charter import Charter
from serin.domain.errors import Invalid, NotFound


def files_of(folder: Path, charter: Charter) -> dict[str, list[Path]]:
    """The files of each dataset that the model reads, by name, as they would be uploaded one after the other.

    `folder/<dataset>/…` is the dataset's. A file directly in the folder is of the dataset that its name begins with,
    such as `weather-2013-01.csv`, else of the one with the label. Raises NotFound or Invalid where a dataset has none.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Name a folder of files: --data FOLDER.", "--data")
    names = [use.name for use in charter.datasets]
    files: dict[str, list[Path]] = {name: _inside(folder / name) for name in names}
    for file in _inside(folder):
        files[_named(file.name, names) or charter.truth.dataset].append(file)
    if missing := [name for name, its in files.items() if not its]:
        raise Invalid(
            f"{folder} has no file of the dataset {missing[0]}.",
            f"Put its files into {folder / missing[0]}/, or let their names begin with {missing[0]}.",
            "--data",
        )
    return files


def _inside(folder: Path) -> list[Path]:
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in there if path.is_file() and not path.name.startswith(".")]


def _named(file: str, datasets: Sequence[str]) -> str | None:
    # The longest: `weather-daily.csv` is not of `weather` where there is a `weather-daily`.
    begins = [name for name in datasets if file == name or file.startswith((f"{name}-", f"{name}.", f"{name}_"))]
    return max(begins, key=len, default=None)
