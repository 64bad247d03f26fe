"""The words of `vigie users`, apart from what they do: parsing them must load no database library."""

import argparse

ROLES = ("viewer", "analyst", "admin")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-commands list, add, reset, role, disable."""
    acts = parser.add_subparsers(title="acts", dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="everyone, with role and state")
    add = acts.add_parser("add", help="create a person; prints a one-time password")
    add.add_argument("email")
    add.add_argument("--name", default="", help="name shown on screen (default: the part before the @)")
    add.add_argument("--role", choices=ROLES, default="viewer", help="default: viewer")
    reset = acts.add_parser("reset", help="new one-time password; ends the person's sessions")
    reset.add_argument("email")
    role = acts.add_parser("role", help="change what a person may do; ends the person's sessions")
    role.add_argument("email")
    role.add_argument("role", choices=ROLES)
    disabled = acts.add_parser("disable", help="keep the record, end the access")
    disabled.add_argument("email")
    enabled = acts.add_parser("enable", help="let a disabled person in again")
    enabled.add_argument("email")
