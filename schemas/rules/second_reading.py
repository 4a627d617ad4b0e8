"""The second reading: which tables to read again by another way, and what two readings say together.

A sum that fails beyond rounding is far more often a misread cell than an error of the authority. So the tables
of such a finding are read again; where both readings agree on every cell of the identity, the document says
so and the error is the publisher's own; where they differ, nothing of the document can be trusted.
"""

from __future__ import annotations

import polars as pl

from schemas.rules.rule import AMOUNT_KINDS, rules

#: Notices that say the reading itself went wrong, whatever the sums say.
_READING_FAULTS = ("conservation", "cell_split_suspected")

DOUBT = pl.Schema(
    {"document_id": pl.String(), "unit_code": pl.String(), "table_no": pl.Int16(), "page_no": pl.Int16()}
)
VERDICT = pl.Schema(
    {
        "document_id": pl.String(),
        "unit_code": pl.String(),
        "check_code": pl.String(),
        "check_seq": pl.Int32(),
        "origin": pl.String(),
        "compared": pl.Int32(),
        "differ": pl.List(pl.String()),
    }
)
PUBLISHER, EXTRACTION = "publisher", "extraction_doubt"
_CELL = ["document_id", "unit_code", "form_code", "instance", "row_no", "col_no"]


def _arithmetic() -> list[str]:
    binding = [rule.id for rule in rules().values() if rule.kind in AMOUNT_KINDS and rule.severity == "error"]
    return [*binding, "W01", "X14c", "X14d"]


def _doubtful(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.filter(
        (pl.col("status") == "violated")
        & ~pl.col("waived")
        & pl.col("check_code").is_in([*_arithmetic(), *_READING_FAULTS])
    )


def doubts(findings: pl.DataFrame) -> pl.DataFrame:
    """The tables to read again (``DOUBT``): those with a cell in an open arithmetic or reading fault.

    A fault that names a page and no table has ``table_no`` null: every table of that page.
    """
    cells = _doubtful(findings).select("document_id", "unit_code", "cells").explode("cells")
    return (
        cells.filter(pl.col("cells").is_not_null())
        .select("document_id", "unit_code", pl.col("cells").struct.unnest())
        .select(*DOUBT)
        .unique(["document_id", "unit_code", "table_no"], keep="first", maintain_order=True)
        .sort("document_id", "unit_code", "table_no")
    )


def settle(first: pl.DataFrame, second: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Whose error each open arithmetic finding is (``VERDICT``), by two ``budget_line`` frames of its document.

    ``publisher``: both readings have the same amount in every cell of the finding. ``extraction_doubt``: a cell
    differs or the second reading lacks it; ``differ`` names those (table/row/column: first / second amount).
    Tables are matched by form and instance, since two readers may count tables differently.
    """
    wanted = _doubtful(findings).filter(pl.col("check_code").is_in(_arithmetic()))
    key = ["document_id", "unit_code", "check_code", "check_seq"]
    cells = (
        wanted.select(*key, "cells")
        .explode("cells")
        .filter(pl.col("cells").is_not_null())
        .select(*key, pl.col("cells").struct.unnest())
    )
    place = ["document_id", "unit_code", "table_no", "row_no", "col_no"]
    one = _placed(first).select(*place, "form_code", "instance", pl.col("amount_yuan").alias("one"))
    two = _placed(second).select(*_CELL, pl.col("amount_yuan").alias("two"), pl.lit(True).alias("read"))
    compared = cells.join(one, on=place, how="left").join(two, on=_CELL, how="left")
    same = pl.col("one").eq_missing(pl.col("two")) & pl.col("read").fill_null(False)
    where = pl.format(
        "{}/{}/{}: {} / {}", "table_no", "row_no", "col_no", *(_amount(c) for c in ("one", "two"))
    )
    return (
        compared.group_by(key, maintain_order=True)
        .agg(
            pl.when(same.all()).then(pl.lit(PUBLISHER)).otherwise(pl.lit(EXTRACTION)).alias("origin"),
            pl.len().cast(pl.Int32).alias("compared"),
            where.filter(~same).alias("differ"),
        )
        .cast(VERDICT)
    )


def _amount(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null("-")


def _placed(lines: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``instance``: which table of its form a row stands in, from 1."""
    document = ["document_id", "unit_code", "form_code"]
    return lines.with_columns(instance=pl.col("table_no").rank("dense").over(document))


def with_verdicts(findings: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings with what the second reading says added to their messages, for those that it settled."""
    key = ["document_id", "unit_code", "check_code", "check_seq"]
    joined = findings.join(verdicts.select(*key, "origin"), on=key, how="left", maintain_order="left")
    said = {PUBLISHER: ("；两次读取一致，原文如此", "; two readings agree: printed so")}
    said[EXTRACTION] = ("；两次读取不一致，提取存疑", "; two readings differ: extraction in doubt")
    for at, column in enumerate(("message_zh", "message_en")):
        added = pl.col("origin").replace_strict({k: v[at] for k, v in said.items()}, default="")
        joined = joined.with_columns(pl.concat_str(column, added.fill_null("")).alias(column))
    return joined.drop("origin")
