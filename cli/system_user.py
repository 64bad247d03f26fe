"""As root, nothing of Vigie keeps running as root: the command becomes the system user `vigie` first."""

import os
import pwd
import sys

from cli.settings import SYSTEM_USER
from vigie.errors import ConfigurationError


def leave_root() -> None:
    """Changes user and groups for good; says so. Does nothing for an ordinary user. Raises ConfigurationError."""
    if os.geteuid() != 0:
        return
    try:
        account = pwd.getpwnam(SYSTEM_USER)
    except KeyError as error:
        raise ConfigurationError(
            f"Vigie does not run as root, and there is no system user {SYSTEM_USER} yet.",
            "Run scripts/run.sh once: it makes that user and everything it needs.",
        ) from error
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.umask(0o077)
    os.environ["HOME"] = account.pw_dir
    if sys.stderr.isatty():
        print(f"Started as root; going on as the system user {SYSTEM_USER}.", file=sys.stderr)
