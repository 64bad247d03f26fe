"""Alerts, their triage, the rules that make them, and what is still to be looked at."""

from alembic import op

revision = "0012"
down_revision = "0011"

_STATEMENTS = (
    # Written in the transaction that stores events, deleted in the one that evaluated the rules over them:
    # whatever is killed between, the span is looked at.
    """CREATE TABLE detection_spans (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL,
        since timestamptz NOT NULL, until timestamptz NOT NULL CHECK (until >= since),
        noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    # As the worker loaded them. `error`: why one is not evaluated.
    """CREATE TABLE rules (
        rule text PRIMARY KEY, title text NOT NULL, severity smallint NOT NULL, kind text NOT NULL,
        details jsonb NOT NULL DEFAULT '{}', error text, error_advice text, error_since timestamptz,
        is_loaded boolean NOT NULL DEFAULT true, loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        evaluated_at timestamptz
    )""",
    # A rule switched off, by whom, why and until when; nothing is off without an end.
    """CREATE TABLE rule_switches (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rule text NOT NULL,
        off_at timestamptz NOT NULL DEFAULT clock_timestamp(), until timestamptz NOT NULL, reason text NOT NULL,
        person_id bigint REFERENCES people, actor text NOT NULL, ended_at timestamptz, ended_by text,
        CHECK (until > off_at)
    )""",
    "CREATE INDEX rule_switches_by_rule ON rule_switches (rule, until)",
    # One row for a fingerprint (rule and group-by values). The worker writes what was seen, people write the triage.
    # `version` counts changes of the triage: two people who act at once never overwrite each other silently.
    """CREATE TABLE alerts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fingerprint bytea NOT NULL UNIQUE,
        rule text NOT NULL, title text NOT NULL, severity smallint NOT NULL,
        entity jsonb NOT NULL DEFAULT '{}', sources text[] NOT NULL DEFAULT '{}',
        count bigint NOT NULL, first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'closed')),
        status_at timestamptz NOT NULL DEFAULT clock_timestamp(), acknowledged_until timestamptz,
        verdict text CHECK (verdict IN
            ('true positive', 'benign', 'false positive', 'duplicate', 'test', 'insufficient data')),
        holds_until timestamptz, regressed_at timestamptz, count_at_close bigint, resolved_at timestamptz,
        assignee_id bigint REFERENCES people, version integer NOT NULL DEFAULT 1,
        CHECK (last_seen >= first_seen), CHECK ((status = 'closed') = (verdict IS NOT NULL))
    )""",
    "CREATE INDEX alerts_waiting ON alerts (severity DESC, last_seen DESC) WHERE status <> 'closed'",
    "CREATE INDEX alerts_by_time ON alerts (last_seen DESC, id DESC)",
    "CREATE INDEX alerts_by_rule ON alerts (rule, last_seen DESC)",
    # How many events of an alert fell into each minute of event time. Overwritten, never added to, so that looking
    # twice counts once.
    """CREATE TABLE alert_minutes (
        alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE, minute timestamptz NOT NULL,
        n integer NOT NULL CHECK (n > 0), PRIMARY KEY (alert_id, minute)
    )""",
    # The first and the newest events of an alert, as keys of `events`.
    """CREATE TABLE alert_samples (
        alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE, occurred_at timestamptz NOT NULL,
        event_key bytea NOT NULL, PRIMARY KEY (alert_id, occurred_at, event_key)
    )""",
    # The life of an alert: what the worker and people did with it, in order. Append-only.
    """CREATE TABLE alert_acts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        alert_id bigint NOT NULL REFERENCES alerts ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT clock_timestamp(), person_id bigint REFERENCES people, actor text NOT NULL,
        act text NOT NULL CHECK (act IN ('opened', 'acknowledged', 'assigned', 'noted', 'closed', 'reopened',
            'regressed', 'seen again', 'resolved')),
        verdict text, until timestamptz, note text, detail jsonb NOT NULL DEFAULT '{}'
    )""",
    "CREATE INDEX alert_acts_by_alert ON alert_acts (alert_id, id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
