"""Ways in which an extraction goes wrong, done to a reading on purpose: one change a call, at random.

Each way takes the random source and a ``Target`` and gives the wrong reading and what was done, or ``None``
where the file offers no place for it. Only cells that became rows of the lake are touched, and captions.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from parsers.grid import Cell, Grid, Line, Reading

_AMOUNT = re.compile(r"^[-(]?\d[\d,]*(?:\.\d+)?\)?$")
_CODE = re.compile(r"^\[?\d{2,9}")
_UNIT = re.compile(r"(?<![千百亿])(万元|元)(?=[)）\s]|$)")


@dataclass(frozen=True, slots=True)
class Target:
    """A reading with the cells that became rows of the lake: ``body`` has block numbers, ``amounts`` places."""

    reading: Reading
    body: Mapping[int, frozenset[int]]
    amounts: tuple[tuple[int, int, int], ...]

    def grid(self, block: int) -> Grid:
        grid = self.reading.blocks[block]
        assert isinstance(grid, Grid)
        return grid


Damage: TypeAlias = tuple[Reading, str]
Way: TypeAlias = Callable[[random.Random, Target], Damage | None]


def target_of(reading: Reading, rows: Iterable[Mapping[str, Any]]) -> Target:
    """Where ``rows`` of ``budget_line`` and ``performance_indicator`` come from in their reading."""
    places = {_place(row["page_no"], row["bbox_x0"], row["bbox_y0"], row["source_locator"]) for row in rows}
    body: dict[int, frozenset[int]] = {}
    amounts = []
    for number, block in enumerate(reading.blocks):
        if not isinstance(block, Grid):
            continue
        found = [cell for cell in block.cells if _cell_place(cell) in places]
        if found:
            body[number] = frozenset(cell.row for cell in found)
            amounts += [(number, cell.row, cell.col) for cell in found if _AMOUNT.match(_bare(cell.text))]
    return Target(reading, body, tuple(amounts))


def _place(page: Any, x0: Any, top: Any, locator: Any) -> tuple[Any, ...]:
    return (page, None if x0 is None else round(x0, 2), None if top is None else round(top, 2), locator)


def _cell_place(cell: Cell) -> tuple[Any, ...]:
    return _place(cell.page, cell.box and cell.box.x0, cell.box and cell.box.top, cell.locator)


def _bare(text: str) -> str:
    return "".join(text.split())


def _with_grid(target: Target, block: int, grid: Grid) -> Reading:
    blocks = target.reading.blocks
    return replace(target.reading, blocks=(*blocks[:block], grid, *blocks[block + 1 :]))


def _with_texts(target: Target, block: int, texts: Mapping[tuple[int, int], str]) -> Reading:
    """The reading with other texts in some cells of a grid, by row and column."""
    grid = target.grid(block)
    cells = tuple(c._replace(text=texts.get((c.row, c.col), c.text)) for c in grid.cells)
    return _with_grid(target, block, replace(grid, cells=cells))


def _texts(grid: Grid) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.col): cell.text for cell in grid.cells}


def _other_digit(random_: random.Random, text: str) -> str:
    at = random_.choice([at for at, char in enumerate(text) if char.isascii() and char.isdigit()])
    digit = random_.choice([digit for digit in "0123456789" if digit != text[at]])
    return text[:at] + digit + text[at + 1 :]


def digit_of_an_amount(random_: random.Random, target: Target) -> Damage | None:
    """A digit of an amount is another one."""
    block, row, col = random_.choice(target.amounts)
    text = _texts(target.grid(block))[row, col]
    other = _other_digit(random_, text)
    return _with_texts(target, block, {(row, col): other}), f"{text} read as {other}"


def digit_of_a_code(random_: random.Random, target: Target) -> Damage | None:
    """A digit of a code (功能, 经济, 单位) is another one."""
    block = random_.choice(list(target.body))
    grid = target.grid(block)
    amounts = {(row, col) for number, row, col in target.amounts if number == block}
    codes = [
        c
        for c in grid.cells
        if c.row in target.body[block] and (c.row, c.col) not in amounts and _CODE.match(_bare(c.text))
    ]
    if not codes:
        return None
    cell = random_.choice(codes)
    head = _CODE.match(_bare(cell.text))
    assert head is not None
    other = _other_digit(random_, head[0]) + _bare(cell.text)[head.end() :]
    return _with_texts(target, block, {(cell.row, cell.col): other}), f"{_bare(cell.text)} read as {other}"


def value_lost(random_: random.Random, target: Target) -> Damage | None:
    """An amount is missing."""
    block, row, col = random_.choice(target.amounts)
    text = _texts(target.grid(block))[row, col]
    return _with_texts(target, block, {(row, col): ""}), f"{text} lost in {_row(target.grid(block), row)}"


def sign_lost(random_: random.Random, target: Target) -> Damage | None:
    """A minus is lost; or, where all are positive (the same to the rules), one is put before a figure."""
    places = [(b, r, c, _texts(target.grid(b))[r, c]) for b, r, c in target.amounts]
    negative = [place for place in places if place[3].startswith(("-", "("))]
    block, row, col, text = random_.choice(negative or places)
    other = text.strip("-()") if negative else f"-{text}"
    return _with_texts(target, block, {(row, col): other}), f"{text} read as {other}"


def cells_swapped(random_: random.Random, target: Target) -> Damage | None:
    """An amount and the cell beside or below it change places."""
    block, row, col = random_.choice(target.amounts)
    texts = _texts(target.grid(block))
    below = random_.random() < 0.5
    others = [(r, c) for r, c in texts if (c == col and r > row if below else r == row and c > col)]
    if not others:
        return None
    other = min(others)
    if below and other[0] not in target.body[block]:
        return None
    changed = {(row, col): texts[other], other: texts[row, col]}
    return _with_texts(target, block, changed), (
        f"{texts[row, col]} and {texts[other] or 'a blank'} swapped in {_row(target.grid(block), row)}"
    )


def row_shifted(random_: random.Random, target: Target) -> Damage | None:
    """From one amount on, the texts of a row stand one column further."""
    block, row, col = random_.choice(target.amounts)
    grid = target.grid(block)
    cells = sorted((cell.col, cell.text) for cell in grid.cells if cell.row == row and cell.col >= col)
    moved = {(row, cells[0][0]): ""}
    moved |= {(row, at): text for (at, _), (_, text) in zip(cells[1:], cells, strict=False)}
    return _with_texts(target, block, moved), f"row of {cells[0][1]} shifted by a column"


def column_shifted(random_: random.Random, target: Target) -> Damage | None:
    """The amounts of a column stand in the next one, whose own are lost."""
    block, _, col = random_.choice(target.amounts)
    grid = target.grid(block)
    texts = _texts(grid)
    nexts = sorted({c for r, c in texts if c > col and r in target.body[block]})
    if not nexts:
        return None
    moved: dict[tuple[int, int], str] = {}
    for row in target.body[block]:
        if (row, col) in texts and (row, nexts[0]) in texts:
            moved |= {(row, col): "", (row, nexts[0]): texts[row, col]}
    shown = " ".join(text for text in moved.values() if text)[:60]
    return _with_texts(target, block, moved), f"column {col + 1} ({shown}) shifted by one"


def _whole_rows(target: Target, block: int) -> list[int]:
    """Body rows that no cell of another row reaches into."""
    grid = target.grid(block)
    spanned = {row for c in grid.cells if c.row_span > 1 for row in range(c.row, c.row + c.row_span)}
    return sorted(target.body[block] - spanned)


def _row(grid: Grid, row: int) -> str:
    """A row in words, on page or in file."""
    cells = [cell for cell in grid.cells if cell.row == row]
    words = " | ".join(text for cell in cells if (text := _bare(cell.text)))[:70]
    return f"[{words}] on page {grid.page}" if grid.page else f"[{words}]"


def _a_row(random_: random.Random, target: Target) -> tuple[int, int] | None:
    block = random_.choice(list(target.body))
    rows = _whole_rows(target, block)
    return (block, random_.choice(rows)) if rows else None


def row_dropped(random_: random.Random, target: Target) -> Damage | None:
    """A row is missing."""
    if (place := _a_row(random_, target)) is None:
        return None
    block, row = place
    grid = target.grid(block)
    cells = tuple(_moved(c, -1 if c.row > row else 0) for c in grid.cells if c.row != row)
    return _with_grid(
        target, block, replace(grid, n_rows=grid.n_rows - 1, cells=cells)
    ), f"row {_row(grid, row)} dropped"


def row_doubled(random_: random.Random, target: Target) -> Damage | None:
    """A row comes twice."""
    if (place := _a_row(random_, target)) is None:
        return None
    block, row = place
    grid = target.grid(block)
    upper = [c for c in grid.cells if c.row <= row]
    lower = [_moved(c, 1) for c in grid.cells if c.row >= row]
    cells = tuple(sorted([*upper, *lower], key=lambda c: (c.row, c.col)))
    return _with_grid(
        target, block, replace(grid, n_rows=grid.n_rows + 1, cells=cells)
    ), f"row {_row(grid, row)} doubled"


def rows_merged(random_: random.Random, target: Target) -> Damage | None:
    """Two rows are one, their texts run together."""
    if (place := _a_row(random_, target)) is None:
        return None
    block, row = place
    if row + 1 not in _whole_rows(target, block):
        return None
    grid = target.grid(block)
    below = {c.col: c.text for c in grid.cells if c.row == row + 1}
    cells = []
    for cell in grid.cells:
        if cell.row == row:
            text = "\n".join(part for part in (cell.text, below.get(cell.col, "")) if part)
            cells.append(cell._replace(text=text))
        elif cell.row != row + 1:
            cells.append(_moved(cell, -1 if cell.row > row else 0))
    merged = replace(grid, n_rows=grid.n_rows - 1, cells=tuple(cells))
    return _with_grid(target, block, merged), f"rows {_row(grid, row)} and {_row(grid, row + 1)} merged"


def _moved(cell: Cell, by: int) -> Cell:
    return cell._replace(row=cell.row + by) if by else cell


def unit_of_a_table(random_: random.Random, target: Target) -> Damage | None:
    """One caption says 元 for 万元, or the other way."""
    lines = [
        at for at, block in enumerate(target.reading.blocks) if isinstance(block, Line) and _is_unit(block)
    ]
    if not lines:
        return None
    at = random_.choice(lines)
    blocks = list(target.reading.blocks)
    line = blocks[at]
    assert isinstance(line, Line)
    blocks[at] = replace(line, text=_other_unit(line.text))
    return replace(
        target.reading, blocks=tuple(blocks)
    ), f"caption {line.text.strip()} read with the other unit"


def unit_of_all(random_: random.Random, target: Target) -> Damage | None:
    """All captions and headers say 元 for 万元, or the other way."""
    blocks: list[Line | Grid] = []
    for block in target.reading.blocks:
        if isinstance(block, Grid):
            cells = tuple(
                c._replace(text=_other_unit(c.text)) if len(c.text) < 30 and _UNIT.search(c.text) else c
                for c in block.cells
            )
            blocks.append(replace(block, cells=cells))
        else:
            blocks.append(replace(block, text=_other_unit(block.text)) if _is_unit(block) else block)
    return replace(target.reading, blocks=tuple(blocks)), "every money unit read as the other"


def _is_unit(line: Line) -> bool:
    return "单位" in line.text and len(line.text) < 80 and _UNIT.search(line.text) is not None


def _other_unit(text: str) -> str:
    return _UNIT.sub(lambda found: "元" if found[1] == "万元" else "万元", text)


#: Every way by its name.
WAYS: Mapping[str, Way] = {
    way.__name__: way
    for way in (
        digit_of_an_amount,
        digit_of_a_code,
        value_lost,
        sign_lost,
        cells_swapped,
        row_shifted,
        column_shifted,
        row_dropped,
        row_doubled,
        rows_merged,
        unit_of_a_table,
        unit_of_all,
    )
}
