"""Which addresses may be asked: http and https, hosts that the region file names, public networks only.

An address is looked at three times: when it is found in a page, before each request (so after every
redirect too), and when its host's name has been resolved. The last is what counts, for the connection is made
to the very address that was looked at: a name that resolves otherwise a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from schemas.region import host_of

# Links of these kinds lead nowhere by design and are not worth a word.
_NO_LINKS = ("javascript:", "mailto:", "tel:", "#")
_LONGEST = 2000
# RFC 4291: all that is routed in public; what else there is is local, of old forms, or reserved.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052


class Refusal(Exception):
    """An address that is not asked: a code of ``crawl_reason`` and one sentence."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def absolute(base: str, href: str) -> str | None:
    """The address that a link of a page means, without fragment; None where it leads nowhere by design."""
    href = "".join(char for char in href.strip() if char.isprintable())
    if not href or href.lower().startswith(_NO_LINKS):
        return None
    try:
        joined = urljoin(base, href).partition("#")[0]
        parts = urlsplit(joined)
        if parts.scheme in ("http", "https") and parts.hostname:
            # The host is case-blind; ports that go without saying are not said.
            user = parts.netloc.rpartition("@")[0]
            netloc = f"{user}@{host_of(joined)}" if user else host_of(joined)
            joined = safe_url_string(parts._replace(netloc=netloc, path=parts.path or "/").geturl())
    except ValueError:
        return None
    return joined if len(joined) <= _LONGEST else None


def check_url(url: str, hosts: Collection[str], test_host: str | None = None) -> None:
    """Raise ``Refusal`` where the address may not be asked, as far as it can be told without DNS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refusal("scheme", f"{url[:200]} is no address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal("scheme", f"{url[:200]} is neither http nor https.")
    if "@" in parts.netloc:
        raise Refusal("credentials", f"The address on {parts.hostname} has a user name or password in it.")
    if port == 0 or host_of(url) not in hosts:
        raise Refusal("other_host", f"{host_of(url)} is not among the hosts of the region file.")
    if host_of(url) != test_host and is_private(parts.hostname):
        raise Refusal("private_address", f"{parts.hostname} is no public address.")


def is_private(host: str) -> bool:
    """True for a literal IP address that is not public; False for names, which DNS has to tell.

    An IPv6 address that stands for one of IPv4 (mapped, 6to4, translated by NAT64) is what that one is.
    """
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        meant = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            meant = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if meant is None:
            return not address.is_global or address not in _GLOBAL_UNICAST
        address = meant
    return not address.is_global or address.is_multicast
