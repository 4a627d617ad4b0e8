"""What recognition leaves in doubt: figures in columns that no form knows, forms printed twice.

Nothing printed is dropped without a word: a number that no row of the lake holds is an oddity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from parsers.amount import is_number
from parsers.grid import Oddity
from parsers.header import clean
from parsers.label import grouped_label, lines_of_label
from parsers.recognise import Recognition
from parsers.statement import Statement


def doubts(recognition: Recognition) -> list[Oddity]:
    """The oddities of a document's statements."""
    found = [oddity for statement in recognition.statements for oddity in _unknown_columns(statement)]
    found += [oddity for statement in recognition.statements for oddity in _unknown_lines(statement)]
    for form, statements in _by_form(recognition).items():
        first, *others = statements
        if first.layout is not None and not first.layout.repeats:
            found += [_printed_twice(form, first, other) for other in others]
    return found


def _by_form(recognition: Recognition) -> dict[str, list[Statement]]:
    forms: dict[str, list[Statement]] = defaultdict(list)
    for statement in recognition.statements:
        if statement.recognised:
            forms[statement.form].append(statement)
    return forms


def _unknown_columns(statement: Statement) -> Iterator[Oddity]:
    """Columns of a recognised table that its form does not know and that hold numbers."""
    if statement.layout is None or statement.layout.kind == "performance":
        return
    for col, column in enumerate(statement.columns):
        if column is not None:
            continue
        numbers = [row.cells[col] for row in statement.rows if is_number(row.text(col))]
        if numbers:
            name = "/".join(statement.header[col]) or f"column {col + 1}"
            yield Oddity(
                "unknown_column",
                f"{statement.place()}: the form knows no column '{name}'; its {len(numbers)} numbers are in no row.",
                numbers[0].page,
                numbers[0].box,
                clean(numbers[0].text),
            )


def _unknown_lines(statement: Statement) -> Iterator[Oddity]:
    """Lines of a list form whose label it does not know: their numbers are kept, but of no known fund or class."""
    layout = statement.layout
    if layout is None or layout.kind != "list":
        return
    for name, block in layout.blocks.items():
        columns = [(col, c.role) for col, c in enumerate(statement.columns) if c and c.block == name]
        labels = [col for col, role in columns if role == "label"]
        amounts = [col for col, role in columns if role == "amount"]
        group = ""
        for row in statement.rows:
            label, lookup, group = grouped_label([row.covered(col) for col in labels], group)
            numbers = [row.cells[col] for col in amounts if is_number(row.text(col))]
            if label and numbers and not lines_of_label(block, lookup)[1]:
                yield Oddity(
                    "unknown_line",
                    f"{statement.place()}: the form knows no line '{lookup}'; its amounts are of no known kind.",
                    numbers[0].page,
                    numbers[0].box,
                    label,
                )


def _printed_twice(form: str, first: Statement, other: Statement) -> Oddity:
    return Oddity(
        "form_printed_twice",
        f"{other.place()} is the form {form} again, after {first.place()}; sums over the form count both.",
        other.page_from,
        other.box,
        other.title,
    )
