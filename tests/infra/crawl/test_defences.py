"""Addresses, sizes, certificates and pages that mean harm are refused with a reason, each tried."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.resolver import dnscache
from twisted.internet.address import IPv4Address, IPv6Address

from infra.crawl.address import Refusal, absolute, check_url, is_private
from infra.crawl.resolver import PublicResolver
from infra.settings import Settings
from schemas.region import Region
from tests.crawl_site import crawler_of
from tests.portal import hetang
from tests.portal.hostile import LARGE_PAGE, PAGE, hostile
from tests.portal.regions import quick
from tests.portal.server import Answer, Asked, Portal


def _site(*links: str) -> dict[str, Answer]:
    """A site of one page with these links as attachments."""
    return {
        hetang.LISTS[0]: hetang.listing([(PAGE, "荷塘区教育局2024年部门预算公开", "2024-01-25")]),
        hetang.LISTS[2]: hetang.listing([("/zwgk/bmjs/t.html", "2023年部门决算公开", "2024-09-25")]),
        PAGE: hetang.article(
            "荷塘区教育局2024年部门预算公开", "2024-01-25", [(link, "预算.pdf") for link in links]
        ),
    }


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("file:///etc/passwd.pdf", "scheme"),
        ("ftp://127.0.0.1/a.pdf", "scheme"),
        ("data:application/pdf;base64,JVBERi0=", "scheme"),
        ("http://user:secret@127.0.0.1/a.pdf", "credentials"),
        ("http://elsewhere.example/a.pdf", "other_host"),
        ("http://127.0.0.1:1/a.pdf", "other_host"),
        ("http://169.254.169.254/latest/meta-data.pdf", "private_address"),
        ("http://10.0.0.1/a.pdf", "private_address"),
        ("http://[::ffff:127.0.0.1]/a.pdf", "private_address"),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused_before_anything_is_sent(link: str, reason: str) -> None:
    hosts = {"127.0.0.1:8000", "127.0.0.1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"}
    if reason == "other_host":
        hosts = {"127.0.0.1:8000"}
    with pytest.raises(Refusal) as refusal:
        check_url(link, hosts, test_host="127.0.0.1:8000")
    assert refusal.value.reason == reason
    assert "secret" not in refusal.value.message


@pytest.mark.parametrize(
    ("address", "private"),
    [
        *[(each, True) for each in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1")],
        *[
            (each, True)
            for each in ("169.254.169.254", "0.1.2.3", "224.0.0.1", "255.255.255.255", "192.0.2.1")
        ],
        *[(each, True) for each in ("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1")],
        *[(each, True) for each in ("ff02::1", "2001:db8::1", "100::1", "64:ff9b:1::1", "::127.0.0.1")],
        *[(each, True) for each in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "[::ffff:169.254.169.254]")],
        *[
            (each, True)
            for each in ("2002:7f00:1::", "2002:c0a8:101::1", "64:ff9b::10.0.0.1", "2001:0:4136:e378::")
        ],
        *[(each, False) for each in ("8.8.8.8", "2400:3200::1", "[2606:4700::1111]", "::ffff:8.8.8.8")],
        *[
            (each, False)
            for each in ("2002:808:808::1", "64:ff9b::8.8.8.8", "www.hetang.example", "localhost")
        ],
    ],
)
def test_an_address_is_public_or_not_in_whatever_form_it_is_written(address: str, private: bool) -> None:
    assert is_private(address) == private


@pytest.mark.parametrize(
    ("addresses", "given"),
    [
        (["8.8.8.8", "2400:3200::1"], ["8.8.8.8", "2400:3200::1"]),
        (["2400:3200::1", "::1"], []),
        (["8.8.8.8", "192.168.1.1"], []),
        (["fd12::1"], []),
        ([], []),
    ],
)
def test_a_name_of_which_one_address_is_private_does_not_resolve(
    addresses: list[str], given: list[str]
) -> None:
    class Names:
        """A resolver that has one answer to all."""

        nameResolver = property(lambda self: self)  # noqa: N815  as a reactor has it

        def resolveHostName(self, receiver: Any, *_: Any) -> None:  # noqa: N802
            receiver.resolutionBegan(None)
            for each in addresses:
                receiver.addressResolved((IPv6Address if ":" in each else IPv4Address)("TCP", each, 80))
            receiver.resolutionComplete()

    class Receiver:
        heard: ClassVar[list[str]] = []
        resolutionBegan = resolutionComplete = lambda self, *_: None  # noqa: N815

        def addressResolved(self, address: Any) -> None:  # noqa: N802
            self.heard.append(address.host)

    dnscache.clear()
    resolver = PublicResolver(Names(), 10)  # type: ignore[arg-type]
    for name in ("a.example", "a.example", "b.example"):
        Receiver.heard.clear()
        resolver.resolveHostName(Receiver(), name)  # type: ignore[arg-type]
        assert Receiver.heard == given
    resolver.allowed = "test.example"
    resolver.resolveHostName(Receiver(), "test.example")  # type: ignore[arg-type]
    assert Receiver.heard[len(given) :] == addresses


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "mailto:a@b", "#top", "", "http://[bad/", "a" * 3000]
)
def test_a_link_that_leads_nowhere_is_no_link(href: str) -> None:
    assert absolute("http://a.example/b/", href) is None


class Survived(NamedTuple):
    """What a crawl of the hostile site came to: reasons by path, what was asked for, what was landed."""

    reasons: dict[str, str | None]
    log: list[Asked]
    names: dict[str, str | None]
    keys: list[str]


@pytest.fixture(scope="module")
def survived(shared_bucket_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Survived:
    with Portal() as site:
        port = site.url.rpartition(":")[2]
        site.answers = hostile(port)
        # The reviewer of this region file was deceived: the names are allowed, what they resolve to is not.
        hosts = ("www.hetang.example", f"localhost:{port}", f"2130706433:{port}", "169.254.169.254")
        data = quick("430202", hosts=hosts, caps={"page_bytes": 100_000}).model_dump(mode="json")
        data["sites"][0]["listing"]["pages"] = 4
        small = shared_bucket_settings.model_copy(update={"max_bytes": 1 << 20})
        crawler = crawler_of(site, small, tmp_path_factory.mktemp("state"))
        result = crawler.crawl(Region.model_validate(data))
        return Survived(
            {
                visit.url.replace(site.url, ""): visit.reason
                for visit in result.visits
                if visit.outcome in ("refused", "failed")
            },
            list(site.log),
            {
                visit.url.replace(site.url, ""): visit.file_name
                for visit in result.visits
                if visit.outcome == "new"
            },
            list(crawler.objects()),
        )


def test_links_of_other_schemes_and_hosts_are_told_and_not_asked_for(survived: Survived) -> None:
    assert survived.reasons["file:///etc/passwd.pdf"] == "scheme"
    assert survived.reasons["http://elsewhere.example/a.pdf"] == "other_host"


def test_redirects_to_private_networks_and_files_are_refused(survived: Survived) -> None:
    redirects = {
        "/loop.pdf": "redirects",
        "/file.pdf": "scheme",
        "/meta.pdf": "private_address",
        "/name.pdf": "private_address",
        "/number.pdf": "private_address",
    }
    assert {path: survived.reasons[path] for path in redirects} == redirects
    asked = [each.path for each in survived.log]
    assert "/secret" not in asked
    assert asked.count("/robots.txt") == 1


def test_attachments_of_ten_gigabytes_and_without_end_are_cut_off(survived: Survived) -> None:
    assert {survived.reasons[path] for path in ("/huge.pdf", "/endless.pdf", "/bomb.pdf")} == {"too_large"}
    sent = {asked.path: asked.sent for asked in survived.log}
    assert sent["/huge.pdf"] < 1 << 20
    assert sent["/endless.pdf"] < 16 << 20


def test_a_page_that_is_too_large_is_cut_off(survived: Survived) -> None:
    assert survived.reasons[LARGE_PAGE] == "too_large"


def test_a_listing_without_end_ends(survived: Survived) -> None:
    assert survived.reasons["/zwgk/bmys/index_4.html"] == "listing_pages"
    assert len([asked for asked in survived.log if "/bmys/index" in asked.path]) == 4


def test_hostile_names_and_pages_do_no_harm(survived: Survived) -> None:
    found = survived.names
    assert found["/a.pdf"] == "etc 预算.pdf"
    assert found["/b.pdf"] == "[2J预算.pdf"
    assert found["/d.pdf"] == "hidden预算.exe.pdf"
    long = found["/c.pdf"]
    assert long is not None and len(long.encode()) <= 180
    for key in survived.keys:
        assert key.count("/") == 3 and ".." not in key and key.isprintable()


def test_a_listing_whose_host_is_private_is_not_asked(bucket_settings: Settings, state: Path) -> None:
    with Portal(_site()) as site:
        port = site.url.rpartition(":")[2]
        region = quick("430202")
        data = region.model_dump(mode="json")
        data["hosts"] = [f"localhost:{port}", "www.hetang.example"]
        data["status"] = "reviewed"
        data["sites"][0]["listing"]["urls"] = [f"http://localhost:{port}/"]
        crawler = crawler_of(site, bucket_settings, state)
        # No test site: the loopback address is nothing special.
        crawler.settings = crawler.settings.model_copy(update={"crawl_test_site": None})
        result = crawler.crawl(Region.model_validate({**data, "sites": data["sites"][:1]}))
        assert site.log == []
    assert [(visit.outcome, visit.reason) for visit in result.visits] == [("refused", "private_address")]


def _certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "server.crt", folder / "server.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def test_a_certificate_is_verified_but_for_a_host_with_a_reason(
    bucket_settings: Settings, state: Path, tmp_path: Path
) -> None:
    exception = {"host": "www.hetang.example", "reason": "Its certificate ran out and is not renewed."}
    with Portal(_site(), tls=_certificate(tmp_path)) as site:
        crawler = crawler_of(site, bucket_settings, state)
        assert {visit.reason for visit in crawler.crawl(quick("430202")).visits} <= {
            "tls",
            "robots_unavailable",
        }
        assert site.log == []
        crawler.known = {}
        result = crawler.crawl(quick("430202", tls_exceptions=[exception]))
        assert crawler.visit(result, PAGE).outcome == "read"
