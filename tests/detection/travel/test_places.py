"""What a file says of an address, and what is made of one that says nonsense."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from detection.travel.places import Place, Places, distance_km
from tests.detection.travel.conftest import ANYWHERE, LYON, PARIS, PHONE, RELAY, TOKYO, written
from vigie.errors import ConfigurationError


def place(places: Places, address: str) -> Place:
    found = places.place_of(ip_address(address))
    assert found is not None
    return found


def test_the_distance_is_that_over_the_surface_less_what_may_be_wrong(places: Places) -> None:
    assert distance_km(place(places, PARIS), place(places, TOKYO)) == pytest.approx(9713 - 70, abs=30)
    assert distance_km(place(places, PARIS), place(places, LYON)) == pytest.approx(392 - 40, abs=10)
    assert distance_km(place(places, PARIS), place(places, ANYWHERE)) == 0


def test_relays_and_mobile_networks_tell_nothing_of_where_somebody_is(places: Places) -> None:
    assert [place(places, each).is_moving for each in (PARIS, RELAY, PHONE)] == [False, True, True]


def test_ipv6_is_placed_and_what_the_file_does_not_know_is_not(places: Places) -> None:
    assert place(places, "2001:db8::1").country == "JP"
    assert places.place_of(ip_address("8.8.8.8")) is None


def test_what_one_file_does_not_say_the_next_may(tmp_path: Path) -> None:
    city: dict[str, dict[str, object]] = {"192.0.2.0/24": {"location": {"latitude": 1.0, "longitude": 2.0}}}
    networks: dict[str, dict[str, object]] = {"192.0.2.0/24": {"autonomous_system_number": 64500}}
    both = Places([written(tmp_path / "a", city), written(tmp_path / "b", networks)], "VIGIE_GEO_FILE")
    assert (place(both, PARIS).latitude, place(both, PARIS).network) == (1.0, 64500)
    both.close()


@pytest.mark.parametrize(
    "record",
    [
        {"location": "Paris"}, {"location": {"latitude": "48", "longitude": 2.0}}, {"country": {"iso_code": 7}},
        {"location": {"latitude": 480.0, "longitude": 2.0}}, {"location": {"latitude": True, "longitude": 1.0}},
        {"location": {"latitude": float("nan"), "longitude": 1.0}},
    ],
)  # fmt: skip
def test_nonsense_places_nothing(tmp_path: Path, record: dict[str, object]) -> None:
    odd = Places([written(tmp_path / "odd", {"192.0.2.0/24": record})], "VIGIE_GEO_FILE")
    assert odd.place_of(ip_address(PARIS)) is None
    odd.close()


def test_a_file_that_is_none_stops_the_start_and_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no places here", encoding="utf-8")
    for name in ("text", "missing"):
        with pytest.raises(ConfigurationError, match="VIGIE_GEO_FILE"):
            Places([tmp_path / name], "VIGIE_GEO_FILE")
