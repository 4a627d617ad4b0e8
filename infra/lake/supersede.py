"""What a batch of documents makes of the rows that the lake has: a pure function of frames.

The rule. Documents that share the business key (region, unit, year, phase, level) replace one another form
by form: of a form, the rows of the newest document that has it stand. Rows that belong to no single form
(findings over several forms, unrecognised tables) stand while their document is current or gives a form.
The newest document of a key is the current one. Newest is by ``retrieved_at``, when the document's bytes
were first uploaded, and by ``document_id`` where that is equal, so that there is always an answer.

It is built to forget the order of arrival: every choice is the largest or smallest of a set, and rows that
are overtaken are kept aside, so committing the same documents in any order, in any grouping and any number of
times gives the same rows, and what a document overtook stands again when that document goes. Of one document
the rows that came last stand (a better parser read it again), with the place and time of its first upload.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import polars as pl

from infra.lake.layout import FACTS, REGISTER, UNIT_YEAR

DOCUMENT = ("document_id", *UNIT_YEAR)
TABLE = (*DOCUMENT, "table_no")
BUSINESS_KEY = (*UNIT_YEAR, "budget_phase", "disclosure_level")
ORDER = ("retrieved_at", "document_id")

# Their rows say the table that they stand in and not its form: the statement of that table does.
TABLES_OF_STATEMENTS = ("performance_indicator", "performance_goal")

# Columns of the register that say where and when the bytes came from, not what they say.
ORIGIN = (
    *("retrieved_at", "source_uri", "file_name", "source_url", "page_url", "published_date"),
    "ingested_at",
)

# What may be told of a document later than its rows: where its bytes lie now, and whether they still do.
RESTATED = {
    "document_id": pl.String(),
    "unit_code": pl.String(),
    "year": pl.Int16(),
    "source_uri": pl.String(),
    "file_name": pl.String(),
    "source_url": pl.String(),
    "page_url": pl.String(),
    "published_date": pl.Date(),
    "retrieved_at": pl.Datetime("us", "UTC"),
    "withdrawn_at": pl.Datetime("us", "UTC"),
}

Frames: TypeAlias = Mapping[str, pl.DataFrame]


def supersede(
    current: Frames,
    incoming: Frames,
    replaced: Collection[tuple[str, str, int]] = (),
    restated: pl.DataFrame | None = None,
) -> tuple[Frames, Frames]:
    """The rows of the touched partitions after the batch, by table of ``FACTS``: those that stand, and those
    that are overtaken.

    ``current`` has all rows of the partitions touched, of both kinds, ``incoming`` those of the batch's
    documents, each with its row in ``document``. ``replaced`` are documents by (document_id, unit_code, year)
    that a newer version of their own object replaces: all their rows go, unless the batch itself brings them.
    ``restated`` (columns of ``RESTATED``) corrects the register's rows of documents, before they are ordered.
    Raises ``ValueError`` where a row's document has no row in the batch's register, or where a row of
    ``TABLES_OF_STATEMENTS`` has none in ``statement`` for its table.
    """
    arriving = incoming[REGISTER].select(DOCUMENT)
    if arriving.is_duplicated().any():
        raise ValueError("a document is in the batch twice")
    gone = pl.DataFrame(list(replaced), schema=arriving.schema, orient="row")
    left = {
        table: current[table].join(pl.concat([arriving, gone]), on=DOCUMENT, how="anti") for table in FACTS
    }
    for table in FACTS:
        if incoming[table].join(arriving, on=DOCUMENT, how="anti").height:
            raise ValueError(f"{table} has rows of a document without a row in {REGISTER}")
    rows = {table: pl.concat([left[table], incoming[table]]) for table in FACTS if table != REGISTER}

    known = current[REGISTER].join(arriving, on=DOCUMENT, how="semi")
    told = pl.concat([left[REGISTER], _settle(known, incoming[REGISTER])])
    if restated is not None:
        told = told.update(restated, on=DOCUMENT, include_nulls=True)
    register = _order(told)
    # A statement that is superseded takes the rows of its table along: also those that a writer which was
    # overtaken has left behind.
    stated = rows["statement"].select(TABLE)
    for table in TABLES_OF_STATEMENTS:
        lost = rows[table].join(stated, on=TABLE, how="anti").join(register, on=DOCUMENT, how="semi")
        if not lost.join(arriving, on=DOCUMENT, how="semi").is_empty():
            raise ValueError(f"{table} has rows of a table without a row in statement")
        rows[table] = rows[table].join(lost.select(TABLE).unique(), on=TABLE, how="anti")

    forms = {table: _form(table, frame, rows["statement"]) for table, frame in rows.items()}
    standing = _standing(forms, register)
    gives = standing.select(*DOCUMENT, _gives=pl.lit(True)).unique()
    register = register.join(gives, on=DOCUMENT, how="left")
    newest = standing.select(*BUSINESS_KEY, "_form", _newest="_order")

    after: dict[str, pl.DataFrame] = {REGISTER: register.select(current[REGISTER].columns)}
    overtaken: dict[str, pl.DataFrame] = {}
    for table, frame in forms.items():
        known_by = register.select(
            *DOCUMENT, "disclosure_level", "is_current", "_order", "_gives", _phase="budget_phase"
        )
        judged = frame.join(known_by, on=DOCUMENT, how="left").join(
            newest.rename({"budget_phase": "_phase"}),
            on=[*UNIT_YEAR, "_phase", "disclosure_level", "_form"],
            how="left",
        )
        stands = (
            pl.when(pl.col("_order").is_null())
            .then(True)
            .when(pl.col("_form").is_null())
            .then(pl.col("is_current") | pl.col("_gives").fill_null(False))
            .otherwise((pl.col("_order") >= pl.col("_newest")).fill_null(True))
        )
        after[table] = judged.filter(stands).select(current[table].columns)
        overtaken[table] = judged.filter(~stands).select(current[table].columns)
    return after, overtaken


def _settle(known: pl.DataFrame, arriving: pl.DataFrame) -> pl.DataFrame:
    """Register rows of documents that arrive: what they say as now read, their origin of the first upload."""
    both = pl.concat([known.with_columns(_new=pl.lit(0)), arriving.with_columns(_new=pl.lit(1))])
    first = both.sort("retrieved_at", "source_uri", "_new").unique(
        DOCUMENT, keep="first", maintain_order=True
    )
    return arriving.drop(ORIGIN).join(first.select(*DOCUMENT, *ORIGIN), on=DOCUMENT).select(arriving.columns)


def _order(register: pl.DataFrame) -> pl.DataFrame:
    """The register with ``_order``, its documents' rank from old to new, and its links made true."""
    older = pl.col("document_id").shift(1).over(BUSINESS_KEY, order_by="_order")
    newest = pl.col("_order").max().over(BUSINESS_KEY)
    ranked = register.sort(ORDER, nulls_last=False).with_row_index("_order")
    return ranked.with_columns(is_current=pl.col("_order") == newest, supersedes_document_id=older)


def _form(table: str, frame: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """The frame with ``_form``: the form that a row belongs to, null where it is of no single one."""
    if "form_code" in frame.columns:
        form = pl.col("form_code")
        return frame.with_columns(_form=pl.when(form != "unrecognised").then(form))
    if "table_no" in frame.columns:
        tables = statements.filter(pl.col("table_no").is_not_null()).unique(TABLE)
        form = pl.when(pl.col("form_code") != "unrecognised").then("form_code")
        return frame.join(tables.select(*TABLE, _form=form), on=TABLE, how="left")
    return frame.with_columns(_form=pl.lit(None, pl.String))


def _standing(forms: Frames, register: pl.DataFrame) -> pl.DataFrame:
    """By business key and form, the newest document that has it: a form promised and missing is not had."""
    had = pl.concat(
        [
            (frame.filter(pl.col("status") != "missing_in_body") if table == "statement" else frame)
            .filter(pl.col("_form").is_not_null())
            .select(*DOCUMENT, "_form")
            for table, frame in forms.items()
        ]
    ).unique()
    owners = register.select(*DOCUMENT, "budget_phase", "disclosure_level", "_order")
    return (
        had.join(owners, on=DOCUMENT)
        .sort("_order")
        .unique([*BUSINESS_KEY, "_form"], keep="last", maintain_order=True)
    )
