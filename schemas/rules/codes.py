"""Printed codes and names against the classifications of that year.

The reference lists are not complete and bodies number locally (30204 for 电费), so nothing here is an error:
a code that is not known, or known by another name, is worth a look.
"""

from __future__ import annotations

import polars as pl

from schemas import classification
from schemas.rules.content import FUNCTION_KINDS, Batch
from schemas.rules.draft import Drafts

_ECONOMIC_KINDS = ("economic_class", "economic_item")


def compare_codes(batch: Batch, drafts: Drafts) -> None:
    """code_unknown, code_name_mismatch, code_name_other_year, code_parent_missing; and how many agree."""
    lines = batch.facts.lines.filter(pl.col("row_kind").is_in([*FUNCTION_KINDS, *_ECONOMIC_KINDS]))
    economic = pl.col("row_kind").is_in(_ECONOMIC_KINDS)
    heads = lines.with_columns(
        scheme=pl.when(economic)
        .then(pl.col("econ_scheme").cast(pl.String).fill_null("dept"))
        .otherwise(pl.lit("function")),
        code=pl.when(economic).then("econ_code").otherwise("function_code"),
        printed_name=pl.when(economic).then("econ_name").otherwise("function_name"),
    ).unique(["doc", "scheme", "code", "printed_name"], keep="first", maintain_order=True)
    agree: dict[int, int] = {}
    for row in heads.iter_rows(named=True):
        doc, code, name, scheme = row["doc"], row["code"], row["printed_name"], row["scheme"]
        if not code:
            continue
        scope = f"科目 {code} {name or ''}".strip()
        parent = classification.parent(code)
        verdict = classification.compare_name(scheme, code, name or "", row["year"])
        if verdict == classification.UNKNOWN:
            drafts.add(
                doc,
                "code_unknown",
                scope,
                False,
                f"{code} 不在科目表中",
                f"{code} is not in the classification",
                [row],
            )
            if parent and parent not in classification.classification(scheme):
                drafts.add(
                    doc,
                    "code_parent_missing",
                    scope,
                    False,
                    f"上级科目 {parent} 不在科目表中",
                    f"its parent {parent} is not in the classification",
                    [row],
                )
        elif name and verdict == classification.DIFFERS:
            official = (
                classification.name(scheme, code, row["year"]) or classification.name(scheme, code) or "-"
            )
            others = [other for other in classification.codes_of(scheme, name) if other != code]
            hint = f"；该名称属于 {' '.join(others)}" if others else ""
            hint_en = f"; the name belongs to {' '.join(others)}" if others else ""
            drafts.add(
                doc,
                "code_name_mismatch",
                scope,
                False,
                f"{code} 印作“{name}”，科目表为“{official}”{hint}",
                f"{code} is printed as {name}, the classification says {official}{hint_en}",
                [row],
            )
        elif verdict == classification.OTHER_YEAR:
            official = classification.name(scheme, code, row["year"]) or "-"
            drafts.add(
                doc,
                "code_name_other_year",
                scope,
                False,
                f"{code} 印作“{name}”，该年度为“{official}”",
                f"{code} is printed as {name}, in that year {official}",
                [row],
            )
        else:
            agree[doc] = agree.get(doc, 0) + 1
    for doc, count in agree.items():
        drafts.add(
            doc,
            "code_known",
            "全部科目",
            True,
            f"{count} 个科目的编码与名称相符",
            f"{count} codes agree with their names",
            count=count,
        )
