"""Why a request failed, as a code of ``crawl_reason`` and one sentence: exceptions mapped in one place."""

from __future__ import annotations

from typing import NamedTuple

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

from infra.crawl.extract import clean
from infra.crawl.guard import Refused


class Failure(NamedTuple):
    """An outcome (``failed``, ``refused``, ``robots_refused``), its reason, a sentence and the status if any."""

    outcome: str
    reason: str
    message: str
    status: int | None = None


_REFUSED = frozenset(
    {"scheme", "credentials", "other_host", "private_address", "depth", "listing_pages", "too_large"}
)


def failure_of(error: BaseException, url: str) -> Failure:
    """What a failed request is to be called."""
    says = clean(f"{type(error).__name__}: {error}")
    if isinstance(error, Refused):
        if error.reason == "robots":
            return Failure("robots_refused", error.reason, error.message)
        return Failure("refused" if error.reason in _REFUSED else "failed", error.reason, error.message)
    if isinstance(error, HttpError):
        status = error.response.status
        reason = {404: "not_found", 410: "gone"}.get(status, "http_status")
        if 300 <= status < 400:
            where = clean((error.response.headers.get("Location") or b"nowhere").decode("latin-1"))
            if where.partition(":")[0].isalpha() and not where.startswith(("http:", "https:")):
                return Failure("refused", "scheme", f"It redirects to {where[:200]}.", status)
            return Failure("failed", "redirects", f"It redirects to {where[:200]}.", status)
        return Failure("failed", reason, f"The server answered {status}.", status)
    if isinstance(error, DownloadCancelledError) or (isinstance(error, IgnoreRequest) and "MAXSIZE" in says):
        return Failure("refused", "too_large", f"It has more bytes than may be taken ({says}).")
    if isinstance(error, IgnoreRequest):
        return Failure("failed", "redirects", "It redirects too often, or in a circle.")
    if isinstance(error, DownloadTimeoutError):
        return Failure("failed", "timeout", f"No whole answer within the time allowed ({says}).")
    if isinstance(error, CannotResolveHostError):
        return Failure("failed", "dns", f"The host's name does not resolve ({says}).")
    if "SSL" in says or "certificate" in says.lower():
        return Failure("failed", "tls", f"The connection cannot be trusted ({says}).")
    return Failure("failed", "connection", f"The connection failed or the answer is cut off ({says}).")
