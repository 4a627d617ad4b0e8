"""Spreadsheet numbers as displayed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.number_format import BUILT_IN, Value, display


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (525.41, None, "525.41"),
        (525.4100000000001, "General", "525.41"),
        (525.0, None, "525"),
        (0.1 + 0.2, None, "0.3"),
        (525.4, "0.00", "525.40"),
        (1234567.895, "#,##0.00", "1,234,567.90"),
        (1234567.895, "#,##0.00_ ", "1,234,567.90"),
        (0.0, "#,##0.00", "0.00"),
        (-8.5, "#,##0.00;-#,##0.00", "-8.50"),
        (-8.5, "#,##0.00_);[Red](#,##0.00)", "(8.50)"),
        (-8.5, "0.0", "-8.5"),
        (0.0, "0.00;-0.00;;@", ""),
        (0, BUILT_IN[43], "-"),
        (-1234.5, BUILT_IN[43], "-1,234.50"),
        (52001.0, "000000", "052001"),
        (3, "00", "03"),
        (0.3, "#.##", ".3"),
        (100.0, "#,##0.##", "100."),
        (0.853, "0%", "85%"),
        (0.855, "0.0%", "85.5%"),
        (12345678.0, "#,##0,", "12,346"),
        (12345.0, '0!.0,"万"', "1.2万"),
        (525.4, "[$￥-804]#,##0.00", "￥525.40"),
        (525.4, '"¥"#,##0.00;[Magenta]"¥"-#,##0.00', "¥525.40"),
        (525.4, "[DBNum2]General", "525.4"),
        (0.5, "# ?/?", "0.5"),
        (1e-7, "0.00E+00", "0.0000001"),
        (1e22, "0.00", "10000000000000000000000"),
        (525.4, "@", "525.4"),
        ("052001", "0.00", "052001"),
        (True, None, "TRUE"),
        (dt.date(2024, 1, 5), BUILT_IN[31], "2024年1月5日"),
        (dt.datetime(2024, 1, 5), BUILT_IN[14], "2024/1/5"),
        (dt.datetime(2024, 1, 5, 9, 30), "yyyy-mm-dd hh:mm", "2024-01-05 09:30"),
        (dt.datetime(2024, 1, 5), None, "2024-01-05"),
        (45296.0, BUILT_IN[57], "2024年1月"),
        (dt.time(9, 30), None, "09:30:00"),
        (None, "0.00", ""),
    ],
)
def test_a_value_is_displayed_as_its_code_says(value: Value, code: str | None, text: str):
    assert display(value, code) == text


@given(
    st.floats() | st.integers(-(10**18), 10**18) | st.datetimes(),
    st.text('0#?.,%;_*"\\![]$-@GyYmdhsE+/ 年红Red', max_size=14) | st.text(max_size=8),
)
def test_any_value_under_any_code_has_a_text(value: Value, code: str):
    assert isinstance(display(value, code), str)


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_amounts_of_two_decimals_come_back_exactly(amount):
    assert display(float(amount), "0.00") == str(amount)
