"""Imported once by the server that workers are forked from: what each of them would pay for is paid here.

No frame is made and no lake opened: threads of Polars and delta-rs do not live on in a fork.
"""

import boto3

import bench.faults.__main__
import bench.faults.carer
import bench.faults.worker
from parsers.document import parse_document
from tests.generator.tiny import LIST, SMALL, tiny

parse_document(tiny(1, 1, (SMALL, LIST)), "warm.txt")
# The descriptions of the services stay with the default session; the clients are thrown away.
for service in ("s3", "sqs"):
    boto3.client(service, region_name="cn-north-1", endpoint_url="http://127.0.0.1:9")

__all__ = ["bench"]
