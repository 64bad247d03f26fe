"""The configurations of Prometheus, Alertmanager and Loki, by their own checkers where those find mistakes."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ALERTMANAGER = ROOT / "config/alertmanager/alertmanager.yml"
LOKI = ROOT / "config/loki/loki.yml"
needs_amtool = pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is not installed")

# Loki's own check passes over a wrong key inside a section. These are keys of its reference; None: no section.
LOKI_KEYS: Mapping[str, Any] = {
    "auth_enabled": None,
    "server": dict.fromkeys(("http_listen_address", "http_listen_port", "grpc_listen_port", "log_level", "log_format")),
    "common": {
        "instance_addr": None, "path_prefix": None, "replication_factor": None, "ring": {"kvstore": {"store": None}},
        "storage": {"filesystem": {"chunks_directory": None, "rules_directory": None}},
    },
    "storage_config": {"use_thanos_objstore": None},
    "schema_config": {
        "configs": {
            "from": None, "store": None, "object_store": None, "schema": None,
            "index": {"prefix": None, "period": None},
        }
    },
    "ingester": {"wal": dict.fromkeys(("enabled", "dir", "replay_memory_ceiling", "flush_on_shutdown"))},
    "compactor": dict.fromkeys(("working_directory", "retention_enabled", "delete_request_store")),
    "limits_config": dict.fromkeys((
        "retention_period", "max_query_lookback", "reject_old_samples", "reject_old_samples_max_age",
        "allow_structured_metadata", "max_label_names_per_series", "ingestion_rate_mb", "ingestion_burst_size_mb",
        "max_query_series", "max_entries_limit_per_query", "volume_enabled",
    )),
    "ruler": {
        "storage": {"type": None, "local": {"directory": None}}, "rule_path": None, "alertmanager_url": None,
        "enable_alertmanager_v2": None, "evaluation_interval": None, "ring": {"kvstore": {"store": None}},
    },
    "analytics": {"reporting_enabled": None},
}  # fmt: skip


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def said(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"failed: {done.stdout}{done.stderr}"


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("name", ["config/prometheus.yml", "config/prometheus/prometheus.yml"])
def test_promtool_takes_the_configuration(name: str) -> None:
    assert "is valid prometheus config" in said("promtool", "check", "config", ROOT / name)


def test_the_jobs_that_alerts_name_are_scraped() -> None:
    jobs = {each["job_name"] for each in read(ROOT / "config/prometheus/prometheus.yml")["scrape_configs"]}
    assert {"api", "vigie", "postgres", "falco", "loki", "alertmanager", "prometheus"} <= jobs


@needs_amtool
def test_amtool_takes_the_configuration() -> None:
    assert "failed" not in said("amtool", "check-config", ALERTMANAGER)


@needs_amtool
@pytest.mark.parametrize("severity", ["critical", "high", "warning"])
def test_everything_is_told_to_vigie(severity: str) -> None:
    words = ("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", f"severity={severity}")
    assert said(*words) == "vigie"


def unknown(section: Any, known: Any, where: str) -> Iterator[str]:
    for each in section if isinstance(section, list) else [section]:
        for key, value in each.items() if isinstance(each, dict) else ():
            if known is None or key not in known:
                yield f"{where}{key}"
            else:
                yield from unknown(value, known[key], f"{where}{key}.")


def test_loki_knows_every_key() -> None:
    assert list(unknown(read(LOKI), LOKI_KEYS, "")) == []


def test_a_key_that_loki_does_not_know_is_found() -> None:
    wrong = {"limits_config": {"retention_perod": "168h"}, "schema_config": {"configs": [{"index": {"prefx": "x"}}]}}
    found = list(unknown(wrong, LOKI_KEYS, ""))
    assert found == ["limits_config.retention_perod", "schema_config.configs.index.prefx"]


def test_loki_deletes_and_hides_what_is_older_than_seven_days() -> None:
    loki = read(LOKI)
    assert loki["compactor"]["retention_enabled"]
    assert loki["compactor"]["delete_request_store"] == "filesystem"
    assert {loki["limits_config"][key] for key in ("retention_period", "max_query_lookback")} == {"168h"}


def test_the_ruler_of_loki_reads_the_folder_that_the_rules_are_rendered_to() -> None:
    assert read(LOKI)["ruler"]["storage"]["local"]["directory"] == "/etc/loki/rules"
    assert (ROOT / "config/loki/rules/fake/vigie.yml").is_file()
