"""Feature functions as people might write them: what they answer, what they raise, and for which rows."""

from __future__ import annotations

from random import Random

HEADER = """\
import datetime, decimal, math, sys
import numpy as np
import pandas as pd

class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("nothing to say")

class Below(BaseException):
    pass

def deeper(n):
    return deeper(n + 1) + 1

"""
KNOWN = '("red", "green", "blue", None)'
# By how often a function meets it: in training, at the edges that are tried before a release, or only in requests.
WHEN = {
    "always": "True",
    "for usual rows": "size == 3",
    "for null": "x is None",
    "for null texts": "color is None",
    "for new texts": f"color not in {KNOWN}",
    "for no text": "color == ''",
    "for zero": "size == 0",
    "below zero": "size < 0",
    "for one text": "color == 'purple 17'",
    "for huge numbers": "x is not None and abs(x) > 1e200",
    "for one number": "size == 123457",
}
WHAT = {
    "int": "size",
    "numpy int": "np.int64(size)",
    "numpy float": "np.float32(size) / 3",
    "numpy bool": "np.bool_(size > 3)",
    "numpy text": "np.str_(color)",
    "array of none": "np.array(size)",
    "array of one": "np.array([size])",
    "nan": "float('nan')",
    "numpy nan": "np.float64('nan')",
    "infinite": "float('inf')",
    "numpy infinite": "-np.float32('inf')",
    "NA": "pd.NA",
    "NaT": "pd.NaT",
    "none": "None",
    "text": "f'{color}-{size}'",
    "long text": "'x' * 5000",
    "half a pair": "'\\ud800'",
    "control": "'\\x00\\n'",
    "bytes": "b'red'",
    "decimal": "decimal.Decimal(size) / 3",
    "list": "[size]",
    "dict": "{'size': size}",
    "object": "object()",
    "generator": "(n for n in range(size))",
    "function": "lambda: size",
    "complex": "complex(size, 1)",
    "date": "datetime.date(2013, 1, 1)",
    "local time": "datetime.datetime(2013, 1, 1)",
    "time": "datetime.datetime(2013, 1, 1, tzinfo=datetime.timezone.utc)",
    "first time": "datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)",
    "pandas time": "pd.Timestamp('2013-01-01', tz='Europe/Berlin')",
    "numpy time": "np.datetime64('2013-01-01')",
    "span": "datetime.timedelta(size)",
    "large int": "2 ** 62 + size",
    "huge int": "10 ** 40",
    "huge float": "1.7e308",
    "ratio": "1 / size",
    "root": "math.sqrt(x)",
    "numpy root": "np.sqrt(x)",
    "log": "math.log(x)",
    "power": "math.exp(x)",
    "letter": "color[0]",
    "lookup": "{'red': 1, 'green': 2, 'blue': 3}[color]",
    "cast": "int(color)",
    "mixed": "size if size > 4 else 'small'",
}
RAISED = {
    "value": "raise ValueError('wrong ' + str(color))",
    "exit": "sys.exit(3)",
    "endless": "return deeper(0)",
    "memory": "raise MemoryError",
    "stop": "raise StopIteration",
    "interrupt": "raise KeyboardInterrupt",
    "own": "raise Below('everything')",
    "speechless": "raise Speechless",
    "assertion": "assert size is None",
    "name": "return nobody",
    "unicode": "'\\ud800'.encode()",
    "group": "raise ExceptionGroup('many', [ValueError(1), KeyError(2)])",
}
USUAL = ("size % 3", "(x or 0.0) / 2", "str(color)", "size > 4", "None")


def feature(random: Random, name: str) -> tuple[str, str]:
    """What the function does, in words, and its source; it asks for x, color and size."""
    when = random.choices(list(WHEN), [1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3])[0]
    raises = random.random() < 0.3
    what = random.choice(list(RAISED if raises else WHAT))
    does = RAISED[what] if raises else f"return {WHAT[what]}"
    other = "0" if not raises and what == "int" else random.choice(USUAL)
    source = f"def {name}(x, color, size):\n    if {WHEN[when]}:\n        {does}\n    return {other}\n\n\n"
    return f"{'raises ' if raises else ''}{what} {when}", source
