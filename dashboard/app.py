"""The only place where the console is wired together."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine

from dashboard.access.answers import answer_errors
from dashboard.access.bundles import Bundles
from dashboard.access.callbacks import check_callbacks
from dashboard.access.cookies import Cookies
from dashboard.access.csrf import HEADER
from dashboard.access.guard import Guard
from dashboard.access.headers import install_headers
from dashboard.access.index import Console
from dashboard.access.login import Door
from dashboard.access.reach import Reach
from dashboard.access.records import Refusals, Who, record
from dashboard.access.roles import current_person
from dashboard.access.sessions import Sessions
from dashboard.activity import exports as activity_exports
from dashboard.activity import page as activity
from dashboard.alerts import exports as alert_exports
from dashboard.alerts import page as alerts_page
from dashboard.delivery import Delivery
from dashboard.events import commands as event_commands
from dashboard.events import exports as event_exports
from dashboard.events import page as events
from dashboard.exports.declaration import Export
from dashboard.exports.routes import ACTION, Exports
from dashboard.health import exports as health_exports
from dashboard.health import page as health_page
from dashboard.health.watched import Watched
from dashboard.logs import answers as logs_answers
from dashboard.logs import exports as log_exports
from dashboard.logs import page as logs_page
from dashboard.probes import Pulse, Readiness, beats, probes
from dashboard.rules import exports as rule_exports
from dashboard.rules import page as rules_page
from dashboard.settings import ConsoleSettings
from dashboard.situation import exports as situation_exports
from dashboard.situation import page as situation
from dashboard.situation.asked import Asked
from dashboard.situation.service import Watching
from dashboard.sources.alert_database import AlertDatabase
from dashboard.sources.beat import SourceBeat
from dashboard.sources.database import DatabaseQuestions
from dashboard.sources.event_database import EventDatabase
from dashboard.sources.health_database import DatabaseRecords
from dashboard.sources.health_prometheus import PrometheusHealth
from dashboard.sources.health_questions import HealthQuestions
from dashboard.sources.health_stored import StoredHealth
from dashboard.sources.log_questions import LogQuestions
from dashboard.sources.logs_embedded import EmbeddedLogs
from dashboard.sources.logs_loki import LokiLogs
from dashboard.sources.logs_own import OwnLogs
from dashboard.sources.logs_stored import StoredLogs
from dashboard.sources.rule_database import RuleDatabase
from dashboard.sources.situation_database import SituationDatabase
from dashboard.sources.source_commands import SourceCommands
from dashboard.sources.source_database import SourceDatabase
from dashboard.sources_board import exports as source_exports
from dashboard.sources_board import page as sources_board
from dashboard.ui import banners, header, shell
from dashboard.ui.banners import Depends
from vigie.clients.source import LokiSettings, PrometheusSettings
from vigie.clock import utc_now
from vigie.event import SUCCESS
from vigie.health.mapping import load_health
from vigie.login_attacks.rules import load_rules
from vigie.store.engine import make_engine, parse_url, transaction
from vigie.store.rule_switching import RuleSwitching
from vigie.store.triage import Triage

_STATEMENT_TIMEOUT_S = 2.0  # of every question, so that a slow one is said on the screen in time

_CONNECTIONS = 5  # per process; more threads than that wait for one another, and questions are short


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running console is made of; tests take hold of it here."""

    console: Console
    server: Flask
    engine: Engine
    sessions: Sessions
    delivery: Delivery


def make_parts(settings: ConsoleSettings, clock: Callable[[], datetime] = utc_now) -> Parts:
    """Builds the console. Nothing is asked of PostgreSQL yet. Raises ConfigurationError.

    `clock` decides when sessions and pauses end; UTC.
    """
    engine = _engine(settings)
    server = Flask("dashboard", static_folder=None)
    cookies, sessions, reach = Cookies(settings.console_tls), Sessions(engine, clock), Reach(engine)
    Guard(sessions, cookies, settings.proxies, settings.names).install(server)  # before anything that answers
    refusals = Refusals(engine)
    assets = Path(__file__).parent / "assets"
    console = _console(server, cookies, assets)
    console.bundles = Bundles(assets)
    delivery = Delivery(settings.state_dir / "compressed" if settings.state_dir else None)
    delivery.install(server)
    install_headers(server, console.csp_hashes, tls=settings.console_tls)
    answer_errors(server, refusals.record)
    check_callbacks(console)
    door = Door(engine, sessions, cookies, reach, refusals, console.bundles, settings.instance_name, clock)
    server.register_blueprint(door.blueprint())
    declared = _add_topics(console, server, settings, engine, reach)
    exports = Exports(declared, partial(_record_export, engine), partial(_session_holds, sessions, cookies))
    server.register_blueprint(exports.blueprint())
    return Parts(console, server, engine, sessions, delivery)


def warm_up(parts: Parts) -> None:
    """Lets Dash set itself up before the first real request, whose parallel ones would race it."""
    parts.server.test_client().get("/healthz")


def compress_ahead(parts: Parts) -> None:
    """Has the files that every page loads compressed in the background."""
    with parts.server.test_request_context("/"):
        page, _ = parts.console.index()
    files = re.findall(r'(?:src|href|content)="(/(?:_dash-component-suites|assets)/[^"]+\.(?:js|css)[^"]*)"', page)
    parts.delivery.prepare(parts.server, files)


def _engine(settings: ConsoleSettings) -> Engine:
    return make_engine(
        parse_url(settings.console_database_url, "VIGIE_CONSOLE_DATABASE_URL"),
        application="vigie console",
        statement_timeout_s=_STATEMENT_TIMEOUT_S,
        pool_size=min(_CONNECTIONS, settings.console_threads),
        connect_timeout_s=2,
    )


def _add_topics(
    console: Console, server: Flask, settings: ConsoleSettings, engine: Engine, reach: Reach
) -> tuple[Export[Any], ...]:
    """What the pages ask, the pages themselves, and what of them can be exported."""
    questions = DatabaseQuestions(engine, load_rules(settings.rules_dir))
    server.register_blueprint(probes(Pulse(questions), Readiness(reach, questions)))
    found_events, board = EventDatabase(engine), SourceDatabase(engine)
    logs = _logs(settings, engine, questions)
    server.register_blueprint(logs_answers.blueprint(logs))
    watched = _watched(settings, engine, questions)
    asked = Asked(
        questions, questions, SituationDatabase(engine), Watching(watched.title, watched.objective, watched.health),
        watched.records,
    )  # fmt: skip
    heard = _beats(watched.health, logs)
    server.register_blueprint(beats(heard))
    _add_pages(console, questions, found_events, logs, asked, heard.get("prometheus"))
    health_page.register(console, watched)
    event_commands.register(console, engine)
    sources_board.register(console, board, SourceCommands(engine, _record_act))
    judged = RuleDatabase(engine)
    rules_page.register(console, judged, RuleSwitching(engine, _record_act))
    alerts = AlertDatabase(engine)
    alerts_page.register(console, alerts, Triage(engine, _record_act))
    header.register(console, alerts)
    return (
        *situation_exports.exports(asked),
        *activity_exports.exports(questions),
        *event_exports.exports(found_events),
        *alert_exports.exports(alerts),
        *log_exports.exports(logs),
        *source_exports.exports(board),
        *rule_exports.exports(judged),
        *health_exports.exports(watched),
    )


def _record_export(engine: Engine, who: Who, target: str, outcome: str, detail: Mapping[str, object]) -> None:
    with transaction(engine) as connection:
        record(connection, ACTION, outcome, who=who, target=target, detail=detail)


def _record_act(connection: Connection, action: str, target: str, detail: Mapping[str, object]) -> None:
    record(connection, action, SUCCESS, target=target, detail=detail)


def _session_holds(sessions: Sessions, cookies: Cookies) -> Callable[[], bool]:
    token = cookies.read(cookies.session)
    return lambda: sessions.verify(token, counts=False) is not None


def _beats(health: HealthQuestions, logs: LogQuestions) -> Mapping[str, SourceBeat]:
    """The sources that tell of nothing by themselves, by the name that pages give them in `data-beat`."""
    found = {"prometheus": health, "loki": logs}
    return {
        name: SourceBeat(each.beat, each.look_again)
        for name, each in found.items()
        if isinstance(each, PrometheusHealth | LokiLogs)
    }


def _logs(settings: ConsoleSettings, engine: Engine, questions: DatabaseQuestions) -> LogQuestions:
    """Loki's lines where there is one, else those that are stored, with the logs that `vigie up` keeps."""
    loki = LokiSettings.load().source("Loki")
    if loki is not None:
        return LokiLogs(loki)
    kept = settings.raw_retention_days, settings.retention_days
    stored = StoredLogs(engine, EventDatabase(engine), questions, *kept)
    return EmbeddedLogs(stored, OwnLogs(settings.state_dir / "logs")) if settings.state_dir else stored


def _watched(settings: ConsoleSettings, engine: Engine, questions: DatabaseQuestions) -> Watched:
    """The watched service: by Prometheus where there is one, else by the access logs that are read."""
    about, prometheus = load_health(settings.sources_file), PrometheusSettings.load().source("Prometheus")
    health: HealthQuestions = StoredHealth(engine, about.sources, about.ignored_routes)
    if prometheus is not None:
        health = PrometheusHealth(prometheus, about.metrics, about.ignored_routes)
    return Watched(about.title, about.objective, health, DatabaseRecords(engine), questions)


def _add_pages(
    console: Console,
    questions: DatabaseQuestions,
    found_events: EventDatabase,
    logs: LogQuestions,
    asked: Asked,
    prometheus: SourceBeat | None,
) -> None:
    first = situation.PAGE_BY_THE_CLOCK if prometheus else situation.PAGE
    whose = (health_page.PAGE, events.PAGE, alerts_page.PAGE, logs_page.PAGE, rules_page.PAGE, sources_board.PAGE)
    pages = (first, activity.PAGE, *whose)
    console.paths = frozenset(page.path for page in pages)
    console.layout = lambda: shell.layout(pages, current_person())
    shell.register(console, pages)
    rest_on = {page.path: page.depends_on for page in pages}
    if isinstance(logs, LokiLogs):
        rest_on[logs_page.PAGE.path] = Depends.LOKI
    lost = {}
    if prometheus is not None:
        rest_on[health_page.PAGE.path] = Depends.PROMETHEUS
        lost[Depends.PROMETHEUS] = prometheus.heard
    banners.register(console, questions, rest_on, lost)
    situation.register(console, asked)
    activity.register(console, questions, questions)
    events.register(console, found_events, questions, has_lines=not isinstance(logs, LokiLogs))
    logs_page.register(console, logs)


def _console(server: Flask, cookies: Cookies, assets: Path) -> Console:
    return Console(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # a Flask is one of the kinds it takes
        assets_folder=str(assets),
        enable_mcp=False,  # said here, the environment cannot open it
        serve_locally=True,
        suppress_callback_exceptions=True,
        title="Vigie",
        update_title=None,  # type: ignore[arg-type]  # documented: None leaves the title alone
        csrf_token_name=cookies.csrf,
        csrf_header_name=HEADER,
        add_log_handler=False,
    )
