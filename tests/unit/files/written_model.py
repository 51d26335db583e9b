"""A small model as a user would write it, made in a folder; edits replace words of its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Edits = Mapping[str, Mapping[str, str]]

CHARTER = """\
charter: 1
model: trip-delay
task: binary
design:
  problem: Will this trip end late?
  intended_use: {for: Warn riders early., not_for: [pay of drivers]}
  value: {unit: USD, matrix: {tp: 40, fp: -20, fn: -4, tn: 1}, minimum_per_1000: 500}
  requirements:
    latency_p95_ms: 200
    error_rate: 0.005
    metrics: {roc_auc: 0.6}
    slices: {line: {metric: log_loss, margin: 0.03}}
datasets:
  trips: {contract: contracts/trips.yaml, derive: {call: "features:trip_times", with: [stations]}}
  stations: {contract: contracts/stations.yaml}
  weather: {contract: contracts/weather.yaml}
  depots: {contract: contracts/depots.yaml}
  rides: {contract: contracts/rides.yaml, derive: {call: "features:trip_times", with: [stations]}}
inputs:
  starts: {type: timestamp}
  line: {type: string}
  station: {type: string, nullable: true}
  distance: {type: number, min: 0, max: 900}
features:
  moment: starts - 2h
  entities: {trip: [starts, line], spot: [station], station: [station], line: [line]}
  views:
    sky:
      entity: spot
      source: weather
      event_time: seen_at
      created_time: told_at
      ttl: 3h
      last: [wind, rain]
    gusts: {entity: spot, source: weather, event_time: seen_at, created_time: told_at, ttl: 7d,
      windows: {top: {of: wind, do: max, over: 3h}}}
    place: {entity: station, source: stations, static: true, last: [height]}
  on_demand: {hour: "features:hour", climb: "features:climb"}
  defaults: {sky.rain: 0.5}
  model_uses: [hour, distance, line, sky, climb]
truth: {dataset: trips, entity: trip, label: late}
training:
  start_on: {features: trips}
  pipeline: pipeline.py
  window: 30d
  holdout: 7d
  minimum_rows: 2
  search:
    method: grid
    trials: 4
    concurrency: 2
    optimise: log_loss
    space: {max_leaf_nodes: [15, 31], learning_rate: [0.1, 1e-2]}
  gate: {metric: log_loss, alpha: 0.05, block: row, minimum_gain: 0.001}
  measure_views: false
release:
  golden: golden.json
"""
# All that may be said of how a version goes live, after its golden rows.
RELEASE = """\
  strategy: canary
  alpha: 0.05
  shadow: {pairs: 400, deadline: 12h}
  canary: {steps: [10, 50], deadline: 2d, low_traffic: {below_per_hour: 200, steps: [25]}}
  margins: {error_rate: 0.02, over_latency: 0.1, disagreement: 0.2, value_per_1000: 100}
  inconclusive: roll_back
  bake: 2h
"""
CHARTER += RELEASE
CHARTER += """\
people:
  business_stakeholder: {who: [lead]}
  subject_matter_expert: {who: [desk]}
  data_scientist: {who: [science]}
  data_engineer: {who: [data]}
  ml_engineer: {who: [ml]}
  approvals: {first_release: [], training: [], release: []}
"""

FEATURES = """\
def hour(starts):
    return starts.hour


def minute(starts):
    return starts.minute


def climb(distance, place_height):
    return None if place_height is None else place_height / distance


def trip_times(trips, stations):
    return trips.with_columns(late=trips["delay"] > 5, very_late=trips["delay"] > 20, arrived=trips["ends"])


def strict_times(trips, stations):
    return trips.with_columns(late=trips["delay"] > 1)


def careless(starts, delay=None):
    return starts
"""

GOLDEN = """\
[
  {"instance": {"starts": "2013-01-01T06:00:00Z", "line": "A", "station": null, "distance": 3},
   "expect": {"probability": [0.0, 0.9]}}
]
"""

_HEADER = (
    "apiVersion: v3.1.0\nkind: DataContract\nid: {name}\nversion: 1.0.0\nschema:\n  - name: {name}\n    properties:\n"
)

_TRIP_COLUMNS = """\
      - {name: starts, logicalType: timestamp, primaryKey: true, primaryKeyPosition: 2}
      - {name: line, logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: station, logicalType: string}
      - {name: distance, logicalType: integer, logicalTypeOptions: {minimum: 1}}
      - name: delay
        logicalType: integer
        customProperties: [{property: known, value: afterwards}]
      - name: ends
        logicalType: timestamp
        customProperties: [{property: known, value: afterwards}]
"""
_PLACE_COLUMNS = """\
      - {name: station, logicalType: string, primaryKey: true}
      - {name: height, logicalType: number}
      - {name: built_at, logicalType: timestamp}
"""
_WEATHER_COLUMNS = """\
      - {name: station, logicalType: string, primaryKey: true}
      - {name: line, logicalType: string}
      - {name: seen_at, logicalType: timestamp, primaryKey: true}
      - {name: told_at, logicalType: timestamp}
      - {name: wind, logicalType: number}
      - {name: rain, logicalType: number}
"""


def contract(name: str, columns: str) -> str:
    """A contract of these columns."""
    return _HEADER.format(name=name) + columns


FILES = {
    "model.yaml": CHARTER,
    "features.py": FEATURES,
    "pipeline.py": "def pipeline(columns, params):\n    return None\n",
    "golden.json": GOLDEN,
    "contracts/trips.yaml": contract("trips", _TRIP_COLUMNS),
    "contracts/rides.yaml": contract("rides", _TRIP_COLUMNS),
    "contracts/stations.yaml": contract("stations", _PLACE_COLUMNS),
    "contracts/depots.yaml": contract("depots", _PLACE_COLUMNS),
    "contracts/weather.yaml": contract("weather", _WEATHER_COLUMNS),
}


def write_model(root: Path, edits: Edits | None = None, name: str = "trip-delay") -> Path:
    """The path of `model.yaml` of the model written below `root`/models.

    `edits` are file → words → other words; a file that is not among FILES begins empty, so `{"": text}` writes it.
    """
    folder = root / "models" / name
    for file, text in {**dict.fromkeys(edits or {}, ""), **FILES}.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_edited(file, text, (edits or {}).get(file, {})))
    return folder / "model.yaml"


def _edited(file: str, text: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        if old not in text:
            raise ValueError(f"{file} has no {old!r}")
        text = text.replace(old, new)
    return text


def write_charter(root: Path, edits: Mapping[str, str]) -> Path:
    """The same, with edits of the charter alone."""
    return write_model(root, {"model.yaml": edits})


def line_of(path: Path, words: str) -> int:
    """The first line of `path` that has these words."""
    return next(number for number, text in enumerate(path.read_text().splitlines(), 1) if words in text)
