"""The same joins by pandas' merge_asof, to be compared with: `join_truth.py FOLDER VALUES`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

ROW, MOMENT, EVENT, KNOWN = "__row", "__moment", "__event", "__known"


def found(rows: pd.DataFrame, view: dict[str, Any], source: pd.DataFrame) -> Any:
    """The view's values for each row, in the rows' order."""
    key, values = view["key"], view["values"]
    facts = source.dropna(subset=key)
    if view["event"] is None:
        facts = facts.drop_duplicates(key, keep="last")
        return rows.merge(facts[[*key, *values]], on=key, how="left").sort_values(ROW)[values]
    facts = facts.assign(**{EVENT: facts[view["event"]], KNOWN: facts[[view["event"], view["created"]]].max(axis=1)})
    facts = facts.dropna(subset=[view["event"], view["created"]]).sort_values([KNOWN, EVENT], kind="stable")
    facts = facts[facts[EVENT] == facts.groupby(key)[EVENT].cummax()].drop_duplicates([*key, KNOWN], keep="last")
    sorted_rows = rows.dropna(subset=key).sort_values(MOMENT, kind="stable")
    joined = pd.merge_asof(sorted_rows, facts[[*key, EVENT, KNOWN, *values]], left_on=MOMENT, right_on=KNOWN, by=key)
    joined.loc[~(joined[MOMENT] - joined[EVENT] <= view["ttl"] * 1e6), values] = np.nan
    return joined.set_index(ROW)[values].reindex(range(len(rows)))


def main() -> None:
    """Every view's values into the file VALUES, as numbers."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    views = json.loads((folder / "views.json").read_text())
    keys = sorted({name for view in views for name in view["key"]})
    rows = _pandas(folder / "rows.parquet", [MOMENT, *keys])
    rows[ROW] = np.arange(len(rows))
    results: dict[str, Any] = {}
    took = 0.0
    for view in views:
        times = {view["event"], view["created"]} - {None}
        source = _pandas(folder / f"{view['source']}.parquet", [*view["key"], *sorted(times), *view["values"]])
        began = time.process_time()
        values = found(rows[[ROW, MOMENT, *view["key"]]], view, source)
        took += time.process_time() - began
        results |= {f"{view['name']}.{name}": values[name].to_numpy(dtype=float) for name in view["values"]}
    np.savez(target, **results)
    print(json.dumps({"merge_asof": took}))


def _pandas(path: Path, columns: list[str]) -> pd.DataFrame:
    """Moments as microseconds since 1970, null as NaN: pandas joins numbers as it joins moments."""
    frame = pl.read_parquet(path, columns=list(dict.fromkeys(columns)))
    frame = frame.with_columns(pl.col(pl.Datetime).dt.epoch("us").cast(pl.Float64))
    return pd.DataFrame({name: _column(frame[name]) for name in frame.columns})


def _column(column: pl.Series) -> Any:
    return column.to_list() if column.dtype == pl.String else column.to_numpy()


if __name__ == "__main__":
    main()
