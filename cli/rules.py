"""`vigie rules check [FOLDER]`: which Sigma rules of a folder can be evaluated, and what is wrong with the others."""

import argparse
from pathlib import Path

from cli.settings import CHECKOUT
from detection.sigma.loader import load
from vigie.settings import read_variable


def run(arguments: argparse.Namespace) -> int:
    """Prints each rule that is not loaded, with its remedy. Exit code 1 where there is one. Raises VigieError."""
    folder = arguments.folder or read_variable("VIGIE_RULES_FOLDER") or CHECKOUT / "config" / "rules"
    found = load(Path(folder))
    for each in found.not_loaded:
        print(f"{_visible(each.file)}: {_visible(each.name)}: {each.sentence} {each.advice}")
    loaded, refused = len(found.rules), len(found.not_loaded)
    serving = sum(not rule.alerts for rule in found.rules)
    print(f"{loaded} of {loaded + refused} rules can be used; {serving} of them only serve correlations.")
    return 1 if refused else 0


def _visible(text: str) -> str:
    """Names of files and rules may hold anything, a terminal's own commands too."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
