"""A maker of pages whose process dies: a module of its own, for that process loads it anew each time."""

from __future__ import annotations

import os

from flows.report.document_page import DocumentDone, DocumentJob, make_document
from infra.settings import Settings

VICTIM = "株洲市荷塘区样例服务中心"


def die_with_pictures(job: DocumentJob, settings: Settings) -> DocumentDone:
    """Stands for native code that crashes on one document's pictures."""
    if job.pictures and job.document["org_unit_name"] == VICTIM:
        os._exit(11)
    return make_document(job, settings)
