"""`python -m exporters`: serves the metrics until SIGTERM."""

import logging
import signal
import sys
import threading

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector

from exporters.collectors.events import Events
from exporters.collectors.interface import Collector
from exporters.collectors.logins import Logins
from exporters.collectors.requests import Requests
from exporters.collectors.sensors import Sensors
from exporters.collectors.sources import Sources
from exporters.collectors.store import Store
from exporters.reading import Reading
from exporters.server import Server, application
from exporters.settings import ExporterSettings
from vigie import __version__
from vigie.errors import VigieError
from vigie.log import log_to


def collectors() -> tuple[Collector, ...]:
    """All of them, one for each subject; docs/reference/metrics.md lists what they give."""
    return Sources(), Logins(), Events(), Requests(), Sensors(), Store()


def registry(settings: ExporterSettings) -> CollectorRegistry:
    """Everything that `/metrics` shows."""
    made = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=made)
    build = Gauge("vigie_build_info", "Always 1; the label says which version runs.", ["version"], registry=made)
    build.labels(__version__).set(1)
    made.register(Reading(settings.exporter_database_url, collectors(), settings.exporter_cache_s))
    return made


def main() -> int:
    """Serves until SIGTERM. Exit code 2 where a setting is wrong or the port is taken."""
    try:
        settings = ExporterSettings.load()
        server = Server(settings.exporter_host, settings.exporter_port, application(registry(settings)))
    except VigieError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    log_to(level=settings.log_level)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    logging.getLogger(__name__).info("Listening on %s port %d", settings.exporter_host, settings.exporter_port)
    server.serve_forever()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
