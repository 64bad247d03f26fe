"""Starts and stops one PostgreSQL cluster that nobody else can reach: no TCP, a socket folder of mode 0700."""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg2

from cli.children import end_with_parent
from cli.embedded.binaries import Binaries, find
from vigie.errors import ConfigurationError, StorageFull, VigieError

SUPERUSER = "vigie_admin"
_PORT = 5432  # names the socket file only; nothing listens on TCP
_SOCKET_LIMIT = 107  # bytes, sun_path
_START_TIMEOUT_S = 30
_CLUSTER_BYTES = 80 << 20  # 39 MB of files and the first WAL segments
_STOP_TIMEOUT_S = 20
_PREDECESSOR_TIMEOUT_S = 5

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "40",
    "max_wal_size": "256MB",
    "jit": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "password_encryption": "scram-sha-256",
    "autovacuum_naptime": "60s",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that PostgreSQL runs as; it refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> "Account":
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid)


class Server:
    """One cluster below `folder` (`data/`, `superuser.password`, `postgres.log`)."""

    def __init__(self, folder: Path, *, account: Account | None = None, pg_bin: Path | None = None) -> None:
        """`account` is needed as root only: PostgreSQL and its files then belong to it. Raises ConfigurationError."""
        if os.geteuid() == 0 and account is None:
            raise ConfigurationError("PostgreSQL does not run as root.", "Start Vigie with scripts/run.sh.")
        self.folder = folder
        self._account = account
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._password_file = folder / "superuser.password"
        self._socket = _socket_folder(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.binaries: Binaries = find(_made_by(self._data), pg_bin)

    def start(self) -> None:
        """Makes the cluster if there is none, starts it, returns once it answers. Raises VigieError."""
        self._make_folders()
        if not self._data.exists():
            self._initialise()
        self._wait_for_predecessor()
        options = [
            f"--{name}={value}" for name, value in (_SETTINGS | {"unix_socket_directories": str(self._socket)}).items()
        ]
        with self._log.open("ab") as log:
            self._process = self._spawn([self.binaries.folder / "postgres", "-D", self._data, *options], log)
        self._wait_until_ready()

    def stop(self) -> None:
        """Fast shutdown: sessions end, everything committed is on disk. Nothing to do when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_STOP_TIMEOUT_S)

    def answers(self) -> bool:
        """Whether a server, started by whoever, answers on this socket."""
        try:
            self.connect().close()
        except (psycopg2.Error, ConfigurationError):
            return False
        return True

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self._process

    def url(self, role: str, password: str, database: str) -> str:
        """A SQLAlchemy URL over the private socket."""
        host = quote(str(self._socket), safe="")
        login = f"{quote(role)}:{quote(password, safe='')}"
        return f"postgresql+psycopg2://{login}@/{quote(database)}?host={host}&port={_PORT}"

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        """A superuser connection, for making databases and roles. Raises psycopg2.Error, ConfigurationError."""
        try:
            password = self._password_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError(
                f"{self._password_file} cannot be read: {reason}.",
                "Restore that file, or move the data folder away to start with a new database.",
            ) from error
        return psycopg2.connect(
            host=str(self._socket), port=_PORT, user=SUPERUSER, dbname=database, connect_timeout=3,
            password=password,
        )  # fmt: skip

    def _make_folders(self) -> None:
        try:
            for folder in (self.folder, self._socket):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
                if self._account:
                    os.chown(folder, self._account.uid, self._account.gid)
        except OSError as error:
            raise VigieError(
                f"The folder {self.folder} cannot be made: {error.strerror}.",
                "Free space or choose another VIGIE_STATE_DIR.",
            ) from error

    def _initialise(self) -> None:
        if shutil.disk_usage(self.folder).free < _CLUSTER_BYTES:
            raise StorageFull(
                f"The disk that holds {self.folder} is full: a new database needs {_CLUSTER_BYTES >> 20} MB.",
                "Free space, or set VIGIE_STATE_DIR to a folder on another disk.",
            )
        unfinished = self._data.with_name("data.unfinished")  # initdb has no end mark: the new name is ours
        shutil.rmtree(unfinished, ignore_errors=True)
        self._write_password()
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self.binaries.major >= 17
            else ["--locale=C.UTF-8"]
        )
        arguments: list[str | Path] = [
            self.binaries.folder / "initdb", "-D", unfinished, "-U", SUPERUSER, "-A", "scram-sha-256",
            f"--pwfile={self._password_file}", "-k", "-E", "UTF8", *locale,
        ]  # fmt: skip
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, **self._as_account())
        if done.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise _explained(done.stderr or done.stdout, self.folder)
        unfinished.rename(self._data)

    def _write_password(self) -> None:
        self._password_file.unlink(missing_ok=True)
        descriptor = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        if self._account:
            os.chown(self._password_file, self._account.uid, self._account.gid)

    def _wait_for_predecessor(self) -> None:
        """A killed supervisor's server ends by itself; give it that time. Refuses to start beside a living one."""
        deadline = time.monotonic() + _PREDECESSOR_TIMEOUT_S
        while (pid := _running_on(self._data)) is not None:
            if time.monotonic() > deadline:
                raise VigieError(
                    f"Another Vigie already runs on {self.folder} (PostgreSQL process {pid}).",
                    "Stop it first, or set VIGIE_STATE_DIR to another folder.",
                )
            time.sleep(0.05)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise _explained(_tail(self._log), self.folder)
            try:
                self.connect().close()
                return
            except ConfigurationError:
                self.stop()
                raise
            except psycopg2.Error as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise ConfigurationError(
                        f"The password in {self._password_file} is not the one of this database.",
                        "Restore that file, or move the data folder away to start with a new one.",
                    ) from error
            time.sleep(0.05)
        self.stop()
        raise VigieError(
            f"PostgreSQL did not answer within {_START_TIMEOUT_S} s.", f"Its last words are in {self._log}."
        )

    def _spawn(self, arguments: list[str | Path], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # own session: Ctrl-C reaches us alone, and we stop PostgreSQL last
            arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGINT), **self._as_account(),
        )  # fmt: skip

    def _as_account(self) -> dict[str, Any]:
        if self._account is None:
            return {}
        return {"user": self._account.uid, "group": self._account.gid, "extra_groups": [], "cwd": "/"}


def _made_by(data: Path) -> int | None:
    version = data / "PG_VERSION"
    return int(version.read_text(encoding="ascii")) if version.exists() else None


def _socket_folder(folder: Path) -> Path:
    """`folder`/socket, or a private run-time folder where that path is too long for a socket."""
    inside = folder / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{_PORT}")) <= _SOCKET_LIMIT:
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    return base / f"vigie-{os.geteuid()}-{name}"


def _running_on(data: Path) -> int | None:
    """The process that serves this data folder now; PostgreSQL itself clears the file a dead one left."""
    try:
        first = (data / "postmaster.pid").read_text(encoding="ascii", errors="replace").split("\n", 1)[0]
        if first.isdigit() and str(data).encode() in Path(f"/proc/{first}/cmdline").read_bytes():
            return int(first)
    except OSError:
        return None
    return None


def _tail(path: Path, lines: int = 5) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _explained(words: str, folder: Path) -> VigieError:
    last = re.sub(r"\s+", " ", words.strip().splitlines()[-1] if words.strip() else "no message")
    if "No space left on device" in words:
        return StorageFull(
            f"The disk that holds {folder} is full; PostgreSQL did not start.", "Free space and start again."
        )
    if "ermission denied" in words:
        return ConfigurationError(f"PostgreSQL may not use {folder}: {last}", "Correct the owner of that folder.")
    return VigieError(f"PostgreSQL did not start: {last}", f"Its last words are in {folder / 'postgres.log'}.")
