"""Fields that no column holds: SQL over the store as it was at the event's own time."""

from collections.abc import Mapping
from types import MappingProxyType

from detection.sigma.fields import Field, Kind

_KNOWN_DAYS = 90
# Bounded by the event's own time, so that only the weeks before it are looked at.
_EARLIER = f"""EXISTS (SELECT FROM events p WHERE p.user_name = e.user_name AND p.occurred_at < e.occurred_at
    AND p.occurred_at >= e.occurred_at - interval '{_KNOWN_DAYS} days' AND p.source = e.source
    AND p.outcome = 'success' AND p.category = 'authentication'"""

COMPUTED: Mapping[str, Field] = MappingProxyType(
    {
        # A login from an address that the account did not log in from before, though it did log in before.
        "is_new_address": Field(
            f"(e.source_ip IS NOT NULL AND {_EARLIER}) AND NOT {_EARLIER} AND p.source_ip = e.source_ip))", Kind.FLAG
        ),
    }
)
