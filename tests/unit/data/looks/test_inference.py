"""What is said of a file nobody has described: types and rules that hold, and nothing that merely happened."""

from __future__ import annotations

import gzip

import pytest

from serin.data.looks.inference import ROWS_READ, ColumnSeen, look_at
from serin.domain.errors import Rejected


def column(*values: str) -> ColumnSeen:
    text = "".join(f"{number},{value}\n" for number, value in enumerate(values))
    (_, seen) = look_at("file.csv", f"n,x\n{text}".encode()).columns
    return seen


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (("1", "-2", "0"), "integer"),
        (("1", "2.5"), "number"),
        (("1e5", "-.5", "3."), "number"),
        (("9007199254740993", "1.5"), "string"),  # a 64-bit float does not hold it exactly
        (("01234", "98765"), "string"),  # a postcode is no number
        (("007.5", "1"), "string"),
        (("nan", "1"), "string"),
        (("+442089542916", "+442073117699"), "string"),  # a telephone number is no amount
        (("+3", "-2", "0"), "integer"),
        (("+1.5", "+2.0"), "number"),
        (("9E26", "1E48"), "string"),  # an article, not a power of ten
        (("69e7", "1234"), "string"),
        (("1e5", "2.5"), "number"),
        (("5e-07", "1e16"), "number"),
        (("10000000000000000000", "1"), "string"),  # more digits than an integer has
        (("6080091673919555140", "8168724689662091096"), "integer"),
        (("2004.0", "2005.0"), "number"),
        (("t", "f"), "boolean"),
        (("F", "F"), "string"),  # perhaps there are M in the next file
        (("0", "1"), "integer"),
        (('""', '"NA"', "1"), "integer"),
        (('"NA"', "DE"), "string"),
        (("2013-01-01 10:00:00+00", "2013-01-01 10:00:00.5 UTC"), "timestamp"),
        (("true", "False"), "boolean"),
        (("2013-01-01", "2013-02-28"), "date"),
        (("2013-01-01", "2013-02-30"), "string"),
        (("2013-01-01T10:00:00Z", "2013-01-01 10:00:00+02:00"), "timestamp"),
        (("2013-01-01T10:00:00", "2013-01-01 11:00:00"), "string"),
        (("a", "1"), "string"),
        (("", "NA"), "string"),
        (("", "1", "NA"), "integer"),
    ],
)
def test_a_column_has_the_narrowest_type_all_its_values_have(values: tuple[str, ...], type: str) -> None:
    assert column(*values).type == type


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2013-01-01T10:00:00Z", "timestamp"),
        ("2013-01-01 10:00:00", "local"),
        ("2013-01-01", "date"),
        ("1356998400", None),
        ("January", None),
    ],
)
def test_a_time_says_whether_it_says_its_zone(value: str, time: str | None) -> None:
    assert column(value, value).time == time


@pytest.mark.parametrize(
    ("values", "time", "form"),
    [
        (("2012/01/31", "2012/2/1"), "date", "yyyy/M/d"),
        (("31.01.2012", "01.02.2012"), "date", "d.M.yyyy"),
        (("1/31/2012 9:05 AM", "2/1/2012 12:00 pm"), "local", "M/d/yyyy h:mm a"),
        (("Jan 1 2000", "Dec 31 2000"), "date", "MMM d yyyy"),
        (("20120131", "20120201"), "date", "yyyyMMdd"),
        (("2012-01-31 09:00", "2012-02-01 10:00"), "local", None),
        (("01/02/2012", "03/04/2012"), None, None),
        (("05/05/2012", "06/06/2012"), "date", "d/M/yyyy"),
        (("20120131", "20120232"), None, None),
        (("31/02/2012", "28/02/2012"), None, None),
    ],
)
def test_dates_in_any_common_form_are_times_unless_they_may_be_other_days(
    values: tuple[str, ...], time: str | None, form: str | None
) -> None:
    seen = column(*values)
    assert (seen.time, seen.form) == (time, form)
    assert seen.unsure == (values[0] == "01/02/2012")


def test_columns_without_a_name_are_left_out_as_uploads_leave_them_out() -> None:
    seen = look_at("file.csv", b'"",a,"",b\n1,2,x,3\n')
    assert ([one.name for one in seen.columns], seen.unnamed) == (["a", "b"], (1, 3))


def test_missing_values_are_counted_and_an_empty_text_and_na_are_the_same() -> None:
    seen = column("", "NA", "a", "a")
    assert (seen.rows, seen.nulls, seen.distinct, seen.names_rows) == (4, 2, 1, False)


def test_a_set_is_told_when_every_value_was_seen_often() -> None:
    assert column(*["red", "blue"] * 50).values == ("blue", "red")
    assert column(*["red", "blue"] * 49, "red", "green").values == ()
    assert column(*["red", "blue"] * 10).values == ()
    assert column(*["0", "1"] * 50).values == ("0", "1")


def test_numbers_that_happen_to_be_few_are_no_set() -> None:
    assert column(*["1", "2", "3"] * 50).values == ()
    assert column(*["7"] * 150).values == ()


@pytest.mark.slow
def test_a_pattern_is_told_when_many_values_have_one_shape() -> None:
    assert column(*(f"AB-{number:03}" for number in range(150))).pattern == "^[A-Z]{2}-[0-9]{3}$"
    assert column(*(f"v1.{number:02} x" for number in range(10, 99))).pattern is None
    assert column(*(f"v1.{number:03} x" for number in range(150))).pattern == r"^[a-z][0-9]\.[0-9]{3} [a-z]$"
    assert column(*(f"AB-{number}" for number in range(150))).pattern is None
    assert column(*["AB-1"] * 150).pattern is None
    assert column(*(f"é{number:03}" for number in range(150))).pattern is None


def test_the_texts_that_keep_a_column_from_being_a_number_are_named() -> None:
    assert column(*["1.5"] * 95, *["?"] * 5).odd == ("?",)
    assert column(*["1.5"] * 50, *["many"] * 50).odd == ()
    assert column(*["1.5"] * 50, *["?", "NULL"] * 25).odd == ("?", "NULL")
    assert column(*["1.5"] * 100).odd == ()


def test_no_more_rows_are_looked_at_than_are_stated_and_all_are_counted() -> None:
    text = "x\n" + "1\n" * ROWS_READ + "late\n" * 3
    seen = look_at("file.csv", text.encode())
    assert (seen.rows, seen.typed.height, seen.columns[0].type) == (ROWS_READ + 3, ROWS_READ, "integer")


def test_a_packed_file_is_looked_at_like_a_plain_one() -> None:
    text = b"a,b\n1,x\n2,y\n"
    assert look_at("f.csv.gz", gzip.compress(text)).columns == look_at("f.csv", text).columns


@pytest.mark.parametrize(
    ("header", "here"),
    [
        ("Sepal Length (cm),Class", ["sepal_length_cm", "class"]),
        ("A b,A-b,a_b", ["a_b_2", "a_b_3", "a_b"]),
        ("Größe,UniqueID,2nd,値", ["grosse", "unique_id", "column_2nd", "column"]),
    ],
)
def test_a_name_that_can_be_none_here_has_the_nearest_that_can(header: str, here: list[str]) -> None:
    names = header.split(",")
    seen = look_at("file.csv", f"{header}\n{','.join('1' for _ in names)}\n".encode())
    assert [column.name for column in seen.columns] == seen.typed.columns == here
    assert [column.written or column.name for column in seen.columns] == names
    assert seen.column(names[0]) == seen.column(here[0]) is not None


@pytest.mark.parametrize(
    ("text", "found", "remedy"),
    [
        ("5.1,3.5\n4.9,3.0\n", "has no header", "first line"),
        ("5.1,5.1\n4.9,3.0\n", "has no header", "first line"),
        ("2013-01-01,a\n2013-01-02,b\n", "has no header", "first line"),
        ("Report,,\na,b,c\n0,1,2\n", "header is on line 2; the first line is 'Report'", "above the header"),
        ("Report of May\na,b\n0,1\n", "header is on line 2", "above the header"),
        ("1,,\n0,1,2\n", "names 1 of 3 columns", "first line"),
        ("a, b\n0, 1\n", "column 'b' is written ' b'", "without blanks"),
        ("a;b\n1;2\n", "separated by semicolons", "commas"),
        ("a\tb\n1\t2\n", "separated by tabs", "commas"),
        ("a,b\n", "no rows", "rows"),
        ("", "empty", "header"),
        ("a,a\n1,2\n", "more than once", "name of its own"),
        ("sep=;\na;b\n", "a note to a spreadsheet", "Delete"),
        ("PK\x03\x04\r;,", "zip archive", "CSV"),
        ("BZh91AY\r,", "bzip2 data", "CSV"),
    ],
)
def test_a_file_no_dataset_could_take_is_refused_with_what_to_write(text: str, found: str, remedy: str) -> None:
    with pytest.raises(Rejected) as caught:
        look_at("file.csv", text.encode())
    assert found in caught.value.message
    assert remedy in caught.value.remedy
