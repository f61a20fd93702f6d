"""Where webhooks may go: addresses on the internet, and private ones only where the operator allows them.

A webhook's address is chosen by whoever has an account, and is called from inside: without these rules it would be a
way into networks and machine metadata that only the server can reach (server-side request forgery).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urlsplit

from jiacan.webhooks.contracts import Refusal, UrlRefused

LONGEST_URL = 2000
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252})")
_KEPT = "/%:@!$&'()*+,;=~-._?[]"  # what a path and a query say as themselves, RFC 3986

# Where clouds answer a machine's questions about itself; Azure's is an ordinary public address.
_METADATA = frozenset(
    {IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200"), IPv4Address("192.0.0.192")}
    | {IPv6Address("fd00:ec2::254"), IPv6Address("fd20:ce::254")}
)
_THIS_NETWORK = IPv4Network("0.0.0.0/8")  # RFC 791; systems take it for themselves
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_EMBEDDING = (
    IPv6Network("::/96"),  # IPv4-compatible, RFC 4291
    IPv6Network("64:ff9b:1::/48"),  # local-use NAT64, RFC 8215
    IPv6Network("2001::/32"),  # Teredo, RFC 4380
    IPv6Network("2002::/16"),  # 6to4, RFC 3056
)


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint's address taken apart once, so that what is checked is what is called."""

    url: str
    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """What the `Host` header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def parse_target(url: str) -> Target:
    """The address taken apart.

    Raises:
        UrlRefused: it is not one that can be called: malformed, not http(s), with a user or password, too long.
    """
    if len(url) > LONGEST_URL:
        raise UrlRefused(url=url[:80] + "…", reason=Refusal.TOO_LONG)
    if any(character <= " " or character in '\\"<>^`{|}\x7f' for character in url):
        raise UrlRefused(url=url, reason=Refusal.MALFORMED)
    if not url.lower().startswith(("http://", "https://")):
        raise UrlRefused(url=url, reason=Refusal.SCHEME)
    try:
        parts = urlsplit(url)
        port, host = parts.port, _host_of(parts)
    except ValueError as error:
        raise UrlRefused(url=url, reason=Refusal.MALFORMED) from error
    if "@" in parts.netloc:
        shown = url.replace(parts.netloc, parts.netloc.rpartition("@")[2], 1)
        raise UrlRefused(url=shown, reason=Refusal.CREDENTIALS)
    if not host or port == 0:
        raise UrlRefused(url=url, reason=Refusal.MALFORMED)
    secure = parts.scheme == "https"
    return Target(url, secure, host, port or (443 if secure else 80), _path_of(parts))


def refuse_address(address: str, *, private_allowed: bool) -> Refusal | None:
    """Why no webhook may go to the IP address; None where it may."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return refuse_address(str(found.ipv4_mapped), private_allowed=private_allowed)
        if found in _NAT64:
            return refuse_address(str(IPv4Address(int(found) & 0xFFFF_FFFF)), private_allowed=private_allowed)
    if found.is_loopback:
        return None if private_allowed else Refusal.PRIVATE
    if _is_reserved(found):
        return Refusal.RESERVED
    if found.is_global and not (isinstance(found, IPv6Address) and found.is_site_local):
        return None
    return None if private_allowed else Refusal.PRIVATE


def _is_reserved(address: IPv4Address | IPv6Address) -> bool:
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    if isinstance(address, IPv6Address):
        return any(address in network for network in _EMBEDDING)
    return address.is_reserved or address in _THIS_NETWORK


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if "%" in host:
        raise ValueError("an interface of this machine is no part of a web address")
    if ":" in host:
        return str(IPv6Address(host))
    ascii_host = host.encode("idna").decode() if host else ""
    if not _HOST.fullmatch(ascii_host):
        raise ValueError(f"{host} is no host name")
    return ascii_host


def _path_of(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_KEPT)
    return f"{path}?{quote(parts.query, safe=_KEPT)}" if parts.query else path
