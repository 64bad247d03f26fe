"""Where a request comes from. X-Forwarded-For is believed only from proxies that the operator named."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from api.settings import Network

Address = IPv4Address | IPv6Address
_MOST_HOPS = 20


def client_address(peer: str | None, forwarded: str, trusted: Sequence[Network]) -> Address | None:
    """The peer or, behind trusted proxies, the rightmost hop of `forwarded` that is not one of them.

    A hop that is no address ends the walk: what stands left of it could have been written by anyone.
    """
    address = _parse(peer or "")
    for hop in reversed(forwarded.split(",")[-_MOST_HOPS:]):
        if address is None or not any(address in network for network in trusted):
            break
        earlier = _parse(hop)
        if earlier is None:
            break
        address = earlier
    return address


def network_of(address: Address | None) -> str:
    """What is counted as one sender: an IPv4 address, or the /64 that one IPv6 customer holds."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
