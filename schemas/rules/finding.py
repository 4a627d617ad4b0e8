"""Findings: the rows of the lake's ``finding`` table, one an evaluated check, made a whole batch at a time.

A check that holds exactly, or that compares nothing with nothing, is kept with both sides and the places of
its cells (``left_ref``, ``right_ref``: table/row/column); one that does not hold keeps the cells themselves,
with page and box. Figures stand in the printed unit; where a check mixes units, in yuan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.enumerations import term, vocabularies
from schemas.rules.arithmetic import Evaluation, Missing
from schemas.rules.draft import DRAFT, FIGURE
from schemas.rules.facts import YUAN, Facts
from schemas.rules.rule import Rule
from schemas.tables import polars_schema
from schemas.tables.finding import CELL

_KEEPS_CELLS = ("rounding", "violated")


def amount_drafts(facts: Facts, evaluation: Evaluation, rules: Sequence[Rule]) -> pl.DataFrame:
    """Drafts of the amount checks; ``rules`` are the amount rules in the order of ``checks['rule']``."""
    checks = evaluation.checks
    if checks.is_empty():
        return pl.DataFrame(schema=DRAFT)
    words = _words(facts.lines)
    sides = [_side(evaluation.terms, words, side) for side in (0, 1)]
    cells = _cells(facts.lines, checks, evaluation.terms)
    step = pl.min_horizontal("left_step", "right_step")
    mixed = step != pl.max_horizontal("left_step_max", "right_step_max")
    names = pl.DataFrame(
        {
            "rule": range(len(rules)),
            "rule_id": [rule.id for rule in rules],
            "zh": [rule.zh for rule in rules],
            "en": [rule.en for rule in rules],
            "below": [rule.kind == "at_most" for rule in rules],
        },
        schema_overrides={"rule": pl.Int64()},
    )
    table = (
        checks.join(names, on="rule", how="left", maintain_order="left")
        .join(sides[0], on="check", how="left", maintain_order="left")
        .join(sides[1], on="check", how="left", maintain_order="left")
        .join(cells, on="check", how="left", maintain_order="left")
        .join(
            words.select("cell", "scope"), left_on="first", right_on="cell", how="left", maintain_order="left"
        )
        .with_columns(shown=pl.when(mixed).then(1).otherwise(step))
    )
    table = table.with_columns(
        left_value=_figure("left"), right_value=_figure("right"), tolerance_value=_figure("tolerance")
    )
    return table.select(
        "doc",
        "rule_id",
        pl.col("scope").alias("check_scope"),
        "status",
        pl.when(pl.col("left_printed") + pl.col("right_printed") > 0).then("left_value").alias("left_value"),
        pl.when(pl.col("left_printed") + pl.col("right_printed") > 0)
        .then("right_value")
        .alias("right_value"),
        pl.col("tolerance_value").alias("tolerance"),
        pl.col("right_printed").cast(pl.Int16).alias("addend_count"),
        pl.col("ref_0").alias("left_ref"),
        pl.col("ref_1").alias("right_ref"),
        _message("zh", "差额", "容差", "两侧均未列数").alias("message_zh"),
        _message("en", "difference", "tolerance", "nothing is printed on either side").alias("message_en"),
        pl.col("cells").fill_null([]),
    ).cast(DRAFT)


def _figure(column: str) -> pl.Expr:
    """A sum of 0.0001 yuan as a decimal in the shown unit, exact to its four decimals."""
    whole, per = pl.col(column).fill_null(0), pl.col("shown")
    rounded = (2 * whole.abs() + per) // (2 * per) * whole.sign()
    return (rounded.cast(pl.Decimal(38, 4)) / 10_000).cast(FIGURE)


def _words(lines: pl.DataFrame) -> pl.DataFrame:
    """What is shown of each cell: its figure with thousands separators, its place, its scope in words."""
    shown = [
        _print(value, scale, unit)
        for value, scale, unit in lines.select(
            "value", pl.col("amount_scale").fill_null(2), "step"
        ).iter_rows()
    ]
    row = pl.coalesce(
        "line_label",
        pl.concat_str(
            "function_code", pl.col("function_name").fill_null(""), separator=" "
        ).str.strip_chars(),
        pl.when(pl.col("row_kind").is_in(["economic_class", "economic_item"])).then(
            pl.concat_str("econ_code", pl.col("econ_name").fill_null(""), separator=" ").str.strip_chars()
        ),
        "project_name",
        pl.concat_str(
            _kind_words(), pl.col("department_code").fill_null(""), separator=" "
        ).str.strip_chars(),
    )
    return lines.select(
        "cell",
        pl.Series("figure", shown, pl.String),
        "printed",
        ref=pl.concat_str("table_no", "row_no", "col_no", separator="/"),
        scope=pl.concat_str(_form_words(), pl.lit(" ["), row, pl.lit("] "), pl.col("column_path")),
    )


def _print(value: int, scale: int, step: int) -> str:
    figure = abs(value) * 10**scale // (step * YUAN)
    whole, rest = divmod(figure, 10**scale)
    text = f"{whole:,}.{rest:0{scale}d}" if scale else f"{whole:,}"
    return f"({text})" if value < 0 else text


def _kind_words() -> pl.Expr:
    return (
        pl.col("row_kind")
        .cast(pl.String)
        .replace(
            {
                "grand_total": "合计",
                "department": "部门",
                "unit": "单位",
                "form_row": "表单",
                "list_row": "清单",
            }
        )
    )


def _form_words() -> pl.Expr:
    titles = {code: each.zh for code, each in vocabularies()["form_code"].items()}
    return pl.col("form_code").cast(pl.String).replace(titles)


def _side(terms: pl.DataFrame, words: pl.DataFrame, side: int) -> pl.DataFrame:
    """Per check the printed addends of one side as a sum in words, and the places of all its cells."""
    own = terms.filter(pl.col("side") == side)
    picked = words[own["cell"].to_numpy()] if len(own) else words.head(0)
    plus = pl.when(pl.col("sign") < 0).then(pl.lit(" − ")).otherwise(pl.lit(" + "))
    return (
        pl.concat([own.select("check", "sign"), picked.select("figure", "printed", "ref")], how="horizontal")
        .with_columns(addend=pl.when("printed").then(pl.concat_str(plus, "figure")).otherwise(pl.lit("")))
        .group_by("check", maintain_order=True)
        .agg(
            pl.col("addend").str.join("").str.strip_prefix(" + ").alias(f"sum_{side}"),
            pl.col("ref").str.join(" ").alias(f"ref_{side}"),
        )
    )


def _cells(lines: pl.DataFrame, checks: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """The cells of the checks that do not hold exactly, left side first."""
    kept = checks.filter(pl.col("status").is_in(_KEEPS_CELLS)).select("check")
    own = terms.join(kept, on="check", how="inner", maintain_order="left")
    shown = lines.select("cell", cell_struct()).filter(pl.col("cell").is_in(own["cell"].implode()))
    return (
        own.join(shown, on="cell", how="left", maintain_order="left")
        .sort("check", "side", maintain_order=True)
        .group_by("check", maintain_order=True)
        .agg(pl.col("cells"))
    )


def cell_struct() -> pl.Expr:
    """A row of ``budget_line`` as an element of ``finding.cells``, named ``cells``."""
    fields = [pl.col(name) for name in ("table_no", "row_no", "col_no", "page_no")]
    fields += [pl.col(name) for name in ("bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1", "source_locator")]
    return pl.struct(*fields, pl.col("text_raw").alias("text")).cast(CELL).alias("cells")


def _message(language: str, off: str, allowed: str, nothing: str) -> pl.Expr:
    """The check as a sentence: 209.59 + 315.82 = 525.41, or with ≠ and what the difference is."""
    left, right = (pl.col(f"sum_{side}").fill_null("").replace("", "0") for side in (0, 1))
    relation = (
        pl.when(pl.col("status") == "exact")
        .then(pl.when(pl.col("below")).then(pl.lit(" ≥ ")).otherwise(pl.lit(" = ")))
        .when(pl.col("status") == "rounding")
        .then(pl.lit(" ≈ "))
        .otherwise(pl.when(pl.col("below")).then(pl.lit(" < ")).otherwise(pl.lit(" ≠ ")))
    )
    told = pl.concat_str(right, relation, left)
    colon, comma = ("：", "，") if language == "zh" else (": ", ", ")
    by = pl.concat_str(
        pl.lit(f"{comma}{off} "),
        _short(pl.col("left_value") - pl.col("right_value")),
        pl.lit(f"{comma}{allowed} "),
        _short(pl.col("tolerance_value")),
    )
    whole = pl.concat_str(
        pl.col("scope"), pl.lit(colon), told, by, pl.lit("；" if language == "zh" else "; "), pl.col(language)
    )
    return (
        pl.when(pl.col("status") == "violated")
        .then(whole)
        .when(pl.col("status") == "rounding")
        .then(pl.concat_str(told, by))
        .when(pl.col("left_printed") + pl.col("right_printed") == 0)
        .then(pl.lit(nothing))
        .otherwise(told)
    )


def _short(figure: pl.Expr) -> pl.Expr:
    """A figure of four decimals without the zeros after the second."""
    return figure.cast(pl.String).str.replace(r"(\.\d\d)00$", "$1").str.replace(r"(\.\d\d[1-9])0$", "$1")


def missing_drafts(missing: Sequence[Missing]) -> pl.DataFrame:
    """Drafts of the rules that a document gives no answer to, with the reason."""
    rows = []
    for each in missing:
        rule = each.rule
        if each.guarded and rule.guard:
            zh, en = f"不适用：{rule.guard.zh}", f"not applicable: {rule.guard.en}"
        else:
            titles = [term("form_code", form) for form in each.forms]
            zh = f"缺少报表：{'、'.join(title.zh for title in titles)}"
            en = f"missing tables: {', '.join(title.en for title in titles)}"
        scope = "、".join(term("form_code", form).zh for form in rule.forms) or rule.zh
        rows.append(
            {"doc": each.doc, "rule_id": rule.id, "check_scope": scope, "status": "not_evaluable"}
            | {"message_zh": zh, "message_en": en, "cells": []}
        )
    return pl.DataFrame(rows, schema=DRAFT)


def findings(
    drafts: Sequence[pl.DataFrame], documents: pl.DataFrame, rules: Mapping[str, Rule]
) -> pl.DataFrame:
    """The ``finding`` frame of drafts: the document's columns, version and severity, numbered by rule.

    Only what is violated has the rule's severity; everything else is for information.
    """
    named = pl.DataFrame(
        [(rule.id, rule.version, rule.severity, at) for at, rule in enumerate(rules.values())],
        schema={"rule_id": pl.String, "rule_version": pl.String, "own": pl.String, "at": pl.Int64},
        orient="row",
    )
    schema = polars_schema("finding")
    return (
        pl.concat([draft for draft in drafts if draft.height] or [pl.DataFrame(schema=DRAFT)])
        .join(named, on="rule_id", how="left", maintain_order="left")
        .join(documents, on="doc", how="left", maintain_order="left")
        .sort("doc", "at", maintain_order=True)
        .with_columns(
            check_code=pl.col("rule_id"),
            check_seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("document_id", "rule_id"),
            severity=pl.when(pl.col("status") == "violated").then("own").otherwise(pl.lit("info")),
            difference=pl.col("left_value") - pl.col("right_value"),
            waived=pl.lit(False),
            waiver_reason=pl.lit(None, pl.String),
        )
        .select(schema.names())
        .cast(schema)
    )
