"""Printed amounts become exact decimals, or are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.amount import BLANK, is_number, read_amount


@pytest.mark.parametrize(
    ("printed", "value", "scale"),
    [
        ("525.41", "525.41", 2),
        ("525. 41", "525.41", 2),
        ("35,201,982", "35201982", 0),
        ("1，234．50", "1234.50", 2),
        ("１２３．４５", "123.45", 2),
        ("-12.30", "-12.30", 2),
        ("−12.30", "-12.30", 2),
        ("－12.30", "-12.30", 2),
        ("+12.30", "12.30", 2),
        ("(12.30)", "-12.30", 2),
        ("（1,234.50）", "-1234.50", 2),
        ("¥86,959,408.34", "86959408.34", 2),
        ("￥50", "50", 0),
        ("0.123456", "0.123456", 6),
        ("13,649.\n07", "13649.07", 2),
        ("164978640.0\n0", "164978640.00", 2),
        ("1,234,\n567", "1234567", 0),
    ],
)
def test_every_number_style_is_read_exactly(printed: str, value: str, scale: int) -> None:
    amount = read_amount(printed)
    assert amount is not None
    assert (amount.state, amount.value, amount.scale) == ("value", Decimal(value), scale)


@pytest.mark.parametrize("printed", ["", "  ", "-", "--", "—", "——", "－", "–", "―", "/", "无", "*"])
def test_nothing_and_the_signs_for_it_are_blank(printed: str) -> None:
    assert read_amount(printed) == BLANK


@pytest.mark.parametrize("printed", ["0", "0.00", "-0.00", "(0)", "０.００"])
def test_a_printed_zero_is_zero_and_not_blank(printed: str) -> None:
    amount = read_amount(printed)
    assert amount is not None
    assert (amount.state, str(amount.value).lstrip("0.")) == ("zero", "")


@pytest.mark.parametrize(
    "printed",
    [
        "12a",
        "1.2.3",
        "1,23",
        "12,3456",
        "(12",
        "12)",
        "合计",
        "12%",
        "12万",
        "12.00 34.00",
        "1-2",
        ".5",
        "5.",
    ],
)
def test_what_is_no_amount_is_refused(printed: str) -> None:
    assert read_amount(printed) is None


@pytest.mark.parametrize("printed", ["100\n200", "12.00\n34", "12\n34.50", "164978\n640"])
def test_two_numbers_one_under_the_other_are_not_one(printed: str) -> None:
    assert read_amount(printed) is None


@pytest.mark.parametrize(
    ("printed", "unit", "yuan", "wan"),
    [
        ("525.41", "万元", "5254100.00", "525.41"),
        ("0.123456", "万元", "1234.56", "0.12"),
        ("35,201,982", "元", "35201982.00", "3520.20"),
        ("50", "元", "50.00", "0.01"),
        ("49.99", "元", "49.99", "0.00"),
        ("1.5", "千元", "1500.00", "0.15"),
        ("0.2", "亿元", "20000000.00", "2000.00"),
        ("-0.005", "元", "-0.01", "0.00"),
    ],
)
def test_amounts_convert_to_yuan_and_wan_half_up(printed: str, unit: str, yuan: str, wan: str) -> None:
    amount = read_amount(printed)
    assert amount is not None
    assert (amount.yuan(unit), amount.wan(unit)) == (Decimal(yuan), Decimal(wan))


def test_a_blank_amount_has_no_yuan() -> None:
    assert (BLANK.yuan("元"), BLANK.wan("万元")) == (None, None)


@pytest.mark.parametrize(("printed", "number"), [("12", True), ("0.00", True), ("", False), ("合计", False)])
def test_only_a_printed_number_is_a_number(printed: str, number: bool) -> None:
    assert is_number(printed) is number


@given(st.decimals(-(10**12), 10**12, places=2), st.booleans(), st.booleans())
def test_any_decimal_comes_back_however_it_is_printed(
    value: Decimal, thousands: bool, brackets: bool
) -> None:
    printed = f"{abs(value):,}" if thousands else str(abs(value))
    if value < 0:
        printed = f"({printed})" if brackets else f"-{printed}"
    amount = read_amount(printed)
    assert amount is not None
    assert (amount.value, amount.scale) == (value, 2)


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    amount = read_amount(text)
    assert amount is None or (amount.value is None) == (amount.state == "blank")
