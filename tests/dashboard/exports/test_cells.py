"""Whatever stands in a field: the file can be read back, and no spreadsheet runs it."""

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exports.cells import csv_cell, json_value, utc
from dashboard.exports.formats import Csv, JsonLines

FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1", "＋1", "－1", "＠x", "﹣1", "⁺1", "−1"),
    *('"=1', ' "=1', "\u200d=1", "\ufeff=1", "\u202e=1", '"" -1'),
]
HOSTILE = st.text(
    st.one_of(st.sampled_from("=+-@＝\t\r\n\";,'\x00\u202e\ufeff \ud800|\x7f"), st.characters()), max_size=40
)


def first_sign(cell: str) -> str:
    """What a spreadsheet sees first: blanks, quotes and joiners do not count, wide forms do."""
    return unicodedata.normalize("NFKC", cell.lstrip(' "\u200c\u200d\u3000\xa0'))[:1]


def runs(cell: str) -> bool:
    return first_sign(cell) in {"=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\N{MINUS SIGN}"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula(text: str) -> None:
    assert not runs(csv_cell(text))


@given(HOSTILE)
def test_no_text_begins_a_formula_wherever_a_spreadsheet_cuts_the_line(text: str) -> None:
    line = Csv().row(["a", "b"], ["x", text], "")
    cells = re.split(";", line.strip("\r\n")[2:])
    assert not [cell for cell in cells if cell and runs(cell)]


@given(st.lists(HOSTILE, min_size=1, max_size=5))
def test_a_csv_row_is_one_line_and_reads_back_as_it_was_written(texts: list[str]) -> None:
    line = Csv().row([str(number) for number in range(len(texts))], texts, "note").encode().decode()
    [row] = csv.reader(io.StringIO(line, newline=""), strict=True)
    assert line.count("\n") == 1
    assert row == [*(csv_cell(text) for text in texts), "note"]


@given(st.text(st.characters(categories=["L", "N"]), max_size=30))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


@given(HOSTILE)
def test_nothing_hidden_is_left_in_a_cell(text: str) -> None:
    assert not [sign for sign in csv_cell(text) if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"}]
    assert "\u202e" not in csv_cell(text)


@given(HOSTILE)
def test_json_keeps_the_text_and_holds_plain_signs_only(text: str) -> None:
    line = JsonLines().row(["a"], [text], "")
    assert line.isascii()
    assert line[:-1].isprintable()
    assert json.loads(line)["a"] == text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(("number", "cell"), [(-5, "-5"), (0, "0"), (-0.25, "-0.25"), (True, "true"), (None, "")])
def test_numbers_stay_numbers_and_unknown_is_not_zero(number: float | None, cell: str) -> None:
    assert (csv_cell(number), json_value(number)) == (cell, number)


def test_times_are_utc_and_say_so() -> None:
    tokyo = datetime(2026, 11, 20, 9, 5, tzinfo=timezone(timedelta(hours=9)))
    assert csv_cell(tokyo) == json_value(tokyo) == "2026-11-20T00:05:00+00:00"
    assert csv_cell(date(2026, 11, 20)) == "2026-11-20"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        utc(datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None))
