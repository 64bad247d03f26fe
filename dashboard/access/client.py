"""Which address a request came from, as far as it can be believed."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address

from flask import g, request

from dashboard.settings import Network


def client_address(peer: str | None, forwarded: str, proxies: Sequence[Network]) -> str | None:
    """The rightmost hop that no trusted proxy vouches for.

    `peer` is who opened the connection; `forwarded` (X-Forwarded-For) counts only as far as trusted proxies wrote it.
    """
    address = _parsed(peer)
    hops = [part.strip() for part in forwarded.split(",") if part.strip()][-20:]
    while address is not None and hops and any(ip_address(address) in network for network in proxies):
        further = _parsed(hops.pop())
        if further is None:
            break
        address = further
    return address


def throttle_address(address: str | None) -> str | None:
    """IPv6 by /64, since one customer holds at least that much."""
    if address is None or ":" not in address:
        return address
    network = int(ip_address(address)) >> 64 << 64
    return str(IPv6Address(network))


def current_address() -> str | None:
    """The address of this request's client, set by the guard."""
    address: str | None = g.get("client_address")
    return address


def remember_address(proxies: Sequence[Network]) -> None:
    """Works it out once a request."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    g.client_address = client_address(request.remote_addr, forwarded, proxies)


def _parsed(text: str | None) -> str | None:
    try:
        address = ip_address((text or "").split("%", 1)[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
