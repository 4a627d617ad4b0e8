"""What readers, recognition and identification noticed, as findings (kind ``reading``).

The parsers do not know the lake: they give oddities (a stray number, characters not conserved) and fields
whose evidence is divided. ``notices`` makes rows of them, a frame ``notice`` beside the lake tables that
``evaluate`` turns into findings of the rule whose id is the notice's kind. A kind that no rule has becomes
``reader_oddity``: nothing that was noticed is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import polars as pl

from schemas.rules.content import Batch
from schemas.rules.draft import Drafts
from schemas.rules.rule import rules
from schemas.title import form_of_title

NOTICE = pl.Schema(
    {
        "document_id": pl.String(),
        "unit_code": pl.String(),
        "kind": pl.String(),
        "message": pl.String(),
        "table_no": pl.Int16(),
        "page_no": pl.Int16(),
        "bbox_x0": pl.Float32(),
        "bbox_y0": pl.Float32(),
        "bbox_x1": pl.Float32(),
        "bbox_y1": pl.Float32(),
        "text": pl.String(),
    }
)
#: What stands before a field of which the publisher's site says otherwise than the document.
PUBLISHER = "publisher."
#: A field of the identity whose evidence is divided, and the rule that says so.
CONFLICTS = {
    "year": "year_conflict",
    "budget_phase": "phase_conflict",
    "disclosure_level": "level_conflict",
    "unit_code": "unit_code_mismatch",
    "unit_name": "unit_name_variant",
}


class OddityLike(Protocol):
    """What a reader notices; ``box`` is x0, top, x1, bottom or ``None``."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102
    @property
    def page(self) -> int | None: ...  # noqa: D102
    @property
    def box(self) -> tuple[float, float, float, float] | None: ...  # noqa: D102
    @property
    def text(self) -> str | None: ...  # noqa: D102


def notices(
    document: Mapping[str, Any], oddities: Iterable[OddityLike] = (), conflicts: Iterable[str] = ()
) -> pl.DataFrame:
    """The frame ``notice`` of one document: its row of ``document``, its oddities, its divided fields."""
    keys = {"document_id": document["document_id"], "unit_code": document["unit_code"]}
    rows: list[dict[str, Any]] = []
    for oddity in oddities:
        box = dict(zip(("bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1"), oddity.box or (), strict=False))
        rows.append(
            {
                **keys,
                "kind": oddity.kind,
                "message": oddity.message,
                "page_no": oddity.page,
                "text": oddity.text,
            }
            | box
        )
    votes = document.get("evidence") or []
    otherwise = []
    for field in conflicts:
        bare = field.removeprefix(PUBLISHER)
        name = {"budget_phase": "kind", "disclosure_level": "level"}.get(bare, bare)
        said = ", ".join(f"{vote['value']} ({vote['source']})" for vote in votes if vote["field"] == name)
        if field.startswith(PUBLISHER):
            otherwise.append(f"{bare}: {said}")
        else:
            rows.append({**keys, "kind": CONFLICTS.get(field, field), "message": said or field})
    if otherwise:
        rows.append({**keys, "kind": "publisher_conflict", "message": "; ".join(otherwise)})
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in NOTICE}, schema=NOTICE)


def check_notices(batch: Batch, drafts: Drafts) -> None:
    """One violated finding a notice."""
    known = rules()
    for row in batch.rows("notice"):
        kind = row["kind"] if row["kind"] in known else "reader_oddity"
        scope = f"第 {row['page_no']} 页" if row["page_no"] else "全文"
        text = f"：{row['text']}" if row["text"] else ""
        drafts.add(row["doc"], kind, scope, False, f"{known[kind].zh}{text}", row["message"], [row])


def check_register(batch: Batch, drafts: Drafts) -> None:
    """Tables that no form fits or whose title names another form, pictures of text, region."""
    for row in batch.rows("statement"):
        doc, title = row["doc"], row["title_printed"] or "-"
        if row["table_no"] is None:
            continue
        if row["form_code"] == "unrecognised":
            drafts.add(
                doc,
                "table_unrecognised",
                f"表 {row['table_no']} {title}",
                False,
                f"第 {row['table_no']} 表（{title}）没有相符的报表",
                f"table {row['table_no']} ({title}) fits no form",
                [row],
            )
            continue
        named = form_of_title(row["title_printed"] or "")
        if named is not None and named != row["form_code"]:
            drafts.add(
                doc,
                "title_signature_mismatch",
                f"表 {row['table_no']} {title}",
                False,
                f"表名“{title}”与表头（{row['form_code']}）不符",
                f"the title {title} names {named}, the header is that of {row['form_code']}",
                [row],
            )
        if row["status"] == "not_in_toc":
            drafts.add(
                doc,
                "table_not_in_toc",
                f"表 {row['table_no']} {title}",
                False,
                f"目录中没有 {title}",
                f"{title} is not in the contents",
                [row],
            )
    for row in batch.rows("document"):
        if row.get("text_layer") not in (None, "native"):
            drafts.add(
                row["doc"],
                "ocr_text",
                "全文",
                False,
                f"文本层：{row['text_layer']}",
                f"text layer: {row['text_layer']}",
            )
    for row in batch.facts.documents.iter_rows(named=True):
        if row["region_code"] == "000000":
            drafts.add(
                row["doc"],
                "region_unresolved",
                row["org_unit_name"],
                False,
                "行政区划未确定",
                "the division of the body is not known",
            )
