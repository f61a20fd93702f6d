"""Where webhooks may go."""

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.webhooks.contracts import Refusal, UrlRefused
from jiacan.webhooks.core.targets import parse_target, refuse_address

PRIVATE = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "127.0.0.1",
    "127.255.255.254",
    "100.64.0.1",
    "100.127.255.254",
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.9",
    "::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1",
]

RESERVED = [
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "::10.0.0.1",
]

PUBLIC = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "11.0.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_unless_the_operator_allows_it(address):
    assert refuse_address(address, private_allowed=False) == Refusal.PRIVATE
    assert refuse_address(address, private_allowed=True) is None


@pytest.mark.parametrize("address", RESERVED)
def test_an_address_for_machines_own_affairs_is_refused_always(address):
    assert refuse_address(address, private_allowed=False) == Refusal.RESERVED
    assert refuse_address(address, private_allowed=True) == Refusal.RESERVED


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_internet_is_fine(address):
    assert refuse_address(address, private_allowed=False) is None


@given(st.ip_addresses(v=4))
def test_what_is_not_global_is_never_reached_by_writing_it_as_ipv6(address: IPv4Address):
    plain = refuse_address(str(address), private_allowed=False)
    assert refuse_address(f"::ffff:{address}", private_allowed=False) == plain
    assert refuse_address(f"64:ff9b::{address}", private_allowed=False) == plain


@given(st.ip_addresses())
def test_only_global_addresses_are_fine(address):
    if refuse_address(str(address), private_allowed=False) is None:
        embedded = getattr(address, "ipv4_mapped", None) or address
        assert ip_address(str(embedded)).is_global or str(address).startswith("64:ff9b::")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", Refusal.SCHEME),
        ("shop.example/hooks", Refusal.SCHEME),
        ("ftp://shop.example/", Refusal.SCHEME),
        ("file:///etc/passwd", Refusal.SCHEME),
        ("javascript:alert(1)", Refusal.SCHEME),
        ("https://", Refusal.MALFORMED),
        ("https:///hooks", Refusal.MALFORMED),
        ("https://shop.example:0/", Refusal.MALFORMED),
        ("https://shop.example:99999/", Refusal.MALFORMED),
        ("https://shop.example:port/", Refusal.MALFORMED),
        ("https://shop..example/", Refusal.MALFORMED),
        ("https://shop.example/a b", Refusal.MALFORMED),
        ("https://shop.example/\r\nX: y", Refusal.MALFORMED),
        ("https://shop.example\\@evil.example/", Refusal.MALFORMED),
        ("https://[::1", Refusal.MALFORMED),
        ("https://[fe80::1%25eth0]/", Refusal.MALFORMED),
        ("https://me:word@shop.example/", Refusal.CREDENTIALS),
        ("https://me@shop.example/", Refusal.CREDENTIALS),
        ("https://@shop.example/", Refusal.CREDENTIALS),
        ("https://shop.example/" + "a" * 2000, Refusal.TOO_LONG),
    ],
)
def test_what_cannot_be_called_is_refused_with_its_reason(url, reason):
    with pytest.raises(UrlRefused) as refused:
        parse_target(url)
    assert refused.value.reason == reason


def test_a_refusal_does_not_repeat_the_password():
    with pytest.raises(UrlRefused) as refused:
        parse_target("https://me:word@shop.example/")
    assert str(refused.value) == (
        "https://shop.example/ cannot be told: it carries a user or password; leave them out, "
        "and check the signature instead."
    )


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "host_header"),
    [
        ("https://Shop.example", "shop.example", 443, "/", "shop.example"),
        ("http://shop.example:8080/a?b=c#d", "shop.example", 8080, "/a?b=c", "shop.example:8080"),
        ("http://shop.example:80/", "shop.example", 80, "/", "shop.example"),
        ("https://[2606:4700::1111]:8443/x", "2606:4700::1111", 8443, "/x", "[2606:4700::1111]:8443"),
        ("https://商店.example/活动?名=值", "xn--czrs0t.example", 443, "/%E6%B4%BB%E5%8A%A8?%E5%90%8D=%E5%80%BC",
         "xn--czrs0t.example"),
        ("https://shop.example/%2Fkept", "shop.example", 443, "/%2Fkept", "shop.example"),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart_once(url, host, port, path, host_header):
    target = parse_target(url)
    assert (target.host, target.port, target.path, target.host_header) == (host, port, path, host_header)
