"""Writes rules of Grafana, Prometheus and Loki from config/alerts, and dashboards; `--check` fails on a difference."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.alerting.alerts import Backend, read_subjects  # noqa: E402 - found by the line above
from scripts.alerting.dashboards import dashboards  # noqa: E402
from scripts.alerting.grafana import grafana_rules  # noqa: E402
from scripts.alerting.page import alerts_page  # noqa: E402
from scripts.alerting.rule_files import rule_file  # noqa: E402
from vigie.errors import ConfigurationError  # noqa: E402

_ONE_LINE = 100_000  # an expression that is folded cannot be copied
_MADE = "# Made of config/alerts by scripts/render_alerts.py: change it there.\n"


def rendered(root: Path) -> dict[Path, str]:
    """Every file, from the top of the checkout, with what it has to hold. Raises ConfigurationError."""
    subjects = read_subjects(root / "config/alerts")
    boards = dashboards(root / "grafana/dashboards")
    return {
        Path(f"grafana/provisioning/dashboards/json/{uid}.json"): json.dumps(board, indent=1, ensure_ascii=False) + "\n"
        for uid, board in boards.items()
    } | {
        Path("grafana/provisioning/alerting/rules.yml"): _yaml(grafana_rules(subjects)),
        Path("config/prometheus/rules.yml"): _yaml(rule_file(subjects, Backend.PROMETHEUS)),
        Path("config/loki/rules/fake/vigie.yml"): _yaml(rule_file(subjects, Backend.LOKI)),
        Path("docs/reference/alerts.md"): alerts_page(subjects),
    }


def _yaml(document: dict[str, Any]) -> str:
    return _MADE + yaml.safe_dump(document, sort_keys=False, width=_ONE_LINE, allow_unicode=True)


def main() -> int:
    """Exit code 1 when `--check` finds a difference, 2 when config/alerts cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail on a difference")
    check = parser.parse_args().check
    try:
        files = rendered(ROOT)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    differs = [name for name, text in files.items() if _differs(ROOT / name, text)]
    if check and differs:
        print(f"{', '.join(map(str, differs))}: not what it is made of says. Run `make docs`.", file=sys.stderr)
        return 1
    for name in differs:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(files[name], encoding="utf-8")
    return 0


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text(encoding="utf-8") != text


if __name__ == "__main__":
    sys.exit(main())
