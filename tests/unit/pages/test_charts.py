from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serin.pages import charts
from serin.pages.charts import Bar
from tests.unit.pages.pages import HOSTILE


def parts(image: str, tag: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(image).iter(tag))


def number(part: ElementTree.Element, name: str) -> float:
    return float(part.attrib[name])


def test_a_line_rises_where_the_score_does_and_each_mark_tells_its_value() -> None:
    image = charts.line("accuracy", 0, [90.0, 95.0, 100.0], ["a", "b", "c"], 90, 100)
    (path,) = parts(image, "polyline")
    points = [tuple(map(float, point.split(","))) for point in path.attrib["points"].split()]
    assert [y for _, y in points] == [100.0, 56.0, 12.0]
    assert points[1][0] == pytest.approx((points[0][0] + points[2][0]) / 2, abs=0.1)
    told = [title.text for title in parts(image, "title")]
    assert told == ["accuracy 90.00, a", "accuracy 95.00, b", "accuracy 100.00, c"]
    assert {"90", "95", "100"} <= {text.text for text in parts(image, "text")}


def test_columns_are_as_high_as_their_values_and_hold_their_parts() -> None:
    image = charts.columns("rows", [Bar("a", 10, "ten", part=5), Bar("b", 20, "twenty"), Bar("c", 0, "none")])
    bars = [(bar.attrib["class"], number(bar, "height")) for bar in parts(image, "rect")]
    assert bars == [("bar", 59.0), ("bar second", 29.5), ("bar", 118.0), ("bar", 0.0)]
    first, second = (number(bar, "y") + number(bar, "height") for bar in parts(image, "rect")[:2])
    assert first == second


def test_rows_are_as_long_as_their_values() -> None:
    bars = parts(charts.rows("values", [Bar("x", 4, "4"), Bar("y", 1, "1")]), "rect")
    assert number(bars[0], "width") == 4 * number(bars[1], "width")


def test_a_heat_map_has_a_cell_for_each_share_the_fuller_the_greater() -> None:
    image = charts.heat_map("breaks", ["r", "s"], ["a", "b", "c"], [[0.0, 0.01, 1.0], [None, 0.25, 0.25]])
    cells = parts(image, "rect")
    assert [cell.attrib["class"] for cell in cells] == ["kept", "heat", "heat", "none", "heat", "heat"]
    fullness = [float(cell.attrib["fill-opacity"]) for cell in cells if "fill-opacity" in cell.attrib]
    assert fullness == [0.208, 1.0, 0.56, 0.56]
    told = [title.text for title in parts(image, "title")]
    assert told[:4] == [
        "r broken by 0 % of what it judged, a",
        "r broken by 1 % of what it judged, b",
        "r broken by 100 % of what it judged, c",
        "s was not judged, a",
    ]


def test_a_meter_stays_within_its_frame() -> None:
    for part, width in ((-1, 0), (0.5, 30), (7, 60)):
        assert number(parts(charts.meter(part, "half"), "rect")[1], "width") == width


def test_whatever_a_text_holds_it_is_a_text_of_an_image() -> None:
    bars = [Bar(HOSTILE, 1, HOSTILE)]
    images = [
        charts.line(HOSTILE, 9, [1.0], [HOSTILE], 0, 1),
        charts.columns(HOSTILE, bars),
        charts.rows(HOSTILE, bars),
        charts.heat_map(HOSTILE, [HOSTILE], [HOSTILE], [[0.5]]),
        charts.meter(0.5, HOSTILE),
    ]
    for image in images:
        tags = {part.tag for part in ElementTree.fromstring(image).iter()}
        assert tags <= {"svg", "g", "rect", "line", "text", "title", "polyline", "polygon"}
        assert "\x00" not in image


def test_charts_of_nothing_are_images_too() -> None:
    for image in (charts.columns("nothing", []), charts.rows("nothing", []), charts.heat_map("nothing", [], [], [])):
        assert ElementTree.fromstring(image).tag == "svg"
