"""Addresses as logs and tables write them."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address


@lru_cache(maxsize=4096)
def address_in(text: str | None) -> IPv4Address | IPv6Address | None:
    """The address in `text`, which may carry a port, brackets, a prefix length or a zone; None for anything else."""
    if not text or len(text) > 100:
        return None
    text = text.strip()
    bare = text[1:].split("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:  # 192.0.2.1:443; an IPv6 address has more
        bare = bare.split(":")[0]
    try:
        found = ip_address(bare.split("/")[0].split("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
