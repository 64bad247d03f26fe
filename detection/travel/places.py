"""Where an address is, as far as files in the MMDB format know (GeoLite2, DB-IP Lite and the like)."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import maxminddb

from vigie.errors import ConfigurationError

_EARTH_KM = 6371.0
# The networks behind which Apple's, Cloudflare's and browsers' relays let people out, wherever these are.
RELAYS = frozenset((13335, 36183, 54113, 20940))
_MOVING = ("is_anonymous_proxy", "is_anonymous_vpn", "is_public_proxy", "is_tor_exit_node", "is_satellite_provider")
_CELLULAR = ("cellular", "Cellular")
_LARGEST_RADIUS_KM = 1000.0


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, and within how many kilometres they are right. `network`: the number of the autonomous system.

    `is_moving`: the address tells nothing of where its user is (a relay, a proxy, a mobile network).
    """

    latitude: float
    longitude: float
    radius_km: float
    country: str | None
    network: int | None
    is_moving: bool


class Places:
    """One or several files; what one does not know, the next may. Safe for several threads."""

    def __init__(self, paths: Sequence[Path], variable: str) -> None:
        """Raises ConfigurationError for a file that cannot be used. `variable` is the setting that named them."""
        self._readers = [_opened(path, variable) for path in paths]

    def place_of(self, address: IPv4Address | IPv6Address) -> Place | None:
        """None where no file knows it well enough."""
        found: dict[str, Any] = {}
        for reader in self._readers:
            for key, value in _record(reader, address).items():
                found.setdefault(key, value)
        location, country, traits = (_mapping(found, key) for key in ("location", "country", "traits"))
        latitude, longitude = _degrees(location.get("latitude"), 90), _degrees(location.get("longitude"), 180)
        if latitude is None or longitude is None:
            return None
        network = found.get("autonomous_system_number", traits.get("autonomous_system_number"))
        code = country.get("iso_code")
        return Place(
            latitude,
            longitude,
            _degrees(location.get("accuracy_radius"), _LARGEST_RADIUS_KM) or 0.0,
            code[:2] if isinstance(code, str) else None,
            network if isinstance(network, int) else None,
            network in RELAYS
            or any(traits.get(name) is True for name in _MOVING)
            or traits.get("user_type", traits.get("connection_type")) in _CELLULAR,
        )

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


def places_named(paths: str | None, variable: str) -> Places | None:
    """The files that the setting `variable` names, with `:` between them. Raises ConfigurationError."""
    files = [Path(path) for path in (paths or "").split(os.pathsep) if path]
    return Places(files, variable) if files else None


def distance_km(one: Place, other: Place) -> float:
    """The least distance there can be: over the surface (haversine), less what each place may be wrong by."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    across = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * across
    between = 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
    return max(0.0, between - one.radius_km - other.radius_km)


def _opened(path: Path, variable: str) -> maxminddb.Reader:
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise ConfigurationError(
            f"The file {path} cannot be used to place addresses: {type(error).__name__}.",
            f"Let {variable} name files in the MMDB format that the worker can read, or leave it out.",
        ) from error


def _record(reader: maxminddb.Reader, address: IPv4Address | IPv6Address) -> Mapping[str, Any]:
    """Empty for what the file does not know or cannot tell: a file of IPv4 alone, or a broken place in it."""
    try:
        found = reader.get(address)
    except (ValueError, maxminddb.InvalidDatabaseError):
        return {}
    return found if isinstance(found, dict) else {}


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _degrees(value: object, limit: float) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -limit <= value <= limit else None  # type: ignore[arg-type, operator]
