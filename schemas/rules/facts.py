"""The printed amounts of a batch of documents in the form that rules are evaluated on.

A batch may hold thousands of documents, so what a rule asks of a cell is answered by integer arrays: each
column of ``budget_line`` is encoded once, forms keep the positions of their cells, and a rule's term is a few
comparisons over those. Amounts are whole numbers of 0.0001 yuan: sums of them are exact, and so is half a
step of every printed precision (0.01 yuan, or 万元 with six decimals).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.enumerations import vocabularies
from schemas.fold import fold
from schemas.form import fold_path, layouts
from schemas.rules.rule import FIELDS, Condition, Term

Ints = npt.NDArray[np.int64]

#: One yuan in the integers of this module.
YUAN = 10_000
YUAN_OF_UNIT = {"元": 1, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}
NOTHING = -1
UNKNOWN = -2

DOCUMENT_COLUMNS = ["document_id", "unit_code", "region_code", "org_unit_code", "org_unit_name", "year"]
#: Rows that others stand under: the units of a department repeat the functional rows, and so on.
BLOCKS = {
    "unit_block": ["unit", "department"],
    "department_block": ["department"],
    "category_block": ["procurement_category"],
    "subtotal_block": ["subtotal", "procurement_category"],
}
_CODES = {"econ_code", "function_code"}
_ORDINAL = re.compile(
    r"^(?:\([一二三四五六七八九十百]+\)|[一二三四五六七八九十百]+[、.]|\(?\d{1,2}[)、.](?!\d)|(?:其中|减|加)[::])+"
)


def plain_label(label: str) -> str:
    """A list label folded and without its ordinal: （一）一般公共服务支出 is 一般公共服务支出."""
    folded = fold(label)
    return _ORDINAL.sub("", folded) or folded


@dataclass(slots=True)
class Facts:
    """``lines`` are the rows of ``budget_line`` in print order with ``cell`` (the row's index) and ``doc``
    (of ``documents``), the words to show of a cell, and its value; ``arrays`` the same columns as integers."""

    documents: pl.DataFrame
    lines: pl.DataFrame
    arrays: dict[str, Ints]
    words: dict[str, dict[str, int]]
    cells_of_form: dict[str, Ints]
    forms_of_document: list[frozenset[str]]
    promised: list[frozenset[str]]
    families: list[str | None]

    def select(self, term: Term) -> Ints:
        """Indices of the cells that a term speaks of, in print order."""
        parts = [self.cells_of_form[form] for form in term.forms if form in self.cells_of_form]
        if not parts:
            return np.zeros(0, np.int64)
        cells = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts))
        for condition in term.conditions:
            if not len(cells):
                break
            cells = cells[self._holds(condition, cells)]
        return cells

    def _holds(self, condition: Condition, cells: Ints) -> npt.NDArray[np.bool_]:
        column = FIELDS[condition.field]
        have = self.arrays[column][cells]
        wanted = [self.code(column, value) for value in condition.values]
        if len(wanted) <= 4:
            hit = np.zeros(len(cells), np.bool_)
            for code in wanted:
                hit |= have == code
        else:
            hit = np.isin(have, wanted)
        return ~hit if condition.negated else hit

    def code(self, column: str, value: str | None) -> int:
        """The integer that stands for a value of a column."""
        if value is None:
            return NOTHING
        if column in _CODES or column in ("econ_digits", "function_digits", "nth"):
            return int(value)
        return self.words[column].get(value, UNKNOWN)


def build_facts(frames: dict[str, pl.DataFrame]) -> Facts:
    """The facts of a batch: ``budget_line`` is needed, ``document`` and ``statement`` are used when there."""
    documents = documents_of(frames)
    lines = _lines(frames["budget_line"], documents)
    arrays, words = _encode(lines)
    form = lines["form_code"].cast(pl.String)
    groups = form.to_frame("form").with_row_index("cell").group_by("form").agg("cell")
    cells_of_form = (
        {name: np.array(cells, np.int64) for name, cells in groups.iter_rows(named=False) if name}
        if len(lines)
        else {}
    )
    present, promised = _forms(frames, documents, lines)
    return Facts(
        documents, lines, arrays, words, cells_of_form, present, promised, _families(lines, documents.height)
    )


def documents_of(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a document and unit with its common columns, ``budget_phase`` and ``doc``, its index."""
    source = frames.get("document")
    if source is None or source.is_empty():
        source = frames["budget_line"]
    phase = pl.col("budget_phase").first()
    if "document_kind" not in source.columns:
        phase = pl.when((pl.col("budget_phase") == "actual").any()).then(pl.lit("actual")).otherwise(phase)
    keys = ["document_id", "unit_code"]
    rest = [pl.col(name).first() for name in DOCUMENT_COLUMNS if name not in keys]
    found = source.group_by(keys, maintain_order=True).agg(*rest, phase.alias("budget_phase"))
    return found.with_row_index("doc").with_columns(pl.col("doc").cast(pl.Int64))


def _lines(budget_line: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    lines = budget_line.join(
        documents.select("document_id", "unit_code", "doc"), on=["document_id", "unit_code"], how="inner"
    ).sort("doc", "table_no", "row_no", "col_no")
    step = (
        pl.col("amount_unit").cast(pl.String).replace_strict(YUAN_OF_UNIT, default=1, return_dtype=pl.Int64)
    )
    power = pl.lit(10, pl.Int64) ** pl.col("amount_scale").fill_null(2).cast(pl.Int64)
    return (
        lines.with_columns(
            value=(pl.col("amount_yuan") * 100).cast(pl.Int64).fill_null(0) * (YUAN // 100),
            printed=pl.col("amount_yuan").is_not_null(),
            half=pl.when(pl.col("amount_yuan").is_not_null()).then(step * YUAN // (power * 2)).otherwise(0),
            step=step,
            path=_mapped("column_path", fold_path),
            label=_mapped("line_label", plain_label),
            econ_word=_mapped("econ_name", fold),
            **{name: _block(kinds) for name, kinds in BLOCKS.items()},
            econ_digits=pl.col("econ_code").str.len_chars().cast(pl.Int64),
            function_digits=pl.col("function_code").str.len_chars().cast(pl.Int64),
        )
        .with_columns(
            nth=pl.when(pl.col("label").is_not_null())
            .then(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("doc", "table_no", "col_no", "label"))
            .otherwise(None),
        )
        .with_row_index("cell")
        .with_columns(pl.col("cell").cast(pl.Int64))
    )


def _block(kinds: list[str]) -> pl.Expr:
    """The last row of some kinds at or above each row of a table: what the row stands under."""
    heads = pl.when(pl.col("row_kind").is_in(kinds)).then("row_no")
    return heads.forward_fill().over("doc", "table_no")


def _mapped(column: str, function: object) -> pl.Expr:
    """A text column through a function of its distinct values."""
    return pl.col(column).map_batches(lambda texts: _map_series(texts, function), return_dtype=pl.String)


def _map_series(texts: pl.Series, function: object) -> pl.Series:
    distinct = texts.unique().drop_nulls()
    folded = [function(text) for text in distinct.to_list()]  # type: ignore[operator]
    return texts.replace_strict(
        distinct, pl.Series(folded, dtype=pl.String), default=None, return_dtype=pl.String
    )


def _encode(lines: pl.DataFrame) -> tuple[dict[str, Ints], dict[str, dict[str, int]]]:
    """Integer arrays of all columns that rules ask about, and the codes of their words."""
    arrays: dict[str, Ints] = {}
    words: dict[str, dict[str, int]] = {}
    for column in dict.fromkeys([*FIELDS.values(), "project_name"]):
        texts = lines[column]
        if column in _CODES or texts.dtype.is_integer():
            arrays[column] = texts.cast(pl.Int64, strict=False).fill_null(NOTHING).to_numpy()
            continue
        texts = texts.cast(pl.String)
        vocabulary = vocabularies().get(column)
        values = list(vocabulary) if vocabulary else texts.unique(maintain_order=True).drop_nulls().to_list()
        words[column] = {value: code for code, value in enumerate(values)}
        coded = texts.cast(pl.Enum(values), strict=False).to_physical() if values else texts
        arrays[column] = coded.cast(pl.Int64, strict=False).fill_null(NOTHING).to_numpy()
    numbers = ["doc", "table_no", "row_no", "col_no", "value", "half", "step", *BLOCKS]
    for column in numbers:
        arrays[column] = lines[column].cast(pl.Int64).fill_null(0).to_numpy()
    arrays["printed"] = lines["printed"].cast(pl.Int64).to_numpy()
    return arrays, words


def _forms(
    frames: dict[str, pl.DataFrame], documents: pl.DataFrame, lines: pl.DataFrame
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Forms that each document prints, and forms that it promises without printing them."""
    present: list[set[str]] = [set() for _ in range(documents.height)]
    promised: list[set[str]] = [set() for _ in range(documents.height)]
    for doc, form in lines.select("doc", "form_code").unique().iter_rows():
        present[doc].add(form)
    if (statement := frames.get("statement")) is not None:
        known = statement.join(
            documents.select("document_id", "unit_code", "doc"), on=["document_id", "unit_code"]
        )
        for doc, form, missing in known.select(
            "doc", "form_code", pl.col("status") == "missing_in_body"
        ).iter_rows():
            (promised if missing else present)[doc].add(form)
    return [frozenset(s) for s in present], [frozenset(p - s) for p, s in zip(promised, present, strict=True)]


@cache
def forms_of_family(family: str | None) -> frozenset[str]:
    """The forms that a family publishes."""
    return frozenset(layout.form for layout in layouts() if layout.family == family)


@cache
def _families_of_paths() -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for layout in layouts():
        paths = [path for column in layout.columns for path in column.paths]
        for path in [*paths, *(path for amount in layout.amounts for path in amount.paths)]:
            found.setdefault((layout.form, path), set()).add(layout.family)
    return {key: frozenset(families) for key, families in found.items()}


def _families(lines: pl.DataFrame, count: int) -> list[str | None]:
    """The family whose layouts print most of the columns of each document, told apart by its set of forms."""
    columns: list[dict[str, int]] = [{} for _ in range(count)]
    forms: list[set[str]] = [set() for _ in range(count)]
    known = _families_of_paths()
    for doc, form, path in lines.select("doc", "form_code", "path").unique(maintain_order=True).iter_rows():
        forms[doc].add(form)
        for family in known.get((form, path), ()):
            columns[doc][family] = columns[doc].get(family, 0) + 1
    return [_best(columns[doc], forms[doc]) for doc in range(count)]


def _best(columns: dict[str, int], forms: set[str]) -> str | None:
    def score(family: str) -> tuple[int, float]:
        own = forms_of_family(family)
        return columns[family], len(own & forms) / len(own | forms)

    return max(sorted(columns), key=score, default=None)
