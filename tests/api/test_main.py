"""`python -m api` as a process: how it starts, refuses and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests


def start(root: Path, **settings: str) -> "subprocess.Popen[str]":
    environ = {"PATH": os.environ["PATH"], "JWT_SECRET": "s" * 32, "API_PORT": "0"} | settings
    return subprocess.Popen(
        [sys.executable, "-m", "api"], cwd=root, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_it_says_where_it_listens_and_stops_cleanly(root: Path, database_url: str) -> None:
    with start(root, API_DATABASE_URL=database_url) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        assert requests.get(f"http://127.0.0.1:{port}/health", timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_missing_setting_ends_in_one_sentence(root: Path) -> None:
    with start(root) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors == "API_DATABASE_URL is not set. Set API_DATABASE_URL or API_DATABASE_URL_FILE.\n"


def test_a_taken_port_is_named_with_the_setting_that_changes_it(root: Path, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with start(root, API_DATABASE_URL=database_url, API_PORT=port) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert f"Port {port} on 127.0.0.1" in errors
    assert "API_PORT" in errors


def test_a_wrong_database_password_ends_in_one_sentence(root: Path, database_url: str) -> None:
    wrong = database_url.replace(":owner@", ":wrong@")
    with start(root, API_DATABASE_URL=wrong) as process:
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (2, "PostgreSQL refuses the role or password in API_DATABASE_URL.\n")
