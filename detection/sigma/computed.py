"""Fields that no column holds: SQL over the store as it was at the event's own time."""

from collections.abc import Mapping
from types import MappingProxyType

from detection.sigma.fields import Field, Kind

_KNOWN_DAYS = 90
# Bounded by the event's own time, so that only the weeks before it are looked at.
_EARLIER = f"""EXISTS (SELECT FROM events p WHERE p.user_name = e.user_name AND p.occurred_at < e.occurred_at
    AND p.occurred_at >= e.occurred_at - interval '{_KNOWN_DAYS} days' AND p.source = e.source"""
_LOGGED_IN = f"{_EARLIER} AND p.outcome = 'success' AND p.category = 'authentication'"
# One subscriber has a /64 network of IPv6, and moves within it.
_NETWORK = "CASE family(e.source_ip) WHEN 6 THEN network(set_masklen(e.source_ip, 64)) ELSE e.source_ip END"

COMPUTED: Mapping[str, Field] = MappingProxyType(
    {
        # A login from an address that the account did not log in from before, though it did log in before.
        "is_new_address": Field(
            f"(e.source_ip IS NOT NULL AND {_LOGGED_IN}) AND NOT {_LOGGED_IN} AND p.source_ip <<= {_NETWORK}))",
            Kind.FLAG,
        ),
        # The account ran a command as somebody else (sudo, su) before: whoever does that is an administrator.
        "has_used_privileges": Field(f"({_EARLIER} AND p.action = 'privilege_use'))", Kind.FLAG),
    }
)
