"""The same features by DuckDB, on the part it can do: `duckdb_features.py FOLDER`.

Events and the rows that ask are put together in one stream of each shop and counted over ranges of time, which is
DuckDB's best plan for it; an event that is as old as a window is long has left it. It knows neither when an event
became known nor corrections, so these are left out, and its sums are not exact.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

FEATURES = """
COPY (
  WITH stream AS (
    SELECT shop, seen_at AS t, NULL AS order_id, NULL AS amount, length, open, takings FROM '{folder}/shops-*.parquet'
    UNION ALL
    SELECT shop, "at" - INTERVAL 1 HOUR, order_id, amount, NULL, NULL, NULL FROM '{folder}/orders-*.parquet'
  ), known AS (
    SELECT order_id, t, amount,
      last_value(length IGNORE NULLS) OVER two_days AS seen_length,
      last_value(open IGNORE NULLS) OVER two_days AS seen_open,
      count(length) OVER six_hours AS n,
      avg(takings) OVER a_day AS mean,
      max(takings) OVER a_day AS top
    FROM stream
    WINDOW
      two_days AS (PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND CURRENT ROW),
      six_hours AS (
        PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL 21599999999 MICROSECONDS PRECEDING AND CURRENT ROW
      ),
      a_day AS (
        PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL 86399999999 MICROSECONDS PRECEDING AND CURRENT ROW
      )
  )
  SELECT * FROM known WHERE order_id IS NOT NULL
) TO '{folder}/duckdb.parquet' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> None:
    """Print the figures; where it ends without features, why."""
    folder = Path(sys.argv[1])
    engine = duckdb.connect(str(folder / "duckdb.db"))
    engine.execute("SET memory_limit = '2GB'; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    engine.execute(f"SET temp_directory = '{folder / 'duckdb-temp'}'")
    began = time.process_time()
    engine.execute(FEATURES.format(folder=folder))
    figures = {"cpu_s": round(time.process_time() - began, 2), "version": duckdb.__version__}
    figures["rows"] = engine.sql(f"SELECT count(*) FROM '{folder}/duckdb.parquet'").fetchall()[0][0]
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    figures["peak_mb"] = round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
