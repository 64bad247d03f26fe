"""What each account has used before: from which addresses, with which devices. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vigie.login_attacks.campaigns import network_of


@dataclass(frozen=True, slots=True)
class Habit:
    """An account's successful logins from one address with one device; `first` is the oldest that was looked at."""

    user_name: str
    source_ip: str | None
    user_agent: str | None
    first: datetime


class Habits:
    """What each account has used before."""

    def __init__(self, habits: Iterable[Habit]) -> None:
        self._networks: dict[tuple[str, str], datetime] = {}
        self._devices: dict[tuple[str, str], datetime] = {}
        for habit in habits:
            _earlier(self._networks, habit.user_name, network_of(habit.source_ip), habit.first)
            _earlier(self._devices, habit.user_name, device_of(habit.user_agent), habit.first)

    def knows_address(self, user_name: str, address: str | None, before: datetime) -> bool:
        """Whether the account had logged in from there before that instant. No address: nothing new to see."""
        network = network_of(address)
        return network is None or self.knows_network(user_name, network, before)

    def knows_network(self, user_name: str, network: str, before: datetime) -> bool:
        """The same for an address as attacks are grouped by it."""
        return self._networks.get((user_name, network), before) < before

    def knows_device(self, user_name: str, user_agent: str | None, before: datetime) -> bool:
        device = device_of(user_agent)
        return device is None or self._devices.get((user_name, device), before) < before


def _earlier(seen: dict[tuple[str, str], datetime], user_name: str, value: str | None, first: datetime) -> None:
    if value is not None:
        seen[user_name, value] = min(first, seen.get((user_name, value), first))


def device_of(user_agent: str | None) -> str | None:
    """The user agent without its version numbers: an update of the browser does not make a new device."""
    return re.sub(r"[\d._]+", "", user_agent) if user_agent else None
