"""The seed in other formats, held against its record of grids, merges and lines."""

from __future__ import annotations

import json
from pathlib import Path

from parsers.grid import Grid, Line, Reading
from tests.shared import shared


def rendering(name: str) -> Path:
    return shared("seed", "rendered", name)


def assert_is_the_seed(reading: Reading) -> None:
    """Every grid cell by cell, every merge, and every line before each grid."""
    tables = json.loads(rendering("gt.json").read_text("utf-8"))
    grids = [block for block in reading.blocks if isinstance(block, Grid)]
    assert [grid.texts() for grid in grids] == [table["grid"] for table in tables]
    for grid, table in zip(grids, tables, strict=True):
        merges = [
            [c.row, c.col, c.row + c.row_span - 1, c.col + c.col_span - 1]
            for c in grid.cells
            if c.row_span * c.col_span > 1
        ]
        assert sorted(merges) == sorted(table["merges"])
    lines: list[list[str]] = [[]]
    for block in reading.blocks:
        if isinstance(block, Line):
            lines[-1].append(block.text)
        else:
            lines.append([])
    assert lines == [*(table["pre"] for table in tables), []]


def texts(reading: Reading) -> list[str | list[list[str]]]:
    """Lines as strings, grids as lists of rows."""
    return [block.text if isinstance(block, Line) else block.texts() for block in reading.blocks]


def covers_exactly(grid: Grid) -> bool:
    """Whether the cells cover the grid without overlap."""
    slots = [
        (r, c)
        for cell in grid.cells
        for r in range(cell.row, cell.row + cell.row_span)
        for c in range(cell.col, cell.col + cell.col_span)
    ]
    return len(slots) == len(set(slots)) == grid.n_rows * grid.n_cols and set(slots) == {
        (r, c) for r in range(grid.n_rows) for c in range(grid.n_cols)
    }
