"""Whether 元 was taken for 万元: every identity within a table holds all the same, only sizes tell.

Three questions: is the largest figure of the document one that a public body can have; does each table fit the
document's size; and is a comparison of two tables off by exactly ten thousand.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import polars as pl

from schemas.enumerations import term
from schemas.rules.arithmetic import Evaluation
from schemas.rules.content import Batch
from schemas.rules.draft import Drafts
from schemas.rules.facts import YUAN, Facts

#: No public body has a largest figure below or above these, in yuan: the money unit was misread. Central
#: departments (100000) and bodies whose region is unknown may be larger than those of a province.
LEAST_TOTAL, LARGEST_TOTAL, LARGEST_CENTRAL_TOTAL = 100_000, 100_000_000_000, 1_000_000_000_000
#: The least share of the document's largest figure that a table's has: 三公经费 of 0.03 % have been seen. A table in
#: another unit than most is the likelier to be misread.
LEAST_SHARE, LEAST_SHARE_OF_OTHER_UNIT = 1e-5, 1e-4
_MISREAD = 10_000


def check_sizes(batch: Batch, drafts: Drafts) -> None:
    """amount_magnitude and table_magnitude."""
    nonzero = batch.facts.lines.filter(pl.col("value") != 0).with_columns(size=pl.col("value").abs() / YUAN)
    largest = nonzero.sort("size", "cell").group_by("doc", "table_no").last().sort("doc", "table_no")
    tables: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in largest.iter_rows(named=True):
        tables[row["doc"]].append(row)
    for doc, rows in tables.items():
        _document(doc, max(rows, key=lambda row: row["size"]), drafts)  # type: ignore[arg-type,return-value]
        _tables(doc, rows, drafts)


def _document(doc: int, row: dict[str, object], drafts: Drafts) -> None:
    yuan = float(str(row["size"]))
    central = row["region_code"] in ("100000", "000000")
    holds = LEAST_TOTAL <= yuan <= (LARGEST_CENTRAL_TOTAL if central else LARGEST_TOTAL)
    said = f"{yuan:,.2f}"
    zh, en = f"最大数 {said} 元", f"the largest figure is {said} yuan"
    drafts.add(doc, "amount_magnitude", "全文", holds, zh, en, [row])


def _tables(doc: int, rows: list[dict[str, object]], drafts: Drafts) -> None:
    usual = Counter(str(row["amount_unit"]) for row in rows).most_common(1)[0][0]
    whole = max(float(str(row["size"])) for row in rows if row["amount_unit"] == usual)
    for row in rows:
        other = row["amount_unit"] != usual
        share = float(str(row["size"])) / whole
        least = LEAST_SHARE_OF_OTHER_UNIT if other else LEAST_SHARE
        holds = share >= least and not (other and share > 1)
        title = term("form_code", str(row["form_code"])).zh
        said = f"{row['size']:,.2f}"
        zh = f"最大数 {said} 元（{row['amount_unit']}），全文 {whole:,.2f} 元"
        en = f"its largest figure is {said} yuan ({row['amount_unit']}), the document's {whole:,.2f} yuan"
        drafts.add(doc, "table_magnitude", title, holds, zh, en, [row])


def check_factor(facts: Facts, evaluation: Evaluation, drafts: Drafts) -> None:
    """amount_unit_conflict: tables in different units, of which one figure is ten thousand times the other."""
    off = evaluation.checks.filter(
        (pl.col("status") == "violated") & (pl.col("left") != 0) & (pl.col("right") != 0)
    ).with_columns(
        small=pl.min_horizontal(pl.col("left").abs(), pl.col("right").abs()),
        large=pl.max_horizontal(pl.col("left").abs(), pl.col("right").abs()),
    )
    factor = off.filter(
        (pl.col("large") - pl.col("small") * _MISREAD).abs() <= pl.col("tolerance") * _MISREAD
    )
    units = facts.lines["amount_unit"].cast(pl.String).to_numpy()
    told: set[int] = set()
    for check in factor.sort("doc", "check").iter_rows(named=True):
        cells = evaluation.terms.filter(pl.col("check") == check["check"])["cell"].to_numpy()
        if check["doc"] in told or len(np.unique(units[cells])) < 2:
            continue
        told.add(check["doc"])
        rows = facts.lines[cells.tolist()[:8]].to_dicts()
        figures = " / ".join(f"{check[side] / YUAN:,.2f}" for side in ("left", "right"))
        zh, en = f"相差一万倍：{figures} 元", f"one is ten thousand times the other: {figures} yuan"
        drafts.add(check["doc"], "amount_unit_conflict", "各表之间", False, zh, en, rows)
