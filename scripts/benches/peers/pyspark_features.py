"""The same features by PySpark, on the part it can do: `pyspark_features.py FOLDER`.

Events and the rows that ask are put together in one stream of each shop and counted over ranges of time, as DuckDB's
are. Without its segment trees each row would read its whole window again: they are turned on, and they are not by
default. All cores, adaptive execution, its columns' vectors off the heap, no web page, and as many partitions as bring
each within memory. It knows neither when an event became known nor corrections, and its sums are not exact.

Java comes with the lock. CPU is what the whole process took from when its session was there, so without its start.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyspark
from pyspark.sql import SparkSession
from pyspark_java import NoJava, session

FEATURES = """
WITH stream AS (
  SELECT shop, seen_at AS t, CAST(NULL AS BIGINT) AS order_id, CAST(NULL AS DOUBLE) AS amount, length, open, takings
  FROM events
  UNION ALL
  SELECT shop, at - INTERVAL 1 HOUR, order_id, amount, NULL, NULL, NULL FROM orders
), known AS (
  SELECT order_id, t, amount,
    last(length, true) OVER two_days AS seen_length,
    last(open, true) OVER two_days AS seen_open,
    count(length) OVER six_hours AS n,
    avg(takings) OVER a_day AS mean,
    max(takings) OVER a_day AS top
  FROM stream
  WINDOW
    two_days AS (PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL 2 DAYS PRECEDING AND CURRENT ROW),
    six_hours AS (PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL '21599.999999' SECOND PRECEDING AND CURRENT ROW),
    a_day AS (PARTITION BY shop ORDER BY t RANGE BETWEEN INTERVAL '86399.999999' SECOND PRECEDING AND CURRENT ROW)
)
SELECT * FROM known WHERE order_id IS NOT NULL
"""
PARTITION = 128 * 1024**2
"""Bytes of the tables' files that one partition is meant to hold, as its own advice has it."""
HEAP = "4g"


def main() -> None:
    """Print the figures; or what is missing, where there is no Java that runs."""
    folder = Path(sys.argv[1])
    try:
        with session(_settings(folder)) as (spark, java):
            print(json.dumps(_figures(spark, java, folder)))
    except NoJava as error:
        print(json.dumps({"missing": str(error)}))


def _figures(spark: SparkSession, java: int, folder: Path) -> dict[str, Any]:
    for name, files in (("events", "shops"), ("orders", "orders")):
        spark.read.parquet(str(folder / f"{files}-*.parquet")).createOrReplaceTempView(name)
    began, written = _cpu_s(java), str(folder / "pyspark.parquet")
    spark.sql(FEATURES).write.option("compression", "zstd").parquet(written)
    figures: dict[str, Any] = {"cpu_s": round(_cpu_s(java) - began, 2), "version": pyspark.__version__}
    figures["peak_mb"] = _peak_mb(java)
    figures["rows"] = spark.read.parquet(written).count()
    return figures


def _settings(folder: Path) -> dict[str, str]:
    size = sum(file.stat().st_size for name in ("orders", "shops") for file in folder.glob(f"{name}-*.parquet"))
    cores = len(os.sched_getaffinity(0))
    return {
        "spark.master": f"local[{cores}]",
        "spark.app.name": "features",
        "spark.driver.memory": HEAP,
        "spark.driver.extraJavaOptions": "-XX:+UseParallelGC",
        "spark.local.dir": str(folder / "pyspark-temp"),
        "spark.sql.warehouse.dir": str(folder / "pyspark-warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.shuffle.partitions": str(max(cores, -(-size // PARTITION))),
        "spark.sql.window.segmentTree.enabled": "true",
        "spark.ui.enabled": "false",
    }


def _cpu_s(java: int) -> float:
    """The CPU seconds of the Java process, its compiler and its collector included."""
    fields = Path(f"/proc/{java}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(java: int) -> int:
    lines = Path(f"/proc/{java}/status").read_text(encoding="utf-8").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024)


if __name__ == "__main__":
    main()
