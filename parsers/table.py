"""A table under construction: its pieces over pages, brought to one set of columns, then one statement."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.columns import Matrix, align, column_edges, remap
from parsers.grid import Box, Line
from parsers.header import clean
from parsers.heading import find_captions, unit_of_labels, unit_of_lines
from parsers.interval import ends_table
from parsers.join import cut_in_two, merge_halves, repeated_header_rows
from parsers.match import Match, best_match, is_numbering, performance_layout, performance_layouts
from parsers.piece import Piece
from parsers.statement import BodyRow, Statement
from schemas.fold import fold
from schemas.form import UNRECOGNISED
from schemas.title import bare_title


class Table:
    """Rows of all pieces so far (``header`` and ``body``, covering cells) and the statement they make."""

    def __init__(
        self, piece: Piece, between: Sequence[Line], table_no: int, title: Line | None, title_form: str | None
    ) -> None:
        grid = piece.grid
        self.pieces = [piece]
        self.statement = Statement(
            form=UNRECOGNISED,
            table_no=table_no,
            title=bare_title(title.text) if title else None,
            header=[],
            header_rows=0,
            rows=[],
            layout=None,
            columns=[],
            score=0.0,
            title_line=title,
            title_form=title_form,
            captions=find_captions(between, title),
            notes=list(piece.inner_notes),
            page_from=grid.page,
            page_to=grid.page_to or grid.page,
            locator=grid.locator or (grid.cells[0].locator if grid.cells else None),
        )
        self.header: Matrix = []
        self.body: Matrix = []
        self._build(piece.matrix)

    @property
    def n_cols(self) -> int:
        """Number of columns of the table so far."""
        return len(self.statement.columns)

    def _build(self, matrix: Matrix) -> None:
        """Split all rows into header and body by the layout that fits, and fill the statement from it."""
        statement = self.statement
        n_cols = len(matrix[0]) if matrix else 0
        first = self.pieces[0]
        if statement.title_form is None and matrix is first.matrix:
            match = first.own_header
        else:
            match = best_match(matrix, n_cols, statement.title_form)
        performance = performance_layout(matrix, statement.title_form) if match is None else None
        layout = match.layout if match else performance
        statement.layout = layout
        statement.form = layout.form if layout else UNRECOGNISED
        statement.header_rows = _header_rows(matrix, match)
        statement.header = match.header if match else [()] * n_cols
        statement.columns = match.columns if match else [None] * n_cols
        statement.score = min(match.score, 1.0) if match else float(performance is not None)
        self.header = matrix[: statement.header_rows]
        self.body = [row for row in matrix[statement.header_rows :] if any(clean(cell.text) for cell in row)]
        if statement.money_unit is None:
            self._find_unit()

    def _find_unit(self) -> None:
        """The money unit from the captions, the title, or the labels of the table itself; never a default."""
        statement = self.statement
        title = [statement.title_line] if statement.title_line else []
        for source, unit in (
            ("caption", unit_of_lines(statement.captions)),
            ("title", unit_of_lines(title)),
            ("header", unit_of_labels(self.header or self.body)),
        ):
            if unit is not None and statement.money_unit is None:
                statement.money_unit, statement.money_unit_from = unit, source
            elif unit not in (None, statement.money_unit) and self.header:
                statement.other_unit = unit

    def goes_on_with(self, piece: Piece, between: Sequence[Line], before: Sequence[Line] = ()) -> bool:
        """Whether a piece continues this table: next page, no other title, the same columns.

        ``before``: all lines of the file so far, those between included.
        """
        statement = self.statement
        page = piece.grid.page
        if page is not None and statement.page_to is not None and page - statement.page_to > 1:
            return False
        if self._brought_together(piece) is None or ends_table(statement, between, before):
            return False
        if self._is_performance():
            # The title may be repeated on every page, and the next project has the same: the first label tells.
            return not self._begins_again(piece)
        if repeated_header_rows(self.header, piece.matrix):
            return True
        own = piece.own_header
        return own is None or own.layout.form == statement.form or self._begins_the_header_of(piece)

    def _begins_the_header_of(self, piece: Piece) -> bool:
        """Whether this is the first rows of a header under its title, and a piece the rest with the body."""
        statement = self.statement
        together = self._brought_together(piece)
        if statement.recognised or statement.title_form is None or together is None:
            return False
        whole = [*together[0], *together[1]]
        match = best_match(whole, len(whole[0]), statement.title_form)
        if match is None or match.layout.form != statement.title_form:
            return False
        return match.header_rows > len(together[0])

    def _is_performance(self) -> bool:
        """Whether this is a target form, by its layout or, as long as its labels are too few, by its title."""
        layout = self.statement.layout
        if layout is not None:
            return layout.kind == "performance"
        form = self.statement.title_form
        return form is not None and bool(performance_layouts(form))

    def _begins_again(self, piece: Piece) -> bool:
        """Whether a piece begins a performance form of its own: its first label is that form's first label."""
        first = fold(clean(self.body[0][0].text)) if self.body else ""
        return bool(first) and fold(clean(piece.matrix[0][0].text)) == first

    def _brought_together(self, piece: Piece) -> tuple[Matrix, Matrix] | None:
        """All rows so far and the piece's rows over the same columns, by the rules' places where they differ."""
        rows = [*self.header, *self.body]
        if piece.n_cols == self.n_cols:
            return rows, piece.matrix
        ours = next(
            (
                edges
                for p in self.pieces
                if (edges := column_edges(p.matrix)) and len(edges) == self.n_cols + 1
            ),
            column_edges(rows),  # parts of a form of labels and values: none of them has all columns
        )
        theirs = column_edges(piece.matrix)
        if ours is None or theirs is None:
            return None
        ranges = align(ours, theirs, form=self._is_performance())
        if ranges is None:
            return None
        mine, other, n_cols = ranges
        return remap(rows, mine, n_cols), remap(piece.matrix, other, n_cols)

    def append(self, piece: Piece, between: Sequence[Line]) -> None:
        """Add a piece: a repeated header dropped, a row that the page end cut in two made one again."""
        statement = self.statement
        together = self._brought_together(piece)
        if together is None:
            raise ValueError("a piece with other columns does not continue the table")
        ours, theirs = together
        n_body = len(self.body)
        if len(theirs[0]) != self.n_cols or not statement.recognised:
            if len(theirs[0]) != self.n_cols:
                self._build(ours)
            if not statement.recognised:
                # The header itself was cut by the page end: only both parts together say which form it is.
                self._build([*ours, *theirs])
                if statement.recognised or len(self.body) > n_body:
                    theirs = []
        if theirs and self._ends_in_header(ours, theirs, piece):
            self._build([*ours, *theirs])
            theirs = []
        skip = repeated_header_rows(self.header, theirs) if theirs else 0
        if theirs and not skip and (own := piece.own_header) is not None:
            skip = own.header_rows
        rows = [row for row in theirs[skip:] if any(clean(cell.text) for cell in row)]
        if rows and self.body and cut_in_two(self.body, rows[0], statement.layout, statement.columns):
            merge_halves(self.body, rows[0])
            statement.page_to = piece.grid.page_to or piece.grid.page
            rows = rows[1:]
        self.body += [list(row) for row in rows]
        self.pieces.append(piece)
        if rows or len(self.body) > n_body:
            # An empty ruled page at the end is no page of the table.
            statement.page_to = piece.grid.page_to or piece.grid.page
        statement.notes += piece.inner_notes
        if statement.money_unit is None and (unit := unit_of_lines(between)):
            statement.money_unit, statement.money_unit_from = unit, "caption"

    def _ends_in_header(self, ours: Matrix, theirs: Matrix, piece: Piece) -> bool:
        """Whether a page end cut the header itself (类 款 项 on the next page): no row of the body was before it."""
        if self.body or not self.header or repeated_header_rows(ours, theirs) or piece.own_header is not None:
            return False
        whole = [*ours, *theirs]
        match = best_match(whole, len(whole[0]), self.statement.title_form)
        return (
            match is not None and match.layout.form == self.statement.form and match.header_rows > len(ours)
        )

    def finish(self) -> Statement:
        """The statement with its rows numbered; a cell over several rows belongs to the first."""
        statement = self.statement
        seen: set[int] = set()
        for number, cells in enumerate(self.body, start=1):
            owned = []
            for cell in cells:
                owned.append(id(cell) not in seen)
                seen.add(id(cell))
            texts = tuple(clean(cell.text) for cell in cells)
            statement.rows.append(BodyRow(number, tuple(cells), tuple(owned), texts))
        statement.box = self._box()
        return statement

    def _box(self) -> Box | None:
        boxes = [p.grid.box for p in self.pieces if p.grid.box and p.grid.page == self.statement.page_from]
        if not boxes:
            return None
        return Box(
            min(box.x0 for box in boxes),
            min(box.top for box in boxes),
            max(box.x1 for box in boxes),
            max(box.bottom for box in boxes),
        )


def _header_rows(matrix: Matrix, match: Match | None) -> int:
    """The header's rows with the row that numbers the columns (栏次) under it, which is no data either."""
    if match is None:
        return 0
    n_rows = match.header_rows
    while n_rows < len(matrix) - 1 and is_numbering([clean(cell.text) for cell in matrix[n_rows]]):
        n_rows += 1
    return n_rows
