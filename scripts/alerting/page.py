"""docs/reference/alerts.md: every alert, and how one is written."""

from collections.abc import Sequence

from .alerts import Alert, Backend, Subject

_HEAD = """\
# Alerts

What is noticed when nobody looks. `config/alerts/*.yml` is the one place where an alert is written;
`scripts/render_alerts.py` makes of it what the evaluators load, and this page. `--check` fails when one differs.

| evaluator | file | when |
|---|---|---|
| Grafana | `grafana/provisioning/alerting/rules.yml` | by default: it asks Prometheus and Loki, and notifies |
| Prometheus | `config/prometheus/rules.yml` | without Grafana |
| Loki's ruler | `config/loki/rules/fake/vigie.yml` | without Grafana; `fake` is what Loki calls its only tenant |

An alert is the same one wherever it is evaluated: its name and the labels it is grouped by. Its label `severity` is
critical, high or warning (Vigie reads warning as medium). Its annotation `summary` is the sentence of its file,
`runbook` the page for who is woken by it.
"""

_KEYS = """
An alert that is taken out of `config/alerts` may live on in Grafana: delete it there, or name its uid (`vigie-<name>`)
under `deleteRules`.

## What is not watched yet

The age of backups and of the dependency audit, and the expiry of certificates: nothing measures them so far.

## How one is written

| key | |
|---|---|
| `name` | also of its runbook, `docs/runbooks/<name>.md` |
| `severity` | `critical`, `high`, `warning` |
| `backend` | `prometheus` or `loki`: whose language the query is in |
| `query` | gives a value in calm, too: end it in `or vector(0)`, or group it |
| `threshold` | `> 5` or `< 1`; never in the query |
| `for` | how long it must hold: `0s`, `2m` |
| `group_by` | the labels that stay, as in the query's `by (…)` |
| `value` | how the sentence shows the value: `count`, or `percent` of a share |
| `sentence` | with `{value}` and the labels of `group_by` in braces |
| `panel` | optional: the panel that shows it, as `security-logs/1` (`grafana/dashboards/`) |
| `means` | one sentence for this page |

Each has tests in `tests/alerting`: it fires, it stays silent on a near miss, and the sentence is as written. Those of
Prometheus are run by the real `promtool`, those of Loki by an evaluator of the part of LogQL that they are made of; it
agrees with every recorded answer of a real Loki. Only a real Loki shows that it answers in time, and what late lines
do. Grafana itself has not run the rules: its files are checked key by key.

## When Grafana cannot look

No data is calm: a query that is grouped may be empty. An error is told by an alert of Grafana's own, `DatasourceError`,
with the rule's name in the label `rulename`. So all alerts of Loki end in one word when Loki is away, not in silence.
"""


def alerts_page(subjects: Sequence[Subject]) -> str:
    """The page, Markdown."""
    lines = [_HEAD.rstrip()]
    for subject in subjects:
        lines += ["", f"## {subject.title}", "", "| alert | severity | asks | fires when | for | meaning |"]
        lines += ["|---|---|---|---|---|---|", *(_row(alert) for alert in subject.alerts)]
    return "\n".join(lines) + "\n" + _KEYS


def _row(alert: Alert) -> str:
    name = f"[{alert.name}](../runbooks/{alert.name}.md)"
    by = f" for each {', '.join(f'`{label}`' for label in alert.group_by)}" if alert.group_by else ""
    asks = {Backend.PROMETHEUS: "Prometheus", Backend.LOKI: "Loki"}[alert.backend]
    cells = (name, alert.severity.value, asks, f"{alert.threshold}{by}", alert.lasts, alert.means)
    return f"| {' | '.join(cells)} |"
