"""Stored lakes for the test of upgrades: ``python -m tests.flows.stored_lake NAME`` writes one as this version does.

Run it once a release and keep the file for ever: the next version has to open it. It holds two units, an overwritten
document, one that overtook another in one form, a copy, a deletion and a refusal.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

from flows.line import bring_in
from flows.listing import reconcile_listing
from flows.outcome import BatchResult
from flows.pool import DocumentPool
from infra.aws import s3_client
from infra.lake import Lake
from infra.loopback import Loopback
from infra.objects import ObjectRef
from tests.generator.tiny import SMALL, tiny

FOLDER = Path(__file__).with_name("data")
CELLS = (
    "document_id",
    "unit_code",
    "year",
    "form_code",
    "table_no",
    "row_no",
    "col_no",
    "text_raw",
    "amount_yuan",
)
STEPS: list[dict[str, bytes | None]] = [
    {"a.txt": tiny(1, 1), "b.txt": tiny(2, 1), "c.txt": b"no disclosure", "copy.txt": tiny(2, 1)},
    {"a.txt": tiny(1, 2), "newer.txt": tiny(1, 3, (SMALL,)), "b.txt": None},
]


def write(name: str) -> None:
    """Write ``data/NAME.tar.gz`` and ``data/NAME.csv``, the cells that its readers see."""
    with tempfile.TemporaryDirectory() as folder, Loopback() as loopback:
        settings = loopback.settings(lake=f"{folder}/{name}")
        lake, s3 = Lake.of(settings), s3_client(settings)
        with DocumentPool(settings, workers=1) as pool:

            def bring(refs: list[ObjectRef], removed: list[ObjectRef]) -> BatchResult:
                return bring_in(refs, lake, settings, removed=removed, pool=pool)

            for step in STEPS:
                for key, data in step.items():
                    if data is None:
                        s3.delete_object(Bucket=settings.landing_bucket, Key=key)
                    else:
                        s3.put_object(Bucket=settings.landing_bucket, Key=key, Body=data)
                reconcile_listing(f"s3://{settings.landing_bucket}/", lake, settings, bring)
        for log in Path(settings.lake).rglob("*.json"):
            # Delta notes where a table was made, which is nobody's business.
            log.write_text(log.read_text().replace(folder, "/lakes"))
        FOLDER.mkdir(exist_ok=True)
        lake.scan("budget_line").select(CELLS).sort(CELLS).collect().write_csv(FOLDER / f"{name}.csv")
        with tarfile.open(FOLDER / f"{name}.tar.gz", "w:gz") as archive:
            archive.add(settings.lake, name)


if __name__ == "__main__":
    write(sys.argv[1])
