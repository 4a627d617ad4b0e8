"""The second reading: which pages to read again by another way, and what two readings say together.

A sum that fails beyond rounding is far more often a misread cell than an error of the authority. So the tables
of such a finding are read again, whole: a lost row leaves all cells alike that are there. Where both readings
agree on every figure and code of these tables, the document says so and the error is the publisher's own; where
they differ, nothing of the document can be trusted. Tables, rows and columns are matched by their order, for two
readers may count blank ones differently.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

import polars as pl

from schemas.rules.rule import rules

#: What is in doubt: a page of a table that a faulty finding speaks of, or a page alone.
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
PUBLISHER, EXTRACTION, READ_ONCE = "publisher", "extraction_doubt", "read_once"
_SAID = {
    PUBLISHER: ("；两次读取一致，原文如此", "; two readings agree: printed so"),
    EXTRACTION: ("；两次读取不一致，提取存疑", "; two readings differ: extraction in doubt"),
    READ_ONCE: (
        "；文件本身给出单元格，没有另一种读法，按原文入库",
        "; the file states its cells, there is no other way to read it: taken as published",
    ),
}
_DOCUMENT = ["document_id", "unit_code"]
_FINDING = [*_DOCUMENT, "check_code", "check_seq"]
_TABLE = [*_DOCUMENT, "form", "instance"]


def _doubtful(findings: pl.DataFrame) -> pl.DataFrame:
    asked = [rule.id for rule in rules().values() if rule.reread]
    return findings.filter(
        (pl.col("status") == "violated") & ~pl.col("waived") & pl.col("check_code").is_in(asked)
    )


def _cells(findings: pl.DataFrame) -> pl.DataFrame:
    """One row a cell of the doubtful findings."""
    return (
        _doubtful(findings)
        .select(*_FINDING, "cells")
        .explode("cells")
        .filter(pl.col("cells").is_not_null())
        .select(*_FINDING, pl.col("cells").struct.unnest())
    )


@cache
def _crossing() -> pl.DataFrame:
    """The forms of rules that compare tables: what one of them lacks has no cell in the finding."""
    pairs = []
    for rule in rules().values():
        sides = {term.forms for each in rule.identities for term in (*each.left, *each.right)}
        if len(sides) > 1 or rule.kind == "content":
            pairs += [(rule.id, form) for form in rule.forms]
    return pl.DataFrame(pairs, schema={"check_code": pl.String, "form": pl.String}, orient="row")


def _tables(cells: pl.DataFrame, tables: pl.DataFrame) -> pl.DataFrame:
    """The tables (``form``, ``table_no``) that each finding of ``cells`` speaks of, one row each."""
    keys = [*_DOCUMENT, "table_no"]
    spoken = cells.join(tables, on=keys, how="inner", maintain_order="left")
    others = cells.join(_crossing(), on="check_code").drop("table_no").join(tables, on=[*_DOCUMENT, "form"])
    wanted = [*_FINDING, *(name for name in tables.columns if name not in _DOCUMENT)]
    return pl.concat([spoken.select(wanted), others.select(wanted)]).unique(maintain_order=True)


def doubts(findings: pl.DataFrame, statements: pl.DataFrame | None = None) -> pl.DataFrame:
    """The pages to read again (``DOUBT``): all of each table with a cell in an open fault of figures.

    ``statements`` are the rows of ``statement``, which know the pages of a table; without them the pages of the
    cells. A fault that names a page and no table (characters lost) has ``table_no`` null.
    """
    cells = _cells(findings)
    found = cells.select(*DOUBT)
    if statements is not None:
        tables = statements.select(
            *_DOCUMENT,
            "table_no",
            pl.col("form_code").cast(pl.String).alias("form"),
            page_no=pl.int_ranges("page_from", pl.col("page_to") + 1).cast(pl.List(pl.Int16)),
        )
        whole = _tables(cells.drop("page_no"), tables).explode("page_no")
        found = pl.concat([found, whole.select(*DOUBT)])
    return found.cast(DOUBT).unique(maintain_order=True).sort(*_DOCUMENT, "table_no", "page_no")


def settle(
    first: Mapping[str, pl.DataFrame], second: Mapping[str, pl.DataFrame], findings: pl.DataFrame
) -> pl.DataFrame:
    """Whose error each open fault of figures is (``VERDICT``), by two readings of its document.

    ``first`` and ``second`` have the frames ``budget_line`` and, where there are any, ``performance_indicator``.
    ``publisher``: the tables of the finding are the same in both. ``extraction_doubt``: they are not; ``differ``
    names the places (table/row/column: first / second). Findings whose pages hold no table have no verdict.
    """
    one, two = _placed(first), _placed(second)
    tables = one.select(*_TABLE, "table_no").unique(maintain_order=True)
    pages = one.select(*_DOCUMENT, "table_no", "page_no").unique(maintain_order=True)
    cells = _cells(findings)
    alone = cells.filter(pl.col("table_no").is_null()).drop("table_no")
    by_page = alone.join(pages, on=[*_DOCUMENT, "page_no"]).select(*_FINDING, "table_no")
    wanted = _tables(pl.concat([cells.select(*_FINDING, "table_no"), by_page]), tables)
    return (
        wanted.join(
            _differences(one, two, wanted.select(*_TABLE).unique()),
            on=_TABLE,
            how="left",
            maintain_order="left",
        )
        .group_by(_FINDING, maintain_order=True)
        .agg(pl.col("compared").sum(), pl.col("differ").list.explode().drop_nulls())
        .with_columns(
            origin=pl.when(pl.col("differ").list.len() == 0)
            .then(pl.lit(PUBLISHER))
            .otherwise(pl.lit(EXTRACTION))
        )
        .select(VERDICT.names())
        .cast(VERDICT)
    )


def _differences(one: pl.DataFrame, two: pl.DataFrame, tables: pl.DataFrame) -> pl.DataFrame:
    """One row a table: ``compared`` places, and those that ``differ`` in words."""
    key = [*_TABLE, "row", "col"]
    mine = one.join(tables, on=_TABLE, how="semi")
    other = two.join(tables, on=_TABLE, how="semi").select(*key, "says", "shown")
    both = mine.join(other, on=key, how="full", coalesce=True, suffix="_two").sort(key)
    place = [pl.coalesce(pl.col(name), pl.lit("+")) for name in ("table_no", "row_no", "col_no")]
    shown = [pl.col(name).fill_null("-") for name in ("shown", "shown_two")]
    told = pl.format("{}/{}/{}: {} / {}", *(each.cast(pl.String) for each in place), *shown)
    return both.group_by(_TABLE, maintain_order=True).agg(
        pl.len().cast(pl.Int32).alias("compared"),
        told.filter(pl.col("says").ne_missing(pl.col("says_two"))).alias("differ"),
    )


def _placed(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What a reading says, one row a place: which table of its form, which row of it, which column."""
    lines = frames["budget_line"]
    kept = [
        lines.select(
            *_DOCUMENT,
            pl.col("form_code").cast(pl.String).alias("form"),
            *("table_no", "row_no", "col_no", "page_no"),
            shown=pl.col("amount_yuan").cast(pl.String),
            says=pl.concat_str(
                pl.col("row_kind", "function_code", "econ_code", "amount_yuan")
                .cast(pl.String)
                .fill_null("-"),
                separator=" ",
            ),
        )
    ]
    targets = frames.get("performance_indicator")
    if targets is not None:
        target = pl.col("target_raw").str.replace_all(r"\s", "")
        kept.append(
            targets.select(
                *_DOCUMENT,
                (pl.lit("targets ") + pl.col("scope").cast(pl.String)).alias("form"),
                *("table_no", "row_no", pl.col("kpi_no").alias("col_no"), "page_no"),
                shown=target,
                says=target.fill_null("-"),
            )
        )
    return pl.concat(kept).with_columns(
        instance=pl.col("table_no").rank("dense").over(*_DOCUMENT, "form"),
        row=pl.col("row_no").rank("dense").over(*_DOCUMENT, "table_no"),
        col=pl.col("col_no").rank("dense").over(*_DOCUMENT, "table_no"),
    )


def read_once(findings: pl.DataFrame, documents: Collection[str]) -> pl.DataFrame:
    """Verdicts (``VERDICT``) on the doubtful findings of documents of which there is no second reading."""
    own = _doubtful(findings).filter(pl.col("document_id").is_in(list(documents)))
    return own.select(
        *_FINDING,
        origin=pl.lit(READ_ONCE),
        compared=pl.lit(0, pl.Int32),
        differ=pl.lit([], pl.List(pl.String())),
    ).cast(VERDICT)


def with_verdicts(findings: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The findings with what the second reading says added to their messages, for those that it settled."""
    joined = findings.join(
        verdicts.select(*_FINDING, "origin"), on=_FINDING, how="left", maintain_order="left"
    )
    for at, column in enumerate(("message_zh", "message_en")):
        added = pl.col("origin").replace_strict({key: words[at] for key, words in _SAID.items()}, default="")
        joined = joined.with_columns(pl.concat_str(column, added.fill_null("")).alias(column))
    return joined.drop("origin")
