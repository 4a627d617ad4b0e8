from __future__ import annotations

import base64
import io
import re
import shutil
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from flows.cli.entry import _run
from flows.report import terminal
from flows.report.source import Source, read_source, refs_of
from flows.report.trace import Trace, crop_of, trace
from schemas.errors import UsageError
from tests.flows.report.conftest import NAME, SECOND, Filled


def one(filled: Filled, *words: object) -> Trace:
    found = trace(filled.lake, *words)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def source_of(filled: Filled, found: Trace) -> Source:
    refs = refs_of(filled.lake, [found.document])
    document_id = found.document["document_id"]
    return read_source(refs.get(document_id), document_id, filled.settings)


@pytest.mark.parametrize("unit", ["430202-052001", "052001", NAME, "荷塘区行政审批"])
@pytest.mark.parametrize("form", ["expenditure_summary", "支出总表"])
def test_a_unit_and_a_form_may_be_said_in_code_and_in_words(filled: Filled, unit: str, form: str) -> None:
    found = one(filled, unit, 2024, form, "2010301", "基本支出")
    assert (found.amount_yuan, found.text, found.amount_unit) == (Decimal("1490300.00"), "149.03", "万元")
    assert found.label.startswith("2010301")


def test_a_trace_names_page_and_box_where_there_are_pages(filled: Filled) -> None:
    found = one(filled, NAME, 2024, "支出总表", "2010301", "基本支出")
    assert found.page is not None
    assert found.box is not None
    assert f"page {found.page}" in found.place


def test_a_trace_names_the_line_where_there_are_none(filled: Filled) -> None:
    found = one(filled, NAME, 2023, "支出总表", "2010301", "基本支出")
    assert (found.page, found.box) == (None, None)
    assert found.place.startswith("line ")
    assert str(found.locator) in str(crop_of(found, source_of(filled, found)))


def test_a_trace_has_the_rules_of_its_figure_and_their_states(filled: Filled) -> None:
    found = one(filled, SECOND, 2024, "一般公共预算支出表", "2010301", "合计")
    states = {finding["check_code"]: finding["status"] for finding in found.findings}
    assert "violated" in states.values()
    assert "exact" in states.values()


def test_a_trace_has_the_versions_and_what_the_figure_was_before(filled: Filled) -> None:
    found = one(filled, NAME, 2024, "支出总表", "2010301", "合计")
    assert [version.current for version in found.versions] == [False, True]
    assert found.before == Decimal("9999900.00")
    assert found.amount_yuan != found.before


def test_the_totals_are_shown_where_no_row_is_named(filled: Filled) -> None:
    found = trace(filled.lake, NAME, 2024, "支出总表")
    assert found
    assert {each.row_no for each in found} == {1}


def test_an_indicator_is_traced_too(filled: Filled) -> None:
    found = trace(filled.lake, NAME, 2024, "project_performance", "满意度")
    assert any("%" in (each.text or "") or each.text for each in found if each.column == "指标值")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody", 2024, "支出总表"), "nobody"),
        (("荷塘区", 2024, "支出总表"), "fits 2 units"),
        ((NAME, 1999, "支出总表"), "1999"),
        ((NAME, 2024, "诗歌"), "no statutory form"),
        ((NAME, 2024, "基本支出表"), "forms:"),
        ((NAME, 2024, "支出总表", "9999999"), "9999999"),
    ],
)
def test_words_that_fit_nothing_or_several_are_refused_in_a_sentence(
    filled: Filled, words: tuple[str | int, ...], says: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        trace(filled.lake, *words)  # type: ignore[arg-type]


def test_the_crop_is_the_figures_place_and_has_ink(filled: Filled) -> None:
    found = one(filled, NAME, 2024, "支出总表", "2010301", "基本支出")
    picture = crop_of(found, source_of(filled, found), around=0)
    assert isinstance(picture, Image.Image)
    assert found.box is not None
    assert picture.width == pytest.approx((found.box.x1 - found.box.x0) * 4, abs=5)
    inside = np.asarray(picture.convert("L"))[8:-8, 8:-8]
    assert (inside < 128).any()


def test_a_wider_crop_frames_the_figure(filled: Filled) -> None:
    found = one(filled, NAME, 2024, "支出总表", "2010301", "基本支出")
    picture = crop_of(found, source_of(filled, found), around=60)
    assert isinstance(picture, Image.Image)
    red, green, _ = np.moveaxis(np.asarray(picture).astype(int), -1, 0)
    assert (red - green > 100).any()


def test_no_picture_is_taken_of_other_bytes(filled: Filled, tmp_path: Path) -> None:
    found = one(filled, NAME, 2024, "支出总表", "2010301", "基本支出")
    ref = refs_of(filled.lake, [found.document])[found.document["document_id"]]
    assert "other bytes" in read_source(ref, "0" * 64, filled.settings).missing
    assert (
        "Cannot read"
        in read_source(
            ref.__class__(uri="x", bucket=None, key=str(tmp_path / "gone")), "0" * 64, filled.settings
        ).missing
    )


def test_the_command_shows_a_figure_and_saves_its_picture(
    filled: Filled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["trace", NAME, "2024", "支出总表", "2010301", "--lake", filled.settings.lake]
    target = tmp_path / "figure.png"
    assert _run([*arguments, "--column", "基本支出", "--out", str(target)]) == 0
    said = capsys.readouterr()
    assert all(word in said.out for word in ("1,490,300.00", "149.03", "2010301", "R01", "现行"))
    with Image.open(target) as picture:
        assert picture.width > 50
    assert _run([*arguments, "--out", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").glob("*.png"))) > 1
    assert _run([*arguments, "--out", str(target)]) == 2


def test_a_missing_source_is_said_and_the_rest_is_shown(
    filled: Filled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    path = next(filled.folder.glob("*054001*"), None) or next(filled.folder.glob(f"{SECOND}*"))
    shutil.move(path, kept)
    try:
        words = ["trace", SECOND, "2024", "支出总表", "2010301", "--column", "基本"]
        assert _run([*words, "--lake", filled.settings.lake]) == 0
    finally:
        shutil.move(kept, path)
    said = capsys.readouterr().out
    assert "Cannot read" in said
    assert "2010301" in said


@pytest.mark.parametrize(
    ("environment", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "xterm-kitty", "TMUX": "socket,1,0"}, "blocks"),
        ({"TERM": "dumb", "BUDGETLAKE_TERMINAL": "sixel"}, "sixel"),
    ],
)
def test_the_protocol_is_told_by_the_environment(environment: dict[str, str], protocol: str) -> None:
    assert terminal.protocol_of(environment) == protocol


def pattern() -> Image.Image:
    """Three columns of dots, black, white, black."""
    return Image.frombytes("L", (3, 7), bytes([0, 255, 0] * 7)).convert("RGB")


def test_kitty_and_iterm_get_the_png_itself() -> None:
    kitty = "".join(re.findall(r";([A-Za-z0-9+/=]+)\x1b", terminal.kitty(pattern())))
    iterm = terminal.iterm2(pattern()).split(":")[1].rstrip("\x07")
    for data in (kitty, iterm):
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            assert list(picture.convert("L").tobytes()) == [0, 255, 0] * 7


def test_sixels_say_the_same_dots() -> None:
    said = terminal.sixel(pattern())
    assert said.startswith('\x1bPq"1;1;3;7')
    colours = dict(re.findall(r"#(\d+);2;(\d+);", said))
    bands = said[said.index("#", said.rindex(";")) :].removesuffix("\x1b\\").split("-")[:2]
    for band, full in zip(bands, "~@", strict=True):  # six rows of dots, then one
        lines = {colours[n]: dots for n, dots in re.findall(r"#(\d+)([?-~]+)", band)}
        assert lines == {"0": f"{full}?{full}", "100": f"?{full}?"}


def test_half_blocks_show_two_dots_a_character() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=40)
    terminal.draw(pattern(), console, "blocks")
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert said.count("▀") == 3 * 3
    assert "38;2;0;0;0;48;2;0;0;0" in said
