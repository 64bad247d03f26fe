"""`scripts/run.sh` as a person meets it: starts, survives, stops, and says in one sentence what is wrong."""

import os
import re
import signal
import socket
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from cli.embedded.server import Server
from tests.conftest import new_database, reachable
from tests.stack import NEW_PASSWORD, Stack, Visitor, until

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that the system user `vigie` may write to."""
    reachable(tmp_path).chmod(0o777)
    return tmp_path


@pytest.fixture
def stack(root: Path, home: Path, place: Path) -> Iterator[Stack]:
    made = Stack(root, home, place)
    yield made
    if made.process and made.process.poll() is None:
        made.stop()


def refusal(stack: Stack) -> str:
    """What a start that cannot work says last; it must end by itself, with exit code 2."""
    stack.spawn()
    until(stack.ended, "the end", 90)
    assert stack.process is not None
    assert stack.process.returncode == 2, stack.output
    return stack.output.strip().splitlines()[-1]


def test_it_starts_signs_in_and_keeps_everything_over_a_restart(stack: Stack) -> None:
    stack.start()
    visitor = Visitor(stack.url)
    visitor.sign_in_first(stack)
    assert visitor.is_in()
    assert stack.stop() == 0
    assert stack.pids() == {}

    stack.start()
    assert "Password  " not in stack.output
    again = Visitor(stack.url)
    again.sign_in("admin@localhost", NEW_PASSWORD)
    assert again.is_in()


def test_whatever_is_killed_comes_back(stack: Stack) -> None:
    stack.start()
    for part, word in (
        ("-m api", "api"),
        ("-m detection ", "worker"),
        ("-m detection.intake", "intake"),
        ("-m dashboard", "console"),
        ("postgres -D", "postgres"),
    ):
        os.kill(stack.pid_of(part), signal.SIGKILL)
        until(lambda word=word: f"{word} runs again." in stack.output, f"{word} back")  # type: ignore[misc]
    until(lambda: _ready(stack), "everything ready")


def _ready(stack: Stack) -> bool:
    try:
        return all(requests.get(url, timeout=5).ok for url in (f"{stack.url}/readyz", f"{stack.api}/health"))
    except requests.RequestException:
        return False


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(stack: Stack) -> None:
    stack.start()
    assert stack.process is not None
    stack.process.kill()
    stack.process.wait()
    until(lambda: stack.pids() == {}, "every process gone")
    stack.start()
    assert requests.get(f"{stack.url}/login", timeout=5).ok


def test_nothing_of_ours_runs_as_root(stack: Stack) -> None:
    stack.start()
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in stack.pids()}
    assert len(stack.pids()) >= 5
    assert 0 not in owners


@pytest.mark.parametrize("variable", ["VIGIE_CONSOLE_PORT", "VIGIE_API_PORT", "VIGIE_INTAKE_PORT"])
def test_a_taken_port_is_named_with_the_way_out(stack: Stack, variable: str) -> None:
    with socket.create_server(("127.0.0.1", int(stack.settings[variable]))) as taken:
        port = taken.getsockname()[1]
        last = refusal(stack)
    assert f"Port {port} on 127.0.0.1 cannot be used: address already in use." in last
    assert f"{variable}={port + 10}" in last


def test_a_second_start_on_the_same_state_is_refused(stack: Stack, root: Path, home: Path, place: Path) -> None:
    stack.start()
    (place / "second").mkdir()
    second = Stack(root, home, place / "second", VIGIE_STATE_DIR=str(stack.state))
    second.spawn()
    until(second.ended, "the refusal")
    assert "Another Vigie already runs on" in second.output
    assert requests.get(f"{stack.url}/healthz", timeout=5).ok


def test_an_address_that_is_not_of_this_machine_is_named(stack: Stack) -> None:
    stack.settings["VIGIE_CONSOLE_HOST"] = "192.0.2.1"
    assert "Set VIGIE_CONSOLE_HOST to an address of this machine." in refusal(stack)


def test_a_server_that_does_not_answer_is_named(stack: Stack) -> None:
    stack.settings["VIGIE_DATABASE_URL"] = "postgresql://owner:secret@127.0.0.1:9/vigie"
    last = refusal(stack)
    assert "The PostgreSQL that VIGIE_DATABASE_URL names does not answer." in last
    assert "secret" not in stack.output


def test_a_wrong_setting_is_named(stack: Stack) -> None:
    stack.settings["VIGIE_CONSOLE_PORT"] = "eight"
    assert "VIGIE_CONSOLE_PORT is not usable" in refusal(stack)


def test_a_missing_password_file_is_named(stack: Stack) -> None:
    stack.settings["VIGIE_DATABASE_URL_FILE"] = "/nowhere/password"
    assert "VIGIE_DATABASE_URL_FILE names /nowhere/password, which cannot be read" in refusal(stack)


def test_a_mapping_that_names_a_missing_column_is_named(stack: Stack, place: Path, root: Path) -> None:
    mapping = place / "sources.toml"
    text = (root / "config/sources.toml").read_text(encoding="utf-8")
    mapping.write_text(text.replace('user_name = "email"', 'user_name = "mail"'), encoding="utf-8")
    mapping.chmod(0o644)
    stack.settings["VIGIE_SOURCES_FILE"] = str(mapping)
    last = refusal(stack)
    assert "worker cannot run as it is configured." in last
    assert "mail" in last
    assert "account_activity" in last


SHOP = """
    [[application]]
    name = "shop"
    title = "Shop logins"
    database = "VIGIE_APP_DATABASE_URL"
    relation = "logins"
    expected_period_s = 10
    grace_s = 20
    overlap_minutes = 15
    [application.columns]
    id = "nr"
    occurred_at = "at"
    kind = "ok"
    user_name = "who"
    [application.kinds]
    true = "authn_login_success"
    false = "authn_login_fail"
"""


def open_socket(postgres: Server) -> None:
    """Lets the system user `vigie` reach the test's own server."""
    for folder in (postgres.folder, postgres.folder / "socket"):
        folder.chmod(0o711)
    (postgres.folder / "socket/.s.PGSQL.5432").chmod(0o777)


def test_ones_own_application_is_read_instead_of_the_service(stack: Stack, postgres: Server, place: Path) -> None:
    database = new_database(postgres, "shop_owner")
    with postgres.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE logins (nr serial PRIMARY KEY, at timestamptz DEFAULT now(), who text, ok boolean)"
        )
        cursor.execute("INSERT INTO logins (who, ok) VALUES ('first.customer', true), ('second.customer', false)")
        cursor.execute("CREATE ROLE shop_reader LOGIN PASSWORD 'reader'")
        cursor.execute("GRANT SELECT ON logins TO shop_reader")
    connection.close()
    open_socket(postgres)
    (place / "sources.toml").write_text(textwrap.dedent(SHOP), encoding="utf-8")
    (place / "sources.toml").chmod(0o644)
    stack.settings |= {
        "VIGIE_SOURCES_FILE": str(place / "sources.toml"),
        "VIGIE_APP_DATABASE_URL": postgres.url("shop_reader", "reader", database),
    }
    stack.start()
    visitor = Visitor(stack.url)
    visitor.sign_in_first(stack)
    until(lambda: "second.customer" in visitor.export("newest-logins", range="1h"), "the shop's logins")
    assert not any("-m api" in command for command in stack.pids().values())


def test_an_existing_server_is_used_where_one_is_named(stack: Stack, postgres: Server) -> None:
    database = new_database(postgres, "outside_owner", rights="CREATEROLE CREATEDB")
    open_socket(postgres)
    stack.settings["VIGIE_DATABASE_URL"] = postgres.url("outside_owner", "owner", database)
    stack.start()
    visitor = Visitor(stack.url)
    visitor.sign_in_first(stack)
    assert visitor.is_in()
    assert not (stack.state / "database").exists()


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="a process table of its own needs root")
def test_it_runs_as_process_one_buries_orphans_and_stops(stack: Stack) -> None:
    """As in a container without an init."""
    stack.wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    stack.start()
    first = stack.pid_of("bin/vigie up")
    inside = Path(f"/proc/{first}/status").read_text(encoding="ascii")
    assert re.search(r"NSpid:.*\t1\n", inside)
    orphan = ["nsenter", f"--target={first}", "--pid", "sh", "-c", "sleep 0.2 & exec true"]
    subprocess.run(orphan, check=True, timeout=10)
    until(lambda: _zombies_below(first) == [], "the orphan buried")
    os.kill(first, signal.SIGTERM)
    until(stack.ended, "the stop", 60)
    assert "Everything that was stored is kept." in stack.output


def _zombies_below(pid: int) -> list[str]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [child for child in children if "\nState:\tZ" in Path(f"/proc/{child}/status").read_text(encoding="ascii")]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_an_ordinary_user_starts_it_from_a_clone(root: Path, place: Path) -> None:
    """As `nobody`, with a home of its own and nothing installed; uv's cache is shared to spare the network."""
    clone = place / "clone"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", root, clone], check=True)
    subprocess.run(["cp", "-r", *_changed(root), clone], cwd=root, check=True)
    subprocess.run(["chown", "-R", "nobody", place], check=True)
    stack = Stack(clone, place, place)
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    environment = (
        {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8"} | _index_settings() | stack.settings
    )
    with stack.log.open("wb") as log:
        stack.process = subprocess.Popen(
            [*as_nobody, clone / "scripts/run.sh"], env=environment, stdout=log, stderr=log
        )
    until(lambda: "Stop with Ctrl-C." in stack.output or stack.ended(), "the welcome", 180)
    assert requests.get(f"{stack.url}/login", timeout=5).ok, stack.output
    assert stack.stop() == 0


def _changed(root: Path) -> list[str]:
    """Top-level entries of the working tree: what is tested is this tree, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    )
    return sorted({line.split("/")[0] for line in listed.stdout.splitlines() if (root / line).exists()})


def _index_settings() -> dict[str, str]:
    """How this machine reaches the package index."""
    return {
        k: v
        for k, v in os.environ.items()
        if k.startswith(("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "HTTPS_", "https_"))
    }
