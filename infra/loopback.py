"""S3 and SQS on 127.0.0.1 for a try, the demo and the tests: moto's server in a process of its own.

The server listens on the loopback address only, on a free port, and keeps everything in memory. It ends
with its starter, however that ends: it holds the reading end of a pipe, and ends when nobody holds the other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.aws import s3_client, sqs_client
from infra.settings import PREFIX, Settings
from schemas.errors import StorageError, UsageError

ADDRESS = "127.0.0.1"
MAX_RECEIVE_COUNT = 5

# Any words do: moto checks none. They are not secrets, and only child processes get to see them.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "loopback"}

_SERVER = f"""
import functools, os, sys, threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

log = open(sys.argv[1], "a", buffering=1) if len(sys.argv) > 1 else None

class Handler(MotoRequestHandler):
    def log_request(self, *args, **kwargs):
        if log:
            what = self.headers.get("X-Amz-Target", "S3").rpartition(".")[2]
            log.write(f"{{what}} {{self.command}} {{self.headers.get('Content-Length', 0)}} {{self.path}}\\n")

def end_with_starter():
    sys.stdin.buffer.read()
    os._exit(0)

application = DomainDispatcherApplication(create_backend_app)
# Else it lists its own folders and tries the patterns of all services for every request, a third of its time.
application.get_backend_for_host = functools.cache(application.get_backend_for_host)
server = make_server("{ADDRESS}", 0, application, threaded=True, request_handler=Handler)
print(server.server_port, flush=True)
threading.Thread(target=end_with_starter, daemon=True).start()
server.serve_forever()
"""


class Loopback:
    """A running S3 and SQS with a landing bucket, its queue and dead-letter queue, wired together.

    Use as a context manager. ``environment`` holds all that another process needs to find it. ``log`` is a file
    that gets a line for each request: SQS' action or S3, method, bytes sent, path.
    """

    def __init__(
        self, bucket: str = "budget-landing", queue: str = "budget-uploads", log: Path | None = None
    ) -> None:
        self.bucket = bucket
        self._log = log
        self._queue_name = queue
        self._process: subprocess.Popen[str] | None = None
        self._before: dict[str, str | None] = {}
        self.endpoint_url = ""
        self.queue_url = ""
        self.dead_letter_url = ""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for processes that use this server: settings and made-up credentials."""
        return {
            f"{PREFIX}ENDPOINT_URL": self.endpoint_url,
            f"{PREFIX}LANDING_BUCKET": self.bucket,
            f"{PREFIX}QUEUE_URL": self.queue_url,
            **_CREDENTIALS,
        }

    def settings(self, **choices: object) -> Settings:
        """Settings that point here; ``choices`` go before them."""
        here = {
            "endpoint_url": self.endpoint_url,
            "landing_bucket": self.bucket,
            "queue_url": self.queue_url or None,
        }
        return Settings(**{**here, **choices})  # type: ignore[arg-type]

    def start(self) -> Self:
        """Start the server and make bucket, queues and notification.

        Raises ``UsageError`` where moto is not installed and ``StorageError`` where it does not start. The
        made-up credentials are set in this process's environment until ``stop``.
        """
        if find_spec("moto") is None or find_spec("flask") is None:
            raise UsageError("The local S3 is not installed: pip install 'budgetlake[local]'.")
        # A session of its own: Ctrl-C reaches the starter alone, which can then finish its work with S3.
        self._process = subprocess.Popen(  # noqa: S603  our own program, no input in it
            [sys.executable, "-c", _SERVER, *([str(self._log)] if self._log else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101  asked for above
        port = self._process.stdout.readline().strip()
        if not port:
            self.stop()
            raise StorageError("The local S3 did not start; its own message stands above.")
        self.endpoint_url = f"http://{ADDRESS}:{port}"
        self._before = {name: os.environ.get(name) for name in _CREDENTIALS}
        os.environ.update(_CREDENTIALS)
        self._furnish()
        return self

    def stop(self) -> None:
        """End the server and wait until it has ended; a second call does nothing."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before = {}
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _furnish(self) -> None:
        self.queue_url, self.dead_letter_url = make_landing(self.settings(), self.bucket, self._queue_name)


def make_landing(settings: Settings, bucket: str, queue: str, *, notify: bool = True) -> tuple[str, str]:
    """Make a landing bucket with versions, its queue, its dead-letter queue and, if ``notify``, the notification.

    Gives the addresses of the queue and of its dead-letter queue.
    """
    s3, sqs = s3_client(settings), sqs_client(settings)

    def arn(url: str) -> str:
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": settings.region},  # type: ignore[typeddict-item]
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    dead = sqs.create_queue(QueueName=f"{queue}-dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": MAX_RECEIVE_COUNT})
    timeout = str(settings.visibility_timeout)
    attributes = {"RedrivePolicy": redrive, "VisibilityTimeout": timeout}
    url = sqs.create_queue(QueueName=queue, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
    if not notify:
        return url, dead
    events: list[Any] = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn(url), "Events": events}]},
    )
    return url, dead
