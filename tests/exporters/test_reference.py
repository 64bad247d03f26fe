"""docs/reference/metrics.md says what the exporter gives."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.conftest import Store
from tests.exporters.conftest import Exporter, add_source, store_logins
from tests.stack import until
from vigie.clock import utc_now
from vigie.store.engine import transaction

_ROW = re.compile(r"^\| `(vigie_\w+)` \| (\w+) \| ([^|]*)\|", re.MULTILINE)


def test_the_page_and_the_exporter_name_the_same_metrics(root: Path, store: Store, exporter: Exporter) -> None:
    now = utc_now()
    add_source(store, last_look_at=now, last_event_at=now, last_sign_at=now, silent_from=now, learned_period_s=60)
    exporter.scrape()
    store_logins(store, "now()", "failure", 1)
    with transaction(store.owner) as connection:
        connection.execute(
            text(
                "INSERT INTO http_minute (minute, source, route, method, status_class, n) "
                "VALUES (date_trunc('minute', now()), 'site', '/', 'GET', 2, 1)"
            )
        )
    until(lambda: exporter.values("vigie_http_requests_total"), "all of them")
    page = (root / "docs/reference/metrics.md").read_text(encoding="utf-8")
    described = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(page)}
    given = {
        sample.name: (family.type, set(sample.labels))
        for family in text_string_to_metric_families(exporter.scrape().text)
        for sample in family.samples
        if sample.name.startswith("vigie_")
    }
    assert described == given
