"""A file that places addresses, made as its makers make theirs."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]

from detection.travel.places import Places

PARIS, TOKYO, LYON, RELAY, PHONE, ANYWHERE = (
    "192.0.2.7", "203.0.113.7", "192.0.2.200", "198.51.100.7", "198.51.100.99", "198.51.100.250",
)  # fmt: skip


def _at(latitude: float, longitude: float, radius: int, country: str, **more: object) -> dict[str, object]:
    location = {"latitude": latitude, "longitude": longitude, "accuracy_radius": radius}
    return {"location": location, "country": {"iso_code": country}, **more}


PLACES: Mapping[str, dict[str, object]] = {
    "192.0.2.0/25": _at(48.85, 2.35, 20, "FR"),
    "192.0.2.128/25": _at(45.76, 4.84, 20, "FR"),
    "203.0.113.0/24": _at(35.68, 139.69, 50, "JP"),
    "198.51.100.0/26": _at(40.71, -74.0, 50, "US", autonomous_system_number=13335),
    "198.51.100.64/26": _at(40.71, -74.0, 50, "US", traits={"user_type": "cellular"}),
    "198.51.100.192/26": _at(52.5, 13.4, 1000, "DE"),
    "2001:db8::/32": _at(35.68, 139.69, 50, "JP"),
}


def written(path: Path, places: Mapping[str, dict[str, object]]) -> Path:
    writer = MMDBWriter(6, "Test", ipv4_compatible=True)
    for network, record in places.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    made = Places([written(tmp_path / "places.mmdb", PLACES)], "VIGIE_GEO_FILE")
    yield made
    made.close()
