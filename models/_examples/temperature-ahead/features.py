"""What the temperature follows besides the weather: the hour of the day and the day of the year."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

PLACE = "America/New_York"


def clock(time_hour: datetime | None) -> int | None:
    """The hour that is asked about on the clocks of New York, 0 to 23."""
    return None if time_hour is None else time_hour.astimezone(ZoneInfo(PLACE)).hour


def day(time_hour: datetime | None) -> int | None:
    """Its day of the year there, 1 to 366."""
    return None if time_hour is None else time_hour.astimezone(ZoneInfo(PLACE)).timetuple().tm_yday
