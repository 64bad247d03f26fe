"""The command `vigie`. Every failure ends in one sentence on standard error; exit code 1: failed, 2: wrong input."""

import argparse
import sys
from collections.abc import Sequence

from cli.settings import CommandSettings
from cli.system_user import leave_root
from vigie import __version__
from vigie.errors import VigieError


def main(words: Sequence[str] | None = None) -> int:
    """Entry point of the script `vigie`."""
    parser = _parser()
    arguments = parser.parse_args(words)
    if arguments.command is None:
        parser.print_help()
        return 2
    try:
        if arguments.command == "import":
            return _import(arguments)
        if arguments.command == "rules":
            return _rules(arguments)
        leave_root()
        return _run(CommandSettings.load(), arguments)
    except VigieError as error:
        print(f"vigie: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _run(settings: CommandSettings, arguments: argparse.Namespace) -> int:
    # Imported here: `vigie up` stays for weeks and must not carry what only the other commands need.
    if arguments.command == "up":
        from cli.up import up

        return up(settings, demo=arguments.demo)
    if arguments.command == "demo":
        from cli.demo.command import run as run_demo

        return run_demo(settings, clearing=arguments.clear)
    if arguments.command == "migrate":
        from cli.migrate import run as run_migrate

        return run_migrate(settings)
    if arguments.command == "mark":
        from cli.mark import run as run_mark

        return run_mark(settings, arguments)
    from cli.users import run as run_users

    return run_users(settings, arguments)


def _rules(arguments: argparse.Namespace) -> int:
    """A worker does not read rules as root, so neither does this."""
    from cli.rules import run as run_rules

    leave_root()
    return run_rules(arguments)


def _import(arguments: argparse.Namespace) -> int:
    """The files are opened first: root may read logs that the system user may not."""
    from cli.importing.command import run as run_import
    from cli.importing.log_file import open_all
    from detection.parsers.registry import parser_named

    parser_named(arguments.format)
    files = open_all(arguments.files)
    leave_root()
    return run_import(CommandSettings.load(), arguments, files)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vigie",
        description="Security console for the people who run a web API, PostgreSQL and containers on their own host.",
        epilog="Settings are environment variables: docs/reference/settings.md.",
    )
    parser.add_argument("--version", action="version", version=f"vigie {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    starts = "start PostgreSQL, the service, the worker and the console, until Ctrl-C"
    up = commands.add_parser("up", help=starts, description=starts.capitalize() + ".")
    up.add_argument("--demo", action="store_true", help="load thirty days of history and drive real traffic")
    demo = commands.add_parser("demo", help="drive demonstration traffic through a running Vigie, or remove it all")
    demo.add_argument("--clear", action="store_true", help="remove all demonstration data; real people's rows stay")
    imported = commands.add_parser("import", help="read log files once: vigie import nginx /var/log/nginx/access.log*")
    imported.add_argument("format", metavar="FORMAT", help="docs/reference/formats.md lists them")
    imported.add_argument("files", metavar="FILE", nargs="+", help="plain or gzip; - is standard input")
    imported.add_argument("--source", metavar="NAME", help="the source's name in events (default: the format)")
    imported.add_argument("--time-zone", metavar="ZONE", default="UTC", help="of times written without one")
    commands.add_parser("migrate", help="bring the database to the newest schema, roles and privileges")
    mark = commands.add_parser("mark", help="put a mark on the charts: vigie mark deploy NAME")
    mark.add_argument("kind", choices=("deploy",), help="what happened")
    mark.add_argument("name", metavar="NAME", help="a version, a commit, a ticket")
    mark.add_argument("--at", metavar="TIME", help="when, such as 2026-11-20T14:05+01:00 (default: now)")
    rules = commands.add_parser("rules", help="read a folder of Sigma rules and say which cannot be used, and why")
    rules.add_argument("action", choices=("check",), help="changes nothing")
    rules.add_argument("folder", metavar="FOLDER", nargs="?", help="default: VIGIE_RULES_FOLDER, else config/rules")
    users = commands.add_parser("users", help="the console's people: list, add, reset, role, disable, enable")
    from cli.users_arguments import add_arguments

    add_arguments(users)
    return parser


if __name__ == "__main__":
    sys.exit(main())
