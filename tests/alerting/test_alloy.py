"""Alloy's configuration: every name is one of its reference, everything leads somewhere, and nothing is given up."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.alerting.alerts import Backend, read_subjects
from tests.alerting.alloy import BadAlloy, Block, Reference, read_alloy
from tests.alerting.logql.parser import parse_metric
from tests.alerting.logql.tree import Binary, Count, Log, Metric, Sum

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "config/alloy/config.alloy").read_text(encoding="utf-8")
BLOCKS = read_alloy(TEXT)

# Attributes by component, inner blocks as "component > block", as the reference of Alloy 1.18 names them.
KNOWN: Mapping[str, frozenset[str]] = {
    "logging": frozenset(("level", "format")),
    "discovery.docker": frozenset(("host", "refresh_interval")),
    "discovery.relabel": frozenset(("targets",)),
    "discovery.relabel > rule": frozenset(("source_labels", "regex", "action", "target_label", "replacement")),
    "loki.source.docker": frozenset(("host", "targets", "labels", "relabel_rules", "forward_to", "refresh_interval")),
    "local.file_match": frozenset(("path_targets", "sync_period")),
    "loki.source.file": frozenset(("targets", "forward_to", "tail_from_end")),
    "loki.process": frozenset(("forward_to",)),
    "loki.process > stage.json": frozenset(("expressions", "drop_malformed", "source")),
    "loki.process > stage.timestamp": frozenset(("source", "format", "location")),
    "loki.process > stage.structured_metadata": frozenset(("values",)),
    "loki.process > stage.label_drop": frozenset(("values",)),
    "loki.write": frozenset(("external_labels", "max_streams")),
    "loki.write > endpoint": frozenset(("url", "max_backoff_period", "max_backoff_retries", "min_backoff_period")),
    "prometheus.exporter.unix": frozenset(("rootfs_path", "procfs_path", "sysfs_path")),
    "prometheus.exporter.cadvisor": frozenset(("docker_host", "docker_only", "store_container_labels")),
    "prometheus.exporter.redis": frozenset(("redis_addr", "redis_password_file")),
    "prometheus.scrape": frozenset(("targets", "forward_to", "scrape_interval")),
    "prometheus.remote_write": frozenset(("external_labels",)),
    "prometheus.remote_write > endpoint": frozenset(("url",)),
}
EXPORTS = {
    "discovery.docker": "targets", "discovery.relabel": "rules", "local.file_match": "targets",
    "loki.process": "receiver", "loki.write": "receiver", "prometheus.exporter.unix": "targets",
    "prometheus.exporter.cadvisor": "targets", "prometheus.exporter.redis": "targets",
    "prometheus.remote_write": "receiver",
}  # fmt: skip


def unknown(blocks: list[Block]) -> Iterator[str]:
    """Names that the reference does not have."""
    for block in blocks:
        for kind, inner in [(block.kind, block), *((f"{block.kind} > {each.kind}", each) for each in block.blocks)]:
            if kind not in KNOWN:
                yield kind
            yield from (f"{kind}: {name}" for name in inner.attributes if name not in KNOWN.get(kind, frozenset()))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, Reference):
        yield value.path
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def dangling(blocks: list[Block]) -> list[str]:
    """References to what no component exports."""
    exported = {f"{each.kind}.{each.label}.{EXPORTS[each.kind]}" for each in blocks if each.kind in EXPORTS}
    used = {path for block in blocks for value in block.attributes.values() for path in references(value)}
    return sorted(used ^ exported)


def logs_of(metric: Metric) -> Iterator[Log]:
    match metric:
        case Count(log):
            yield log
        case Sum(of):
            yield from logs_of(of)
        case Binary(_, left, right):
            yield from logs_of(left)
            yield from logs_of(right)


def test_every_name_is_one_of_the_reference() -> None:
    assert list(unknown(BLOCKS)) == []


def test_everything_leads_somewhere_and_nothing_is_left_over() -> None:
    assert dangling(BLOCKS) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("max_backoff_retries", "max_retries", ["loki.write > endpoint: max_retries"]),
        ("stage.timestamp", "stage.timestmap", ["loki.process > stage.timestmap"]),
        ("discovery.docker ", "discovery.dockr ", ["discovery.dockr"]),
    ],
)
def test_a_wrong_name_is_found(right: str, wrong: str, found: list[str]) -> None:
    assert [each for each in unknown(read_alloy(TEXT.replace(right, wrong))) if each in found] == found


def test_a_receiver_that_is_not_there_is_found() -> None:
    wrong = read_alloy(TEXT.replace("[loki.process.falco.receiver]", "[loki.process.flaco.receiver]"))
    assert dangling(wrong) == ["loki.process.falco.receiver", "loki.process.flaco.receiver"]


@pytest.mark.parametrize("wrong", ["logging {", 'logging { level = "a" level = "b" }', "logging ; {}", "a = "])
def test_what_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(BadAlloy):
        read_alloy(wrong)


def test_a_sender_never_gives_up() -> None:
    (write,) = (block for block in BLOCKS if block.kind == "loki.write")
    assert write.blocks[0].attributes["max_backoff_retries"] == 0


def test_the_socket_itself_is_in_nobodys_hands() -> None:
    assert "docker.sock" not in TEXT


def test_the_alerts_ask_for_labels_that_are_set() -> None:
    alerts = [alert for subject in read_subjects(ROOT / "config/alerts") for alert in subject.alerts]
    asked = [log for alert in alerts if alert.backend is Backend.LOKI for log in logs_of(parse_metric(alert.query))]
    assert {matcher.label for log in asked for matcher in log.matchers} == {"container", "job"}
    jobs = {target["job"] for block in BLOCKS for target in block.attributes.get("path_targets", [])}
    assert {matcher.value for log in asked for matcher in log.matchers if matcher.label == "job"} <= jobs


def test_falco_writes_the_file_that_is_read() -> None:
    falco = yaml.safe_load((ROOT / "falco/falco.yaml").read_text(encoding="utf-8"))
    paths = {target["__path__"] for block in BLOCKS for target in block.attributes.get("path_targets", [])}
    assert falco["file_output"]["filename"] in paths
