"""Tables whose columns go on over the next page: a wide sheet that was printed in parts from left to right.

A right part has no title of its own: alone it is no table of any form, and the left one lacks columns. They are put
together only where all of this holds, and left as they are otherwise:

- each page shows one grid, and their rows stand at the same heights, all of them below the header;
- nothing on the right pages names another form, body or money unit;
- both headers together are one layout of the form that the title names, which knows every column of the right part
  by its own words and has not found it in the left one;
- every row of pages fits, whether the sheet was printed downwards or to the right first, in one way only.

Each cell keeps its own page and box. A title that the page ends cut in two, its halves at one height, is one again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from parsers.caption import is_tag, money_unit, organisation
from parsers.columns import Matrix, column_edges
from parsers.grid import Grid, Line, Reading
from parsers.header import cell_matrix, clean
from parsers.heading import find_title
from parsers.interval import looks_like_title
from parsers.join import is_furniture
from parsers.match import best_match
from parsers.piece import cut_piece
from parsers.side_by_side import SAME_HEIGHT, side_by_side
from schemas.fold import fold
from schemas.title import form_of_title

#: Fewer rows than this at the same heights happen by chance.
_ROWS = 3
#: A sheet is no wider than so many pages.
_MOST_PARTS = 4
#: So many letters of a title are its second half.
_SHORTEST_HALF = 2


@dataclass(slots=True)
class _Page:
    """A page with one grid: the lines above and below it, and the positions of all three in the reading."""

    number: int
    grid: Grid
    at: int
    above: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)
    first: int = 0
    last: int = 0

    def take_title_from(self, other: _Page) -> None:
        """Make a title whole of which the right page prints the end, at the same height."""
        for at, one in enumerate(self.above):
            for half in other.above:
                title = _whole_title(one, half)
                if title is not None:
                    self.above[at] = title
                    other.above.remove(half)
                    return


def _whole_title(one: Line, half: Line) -> Line | None:
    """The title that two lines of two pages are; letters at the cut may be printed on both pages."""
    if one.box is None or half.box is None or abs(one.box.top - half.box.top) > SAME_HEIGHT:
        return None
    left, right = clean(one.text), clean(half.text)
    again = next((n for n in range(min(len(left), len(right)), 0, -1) if left.endswith(right[:n])), 0)
    if again < len(right) and (len(right) < _SHORTEST_HALF or form_of_title(left) is not None):
        return None
    return replace(one, text=left + right[again:]) if form_of_title(left + right[again:]) else None


def join_wide(reading: Reading) -> Reading:
    """The reading with the two parts of each such table as one grid; the same reading where there is none."""
    joined: dict[int, list[Line | Grid]] = {}
    hidden: set[int] = set()
    for run in _runs(list(_pages(reading))):
        for pages, grid in _groups(run):
            ours = {fold(line.text) for line in pages[0].above}
            others = [line for page in pages[1:] for line in page.above]
            again = [line for line in others if fold(line.text) in ours]
            own = [line for line in others if fold(line.text) not in ours]
            below = [line for page in pages for line in page.below]
            joined[pages[0].first] = [*again, *pages[0].above, *own, grid, *below]
            for page in pages:
                hidden |= {*range(page.first, page.last + 1)}
    if not joined:
        return reading
    blocks: list[Line | Grid] = []
    for at, block in enumerate(reading.blocks):
        blocks += joined.get(at, [] if at in hidden else [block])
    return replace(reading, blocks=tuple(blocks))


def _pages(reading: Reading) -> Iterator[_Page]:
    """The pages that show one grid, in order."""
    by_page: dict[int, list[int]] = {}
    for at, block in enumerate(reading.blocks):
        if block.page is not None:
            by_page.setdefault(block.page, []).append(at)
    for number, places in by_page.items():
        grids = [at for at in places if isinstance(reading.blocks[at], Grid)]
        grid = reading.blocks[grids[0]] if len(grids) == 1 else None
        if (
            not isinstance(grid, Grid)
            or any(cell.box is None for cell in grid.cells)
            or places[-1] - places[0] + 1 != len(places)
        ):
            continue
        page = _Page(number, grid, grids[0], first=places[0], last=places[-1])
        for at in places:
            block = reading.blocks[at]
            if isinstance(block, Line):
                (page.above if at < page.at else page.below).append(block)
        yield page


def _runs(pages: Sequence[_Page]) -> Iterator[list[_Page]]:
    """Pages that follow each other, a title on the first alone: parts of one table, maybe."""
    run: list[_Page] = []
    for page in [*pages, None]:
        if run and page is not None and page.number == run[-1].number + 1:
            run[0].take_title_from(page)
            if _may_go_on(run[0], page):
                run.append(page)
                continue
        if len(run) > 1 and _title_form(run[0]):
            yield run
        run = [page] if page is not None else []


def _title_form(page: _Page) -> str | None:
    """The form that the title above a page's grid names, or the one inside its frame."""
    return find_title(page.above)[1] or find_title(cut_piece(page.grid).inner_captions)[1]


def _may_go_on(first: _Page, page: _Page) -> bool:
    """Whether nothing above a page's grid begins another table than the first page's."""
    ours = {fold(line.text) for line in first.above}
    new = [line for line in page.above if not is_furniture(line) and fold(line.text) not in ours]
    if find_title(new)[1] or any(looks_like_title(line) for line in new):
        return False
    for said in (_units, _tags, _bodies):
        if said(first.above) and said(new) and not said(first.above) & said(new):
            return False
    return all(_units([line]) | _tags([line]) | _bodies([line]) for line in new)


def _units(lines: Sequence[Line]) -> set[str]:
    return {unit for line in lines if (unit := money_unit(line.text))}


def _tags(lines: Sequence[Line]) -> set[str]:
    return {fold(line.text) for line in lines if is_tag(line.text)}


def _bodies(lines: Sequence[Line]) -> set[str]:
    return {fold(body.name) for line in lines if (body := organisation(line.text))}


def _groups(run: Sequence[_Page]) -> list[tuple[list[_Page], Grid]]:
    """The parts of each row of pages put together; nothing where no order of printing fits, or several do.

    The last pages may be another table's, whose title stands on none of them; they begin with captions of their own.
    """
    for end in range(len(run), 1, -1):
        if end < len(run) and not run[end].above:
            continue
        fitting = [groups for order in _orders(end) if (groups := _groups_in_order(run[:end], order))]
        if fitting:
            return fitting[0] if len(fitting) == 1 else []
    return []


def _orders(n: int) -> set[tuple[tuple[int, ...], ...]]:
    """How so many pages may show the parts of a sheet: which pages stand beside each other."""
    orders = set()
    for parts in range(2, min(n, _MOST_PARTS) + 1):
        if n % parts == 0:
            rows = n // parts
            orders.add(tuple(tuple(range(row, n, rows)) for row in range(rows)))
            orders.add(tuple(tuple(range(row * parts, (row + 1) * parts)) for row in range(rows)))
    return orders


def _groups_in_order(run: Sequence[_Page], order: Sequence[Sequence[int]]) -> list[tuple[list[_Page], Grid]]:
    groups = []
    for places in order:
        pages = [run[place] for place in places]
        whole: Grid | None = pages[0].grid
        for page in pages[1:]:
            whole = side_by_side(whole, page.grid) if whole is not None else None
        if whole is None:
            return []
        groups.append((pages, whole))
    parts = [_edges(page.grid) for page in groups[0][0]]
    if any(
        not _same(_edges(page.grid), own)
        for pages, _ in groups
        for page, own in zip(pages, parts, strict=True)
    ):
        return []
    alike = all(_same(part, parts[0]) for part in parts)
    if groups[0][1].n_rows < _ROWS or not _complete(groups[0][0][0], groups[0][1], alike):
        return []
    if any(find_title(cut_piece(page.grid).inner_captions)[1] for page in run[1:]):
        return []  # the title of another table inside its frame
    return groups


def _complete(page: _Page, whole: Grid, alike: bool) -> bool:
    """Whether the columns after those of the first page are those that it lacks of a layout of the title's form.

    ``alike``: the parts have columns of the same widths, as the pages of a table have that goes on downwards. Then
    no label may stand in both.
    """
    piece = cut_piece(whole)
    form = find_title(page.above)[1] or find_title(piece.inner_captions)[1]
    if piece.n_cols != whole.n_cols:
        return False
    match = best_match(piece.matrix, whole.n_cols, form)
    if match is None or match.layout.form != form:
        return False
    own = range(page.grid.n_cols, whole.n_cols)
    # A merged label over both parts names none of the columns: each must have words of its own below it.
    header = piece.matrix[: match.header_rows]
    labels = [
        {clean(row[col].text) for row in header if row[col].col_span == 1} - {""}
        for col in range(whole.n_cols)
    ]
    if not own or not all(labels[col] and match.columns[col] is not None for col in own):
        return False
    theirs = set().union(*(labels[col] for col in own))
    return not (alike and theirs & set().union(*labels[: page.grid.n_cols]))


def _edges(grid: Grid) -> list[float]:
    matrix: Matrix = cell_matrix(grid)
    return column_edges(matrix) or []


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= SAME_HEIGHT for a, b in zip(one, other, strict=True))
