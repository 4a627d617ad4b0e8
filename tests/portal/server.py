"""The server: answers by path, good and bad behaviour on demand, and the log that the tests judge by."""

from __future__ import annotations

import hashlib
import select
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

# Any moment of the past: when the site was last changed.
CHANGED = 1_704_067_200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers. ``first`` are statuses of the first requests, before the answer itself.

    ``validators``: both, etag, date or none. ``claims`` is a Content-Length of more bytes than there are,
    ``endless`` a body without end, ``cut_first`` breaks the first transfer off half-way, ``slow`` waits so
    many seconds before it answers (or until the client has gone).
    """

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, bytes], ...] = ()
    validators: str = "both"
    first: tuple[int, ...] = ()
    retry_after: str | None = None
    slow: float = 0.0
    cut_first: bool = False
    claims: int | None = None
    endless: bool = False

    @property
    def etag(self) -> str:
        """A strong ETag of the body."""
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


@dataclass(slots=True)
class Asked:
    """A request of the log: what was asked when, and how it was answered (``sent``: bytes of the body)."""

    path: str
    headers: dict[str, str]
    start: float
    end: float = 0.0
    status: int = 0
    sent: int = 0
    content_type: str = ""


@dataclass(slots=True)
class Portal:
    """A running site; use as a context manager. ``answers`` may be changed while it runs."""

    answers: dict[str, Answer] = field(default_factory=dict)
    robots: str = "User-agent: *\nDisallow: /private/\n"
    robots_status: int = 200
    log: list[Asked] = field(default_factory=list)
    on_request: Callable[[Asked], None] | None = None
    tls: ssl.SSLContext | None = None
    _server: ThreadingHTTPServer | None = None
    _counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """The site's address."""
        assert self._server is not None
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._server.server_port}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [asked.path for asked in self.log]

    def transferred(self) -> list[str]:
        """The paths under which a file was sent, not a page and not a mere 304."""
        pages = ("text/", "application/json")
        return [
            a.path for a in self.log if a.status == 200 and a.sent and not a.content_type.startswith(pages)
        ]

    def change(self, path: str, **changes: object) -> None:
        """Change an answer."""
        self.answers[path] = replace(self.answers[path], **changes)  # type: ignore[arg-type]

    def forget(self) -> None:
        """Empty the log and begin counting requests anew."""
        self.log.clear()
        self._counts.clear()

    def __enter__(self) -> Self:
        portal = self

        class Handler(_Handler):
            site: Portal = portal

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def count(self, path: str) -> int:
        """How often the path was asked for before this time."""
        with self._lock:
            before = self._counts.get(path, 0)
            self._counts[path] = before + 1
            return before


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Portal

    def do_GET(self) -> None:
        asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic())
        self.site.log.append(asked)
        if self.site.on_request is not None:
            self.site.on_request(asked)
        try:
            self._answer(asked)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            asked.end = time.monotonic()

    def _answer(self, asked: Asked) -> None:
        if self.path == "/robots.txt":
            robots = Answer(
                self.site.robots.encode(), "text/plain", self.site.robots_status, validators="none"
            )
            self._send(asked, robots)
            return
        answer = self.site.answers.get(self.path)
        if answer is None:
            self._send(asked, Answer("<h1>页面不存在</h1>".encode(), status=404, validators="none"))
            return
        before = self.site.count(self.path)
        if before < len(answer.first):
            after = (("Retry-After", answer.retry_after.encode()),) if answer.retry_after else ()
            self._send(asked, Answer(b"later", status=answer.first[before], validators="none", headers=after))
            return
        self._wait(answer.slow)
        if self._unchanged(answer):
            self._send(asked, replace(answer, status=304, body=b""), etag=answer.etag)
            return
        self._send(asked, answer, cut=answer.cut_first and before == len(answer.first))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            # Readable while nothing more is to come: the client has hung up.
            if select.select([self.connection], [], [], min(left, 0.05))[0]:
                raise BrokenPipeError

    def _unchanged(self, answer: Answer) -> bool:
        match, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if match is not None and answer.validators in ("both", "etag"):
            return match == answer.etag
        if since is not None and answer.validators in ("both", "date"):
            return parsedate_to_datetime(since).timestamp() >= CHANGED
        return False

    def _send(self, asked: Asked, answer: Answer, etag: str | None = None, cut: bool = False) -> None:
        asked.status, asked.content_type = answer.status, answer.content_type
        self.send_response(answer.status)
        if answer.validators in ("both", "etag"):
            self.send_header("ETag", etag or answer.etag)
        if answer.validators in ("both", "date"):
            self.send_header("Last-Modified", formatdate(CHANGED, usegmt=True))
        self.send_header("Set-Cookie", "session=secret; Path=/")
        for name, value in answer.headers:
            self.send_header(name, value.decode("latin-1"))
        if answer.status != 304:
            self.send_header("Content-Type", answer.content_type)
        if answer.endless:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != 304:
            self.send_header("Content-Length", str(answer.claims or len(answer.body)))
        self.end_headers()
        if answer.endless:
            self._stream(asked, answer.body)
        elif answer.status != 304:
            body = answer.body[: len(answer.body) // 2] if cut else answer.body
            self.wfile.write(body)
            asked.sent = len(body)
            self.close_connection = self.close_connection or cut or answer.claims is not None

    def _stream(self, asked: Asked, start: bytes) -> None:
        piece = start + bytes(65536)
        while asked.sent < 1 << 30:
            self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
            asked.sent += len(piece)

    def log_message(self, *args: object) -> None:
        """Silence: the log is ``Portal.log``."""
