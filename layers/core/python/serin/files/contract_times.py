"""How a contract says that its times are written: `format` and `defaultTimezone` of `logicalTypeOptions`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from open_data_contract_standard.model import SchemaProperty

from serin.domain.contracts import TIMES
from serin.domain.time_forms import parts_of, shape_of
from serin.files.contract_rules import Rules
from serin.files.contract_types import logical_type
from serin.files.faults import FieldPath, shown

_ISO = {"date": ("yyyy-MM-dd",), "timestamp": ()}


def form_and_zone(rules: Rules, item: SchemaProperty, name: str, path: FieldPath) -> tuple[str | None, str | None]:
    """The form of its own that a column's times have, and the zone of those that say none; None where nothing is said.

    What cannot be read so is said, and not checked; a zone that nobody knows is a fault.
    """
    kind, options = logical_type(item), item.logicalTypeOptions or {}
    if kind not in TIMES:
        return None, None
    zone = options.get("defaultTimezone") if kind == "timestamp" and options.get("timezone") is not True else None
    if zone is not None and not _is_zone(zone):
        remedy = "Write one of the IANA database, such as Europe/Paris, or Etc/UTC."
        rules.refuse((*path, "logicalTypeOptions", "defaultTimezone"), f"a time zone {shown(zone)}", remedy)
        zone = None
    form = options.get("format")
    if form is None or form in _ISO[kind]:
        return None, zone
    about, promise = f"{rules.dataset}.{name}", f"format {form}"
    shape = shape_of(str(form))
    if shape is None or ("minute" in parts_of(shape)) != (kind == "timestamp"):
        rules.say(about, promise, "a form that is not read; times are read as ISO 8601")
    elif kind == "timestamp" and options.get("timezone") is True:
        rules.say(
            about,
            promise,
            "it holds no zone, and `timezone: true` says that texts do; they are read as ISO 8601",
        )
    elif kind == "timestamp" and zone is None:
        rules.say(about, promise, "it holds no zone, and defaultTimezone names none; times are read as ISO 8601")
    else:
        return str(form), zone
    return None, zone


def _is_zone(zone: object) -> bool:
    try:
        ZoneInfo(str(zone))
    except (KeyError, ValueError, OSError):  # not in the database, no key at all, a folder of it
        return False
    return True
