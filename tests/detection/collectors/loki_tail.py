"""A small Loki with an agent that pushes to it, and a collector that reads it into a real store."""

from dataclasses import dataclass, field
from datetime import timedelta

from detection.collectors.loki import LokiCollector
from detection.keeping import Keeper
from detection.loki_mapping import LokiMapping
from tests.conftest import Store
from tests.detection.collectors.conftest import access_line
from tests.detection.conftest import ask
from tests.vigie.clients.small_loki import SmallLoki
from vigie.clients.literals import Match, Matcher
from vigie.clients.log_lines import nanoseconds
from vigie.clients.logql import LogQuery
from vigie.clients.source import Source
from vigie.clock import utc_now
from vigie.store.roles import Role

SECOND = 1_000_000_000


@dataclass
class Agent:
    """Pushes numbered lines of an access log."""

    loki: SmallLoki

    def push(self, *numbers: int, ago: float = 60.0, stream: str = "site") -> None:
        """Lines of one instant, `ago` seconds before now."""
        at = nanoseconds(utc_now()) - int(ago * SECOND)
        self.push_at(at, *numbers, stream=stream)

    def push_at(self, at: int, *numbers: int, stream: str = "site", status: int = 401) -> None:
        self.loki.entries += [(at, stream, access_line(number, status).strip()) for number in numbers]


def mapping_of(lookback: timedelta = timedelta(minutes=15), history: timedelta = timedelta(hours=2)) -> LokiMapping:
    query = LogQuery((Matcher("app", Match.REGEX, ".+"),))
    return LokiMapping("test", "site", "Site", query, "nginx", "UTC", (), lookback, history, 1, 10, 20)


@dataclass
class Tail:
    """A collector of Loki and a keeper in this process, and what Vigie's database then holds."""

    store: Store
    url: str
    keeper: Keeper
    mapping: LokiMapping = field(default_factory=mapping_of)
    collector: LokiCollector = field(init=False)

    def __post_init__(self) -> None:
        self.collector = LokiCollector(self.mapping, Source("Loki", self.url, deadline_s=1.0))
        self.collector.resume(self.keeper.register(self.collector.source))

    def read(self) -> "Tail":
        """Looks and stores until there is nothing more to read at once."""
        more = True
        while more:
            look = self.collector.look()
            self.keeper.keep(self.mapping.name, look)
            more = look.more
        return self

    def restarted(self) -> "Tail":
        """Goes on from what is stored, as another process would."""
        self.collector.close()
        self.__post_init__()
        return self

    @property
    def pages(self) -> list[int]:
        """The numbers of the stored lines, in order."""
        numbers = "SELECT substr(http_route, 7)::int n FROM events WHERE source <> 'vigie'"  # which tells of gaps
        found = f"SELECT coalesce(array_agg(n ORDER BY n), '{{}}') FROM ({numbers}) e"
        return list(ask(self.store, found))

    @property
    def counted(self) -> str:
        return str(ask(self.store, "SELECT (stored, hits, gaps)::text FROM sources"))


def tail_of(store: Store, url: str) -> Tail:
    return Tail(store, url, Keeper(store.url(Role.WORKER), timedelta(days=400)))
