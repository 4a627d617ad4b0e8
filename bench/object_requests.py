"""What a batch asks of S3 and SQS when the lake is on S3 too, by the local server's own log."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.documents import PARSER, copy_of, key_of
from bench.page import table
from flows.line import bring_in
from flows.pool import DocumentPool
from flows.upload_queue import collect, work_off
from infra.aws import s3_client
from infra.lake import Lake
from infra.loopback import Loopback

_LAKE = "lake"


def measure_requests(files: Sequence[tuple[Path, str]], batch: int) -> list[str]:
    """Lines of Markdown: requests and bytes a document, from the notice to the acknowledgement.

    The second of two batches is counted, for the first makes the tables.
    """
    with tempfile.TemporaryDirectory(prefix="budgetlake-bench-") as folder:
        log = Path(folder, "requests.log")
        with Loopback(log=log) as loopback:
            settings = loopback.settings(
                lake=f"s3://{_LAKE}/lake", batch_documents=batch, batch_wait_seconds=5.0, workers=1
            )
            s3 = s3_client(settings)
            s3.create_bucket(
                Bucket=_LAKE,
                CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
            )
            lake = Lake.of(settings)
            with DocumentPool(settings, parser=PARSER) as pool:
                for number in range(2):
                    sent = 0
                    for at in range(number * batch, (number + 1) * batch):
                        path, name = files[at % len(files)]
                        data = copy_of(path, at)
                        sent += len(data)
                        s3.put_object(Bucket=loopback.bucket, Key=key_of(name, at), Body=data)
                    before = len(log.read_text().splitlines())
                    done = list(
                        work_off(
                            collect(settings),
                            settings,
                            lambda refs, removed: bring_in(refs, lake, settings, removed=removed, pool=pool),
                        )
                    )
                    asked = log.read_text().splitlines()[before:]
    documents = sum(len(each.outcomes) for each in done if not isinstance(each, int))
    return _report(asked, documents, sent, batch)


def _report(asked: Sequence[str], documents: int, sent: int, batch: int) -> list[str]:
    requests: Counter[tuple[str, str]] = Counter()
    size: Counter[tuple[str, str]] = Counter()
    for line in asked:
        what, method, length, path = line.split(" ", 3)
        if what == "S3":
            where = "lake" if path.startswith(f"/{_LAKE}") else "landing bucket"
            listing = method == "GET" and ("list-type" in path or "versions" in path)
            key = (where, "LIST" if listing else method)
        else:
            key = ("queue", what)
        requests[key] += 1
        size[key] += int(length)
    rows = [
        [
            f"{where}: {what}",
            str(count),
            f"{count / documents:.2f}",
            f"{count / documents:,.2f} million",
            f"{size[where, what] / documents / 1e3:,.1f} GB" if size[where, what] else "",
        ]
        for (where, what), count in sorted(requests.items())
    ]
    total = sum(requests.values())
    rows.append(["all", str(total), f"{total / documents:.2f}", f"{total / documents:,.2f} million", ""])
    head = ["", "of the batch", "a document", "a million documents", "bytes sent, a million documents"]
    return [
        f"A batch of {documents} documents ({sent / documents / 1e3:,.0f} kB each) of as many bodies, lake and landing "
        f"bucket on S3, {batch} to a batch.",
        "",
        *table(head, rows),
    ]
