"""Target forms (绩效目标表): goals, tasks, budget split and indicators of a project or of the whole department.

A form, not a matrix: fields stand beside or below their labels, then a block of indicators. Level 1 and
level 2 words are vertical merges: a blank below them means "as above" in those two columns only, and a
word that a page end makes the printer repeat is no new group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from parsers.amount import BLANK, read_amount
from parsers.header import clean
from parsers.interpret import Row, amount_of, place_of
from parsers.statement import BodyRow, Statement
from parsers.target_value import ABSENT, read_day, read_period, read_target, split_target
from schemas.errors import NotUnderstood
from schemas.fold import fold
from schemas.form import FormAmount, Layout
from schemas.indicator import indicator_columns, level1_of, operator_of


def performance_rows(statement: Statement) -> tuple[list[Row], list[Row], list[Row]]:
    """``budget_line``, ``performance_indicator`` and ``performance_goal`` rows of a target form."""
    layout = statement.layout
    if layout is None or layout.kind != "performance":
        return [], [], []
    form = _Form(statement, layout)
    return form.amounts(), form.indicators(), form.goals()


class _Form:
    """One target form with its labels located."""

    def __init__(self, statement: Statement, layout: Layout) -> None:
        self.statement = statement
        self.layout = layout
        self.rows = statement.rows
        self.labels = {label for labels in layout.fields.values() for label in labels}
        self.kpi_header = next((row for row in self.rows if self._kpi_columns(row)), None)
        self.project_name = self._value("project_name") if layout.scope == "project" else None

    @staticmethod
    def _kpi_columns(row: BodyRow) -> dict[str, int]:
        """Grid column of each indicator field, when the row is the header of the indicator block."""
        columns: dict[str, int] = {}
        for col in range(len(row.cells)):
            text = fold(row.text(col))
            for name, printed in indicator_columns().items():
                if text and text in printed:
                    columns.setdefault(name, col)
        return columns if {"level1", "level3"} <= columns.keys() else {}

    def _find(self, field: str) -> tuple[BodyRow, int] | None:
        """Row and column of a field's first label."""
        return next(self._find_all(field), None)

    def _find_all(self, field: str) -> Iterator[tuple[BodyRow, int]]:
        labels = self.layout.fields.get(field, ())
        last = self.kpi_header.number if self.kpi_header else len(self.rows) + 1
        for row in self.rows[:last]:
            for col in range(len(row.cells)):
                if _label(row.text(col)) in labels:
                    yield row, col

    def _value_cell(self, field: str) -> tuple[BodyRow, int] | None:
        """Row and column of a field's value: that of its first label, or of a later one where that heads others.

        总体目标 stands beside 实施期目标 and 年度目标, each with a text of its own under it.
        """
        cells = [cell for found in self._find_all(field) if (cell := self._value_of(*found))]
        said = (cell for cell in cells if _label(cell[0].covered(cell[1])) not in {"", *self.labels})
        return next(said, cells[0] if cells else None)

    def _value_of(self, row: BodyRow, label_col: int) -> tuple[BodyRow, int] | None:
        """The cell beside a label, or below it where a label stands beside."""
        label = row.cells[label_col]
        beside = next((col for col in range(label_col, len(row.cells)) if row.cells[col] is not label), None)
        if beside is not None and _label(row.covered(beside)) not in self.labels:
            return row, beside
        below = row.number - 1 + label.row_span
        return (self.rows[below], label_col) if below < len(self.rows) else None

    def _amount_cell(self, field: str) -> tuple[BodyRow, int] | None:
        """Row and column of a field's amount; words without a digit beside its label are another label."""
        found = self._value_cell(field)
        if found is None:
            return None
        text = found[0].covered(found[1])
        return found if read_amount(text) is not None or any(map(str.isdigit, text)) else None

    def _value(self, field: str) -> str | None:
        found = self._value_cell(field)
        return (found[0].covered(found[1]) or None) if found else None

    def amounts(self) -> list[Row]:
        """The amounts that the form's layout names, one row each, blank ones included."""
        found = []
        for entry in self.layout.amounts:
            position = self._amount_cell(entry.field) if entry.field else self._by_path(entry)
            if position is not None:
                found.append(self._budget_line(entry, *position))
        if self.statement.money_unit is None and any(row["cell_state"] == "value" for row in found):
            raise NotUnderstood(
                "money_unit_missing",
                f"{self.statement.place()} prints amounts but no money unit (金额单位); "
                "without it 元 and 万元 cannot be told apart.",
                place=self.statement.place(),
            )
        return found if self.statement.money_unit else []

    def _by_path(self, entry: FormAmount) -> tuple[BodyRow, int] | None:
        """The value under a path of labels (按收入性质分/一般公共预算), in the row that all of the split share."""
        label = self._label_of(entry)
        if label is None or self._amount_row is None or label[0].number >= self._amount_row.number:
            return None
        row, col = label
        target = self._amount_row
        # A blank amount may be merged with its label; below it the indicators begin, with numbers of their own.
        if target.cells[col] is row.cells[col] or read_amount(target.covered(col)) is not None:
            return target, col
        return None

    def _label_of(self, entry: FormAmount) -> tuple[BodyRow, int] | None:
        """Row and column of the last label of an entry's path, above the indicators."""
        for path in entry.paths:
            *parents, last = path.split("/")
            for row in self._above_indicators():
                for col in range(len(row.cells)):
                    if _label(row.text(col)) == last and self._under(row, col, parents):
                        return row, col
        return None

    def _above_indicators(self) -> list[BodyRow]:
        return self.rows[: self.kpi_header.number - 1 if self.kpi_header else None]

    @cached_property
    def _amount_row(self) -> BodyRow | None:
        """The row under the labels of the split: the first that they do not fill."""
        labels = [
            found for entry in self.layout.amounts if not entry.field and (found := self._label_of(entry))
        ]
        if not labels:
            return None
        last = max(row.number for row, _ in labels)
        return next((row for row in self._above_indicators() if row.number > last), None)

    def _under(self, row: BodyRow, col: int, parents: Sequence[str]) -> bool:
        if not parents:
            return True
        for above in reversed(self.rows[: row.number - 1]):
            # In a grid without merges the parent stands at or to the left of the column.
            for at in range(col, -1, -1):
                text = fold(above.covered(at))
                if text:
                    if text == parents[-1]:
                        return True
                    break
        return False

    def _budget_line(self, entry: FormAmount, row: BodyRow, col: int) -> Row:
        cell = row.cells[col]
        text = clean(cell.text)
        if fold(text) in {path.rpartition("/")[2] for path in entry.paths}:
            text = ""  # the label, merged over its blank amount
        amount = amount_of(cell._replace(text=text), self.statement)
        unit = self.statement.money_unit
        meaning = entry.meaning
        prefix = ""
        budget = self._find("budget")
        if entry.field is None and budget is not None:
            prefix = clean(budget[0].cells[budget[1]].text) + "/"
        return {
            "table_no": self.statement.table_no,
            "row_no": row.number,
            "col_no": col + 1,
            "form_code": self.statement.form,
            "row_kind": "form_row",
            "column_path": prefix + entry.path,
            "direction": meaning.direction,
            "measure_code": meaning.measure,
            "expenditure_type": meaning.expenditure_type,
            "fund_type": meaning.fund_type,
            "project_name": self.project_name,
            "additive_set": meaning.additive_set,
            "cell_state": amount.state,
            "text_raw": text or None,
            "amount_unit": unit,
            "amount_scale": amount.scale,
            "amount_wan": amount.wan(unit) if unit else None,
            "amount_yuan": amount.yuan(unit) if unit else None,
            **place_of(cell),
        }

    def indicators(self) -> list[Row]:
        """One row an indicator row, in order; level 1 and level 2 filled down, level 3 never."""
        if self.kpi_header is None:
            return []
        columns = self._kpi_columns(self.kpi_header)
        level1 = level2 = None
        found: list[Row] = []
        for row in self.rows[self.kpi_header.number :]:
            if self._kpi_columns(row):
                continue  # the block's header, repeated on a new page
            text = {name: row.text(col) for name, col in columns.items()}
            if not any(text.values()):
                continue
            if text["level1"]:
                if text["level1"] != level1:
                    level2 = None
                level1 = text["level1"]
            level2 = text.get("level2") or level2
            found.append(self._indicator(row, columns, text, level1, level2, len(found) + 1))
        return found

    def _indicator(
        self,
        row: BodyRow,
        columns: Mapping[str, int],
        text: Mapping[str, str],
        level1: str | None,
        level2: str | None,
        number: int,
    ) -> Row:
        inferred = level1_of(fold(level2)) if level2 else None
        target = text.get("target", "")
        unit = text.get("unit", "")
        operator = text.get("operator", "")
        printed = target
        if "unit" not in columns and (parts := split_target(target)):
            operator, target, unit = parts
        kind, figure, day = read_target(text.get("level3", ""), target)
        return {
            "table_no": self.statement.table_no,
            "row_no": row.number,
            "kpi_no": number,
            "scope": self.layout.scope,
            "project_name": self.project_name,
            "level1_name": inferred or level1,
            "level1_printed": level1,
            "level1_inferred": bool(inferred) and inferred != level1,
            "level2_name": level2,
            "level3_name": text.get("level3") or None,
            "target_raw": printed or None,
            "target_kind": kind,
            "target_number": figure,
            "target_date": day,
            "target_unit": None if unit in ABSENT else unit,
            "target_operator": operator_of(operator),
            "value_content": text.get("content") or None,
            "remark": text.get("remark") or None,
            **place_of(row.cells[columns.get("target", columns["level3"])]),
        }

    def goals(self) -> list[Row]:
        """The project's goal, or the overall goal and the main tasks."""
        if self.layout.scope == "project":
            return [self._project_goal()]
        goals: list[Row] = []
        found = self._value_cell("goal")
        if found is not None and found[0].covered(found[1]):
            cell = found[0].cells[found[1]]
            goals.append(
                {**self._goal_base(1, "overall_goal"), "goal_text": clean(cell.text), **place_of(cell)}
            )
        for row, name_col, content_col in self._tasks():
            goals.append(
                {
                    **self._goal_base(len(goals) + 1, "task"),
                    "task_name": row.text(name_col) or None,
                    "task_content": row.text(content_col) or None,
                    **place_of(row.cells[name_col]),
                }
            )
        return goals

    def _goal_base(self, number: int, kind: str) -> Row:
        return {
            "table_no": self.statement.table_no,
            "item_no": number,
            "scope": self.layout.scope,
            "item_kind": kind,
            "project_name": self.project_name,
        }

    def _project_goal(self) -> Row:
        period = self._value("period")
        start, end = read_period(period or "")
        if period is None:
            period, start, end = self._dates()
        budget = self._amount_cell("annual_budget")
        amount = amount_of(budget[0].cells[budget[1]], self.statement) if budget else BLANK
        unit = self.statement.money_unit
        found = self._value_cell("goal") or self._value_cell("project_name")
        place = place_of(found[0].cells[found[1]]) if found else {}
        return {
            **self._goal_base(1, "project"),
            "project_category": self._value("project_category"),
            "period_raw": period,
            "period_start": start,
            "period_end": end,
            "annual_budget_wan": amount.wan(unit) if unit else None,
            "annual_budget_yuan": amount.yuan(unit) if unit else None,
            "goal_text": self._value("goal"),
            **place,
        }

    def _dates(self) -> tuple[str | None, date | None, date | None]:
        """The period where its first and last day have a field each."""
        texts = [self._value("period_start"), self._value("period_end")]
        days = [read_day(text) for text in texts if text]
        if len(days) == 2 and days[0] and days[1] and days[0] <= days[1]:
            return f"{texts[0]}至{texts[1]}", days[0], days[1]
        return None, None, None

    def _tasks(self) -> list[tuple[BodyRow, int, int]]:
        """Rows of the task block with the columns of name and content."""
        header = self._find("task_name")
        content = self._find("task_content")
        if header is None or content is None or header[0] is not content[0]:
            return []
        end = self._find("budget")
        last = (
            end[0].number - 1 if end else (self.kpi_header.number - 1 if self.kpi_header else len(self.rows))
        )
        return [
            (row, header[1], content[1])
            for row in self.rows[header[0].number : last]
            if row.text(header[1]) or row.text(content[1])
        ]


def _label(text: str) -> str:
    return fold(text).rstrip(":")
