"""`vigie users`: the console's people from the command line. Every act is in the audit table."""

import argparse
from collections.abc import Callable

from sqlalchemy import Connection

from cli.database import owner_engine
from cli.settings import ONE_TIME, CommandSettings
from vigie.store.engine import transaction
from vigie.store.people import PersonRole, create_person, disable, enable, list_people, reset_password, set_role


def run(settings: CommandSettings, arguments: argparse.Namespace) -> int:
    """Carries out one act in one transaction. Raises VigieError."""
    with owner_engine(settings) as engine, transaction(engine) as connection:
        _ACTS[arguments.act](connection, arguments)
    return 0


def _list(connection: Connection, _: argparse.Namespace) -> None:
    people = list_people(connection)
    width = max((len(person.email) for person in people), default=0)
    for person in people:
        state = "disabled" if person.disabled_at else ("has a one-time password" if person.must_change_password else "")
        print(f"{person.email:<{width}}  {person.role.value:<8}  {person.name}  {state}".rstrip())


def _add(connection: Connection, arguments: argparse.Namespace) -> None:
    name = arguments.name or arguments.email.split("@")[0]
    password = create_person(connection, arguments.email, name, PersonRole(arguments.role))
    print(f"{arguments.email} is {arguments.role}.")
    _one_time(arguments.email, password)


def _reset(connection: Connection, arguments: argparse.Namespace) -> None:
    password = reset_password(connection, arguments.email)
    _one_time(arguments.email, password)


def _role(connection: Connection, arguments: argparse.Namespace) -> None:
    set_role(connection, arguments.email, PersonRole(arguments.role))
    print(f"{arguments.email} is {arguments.role} now.")


def _disable(connection: Connection, arguments: argparse.Namespace) -> None:
    disable(connection, arguments.email)
    print(f"{arguments.email} can no longer sign in.")


def _enable(connection: Connection, arguments: argparse.Namespace) -> None:
    enable(connection, arguments.email)
    print(f"{arguments.email} can sign in again, with the password they had.")


def _one_time(email: str, password: str) -> None:
    print(f"Sign in   {email}\nPassword  {password}   ({ONE_TIME})")


_ACTS: dict[str, Callable[[Connection, argparse.Namespace], None]] = {
    "list": _list,
    "add": _add,
    "reset": _reset,
    "role": _role,
    "disable": _disable,
    "enable": _enable,
}
