"""`python -m benchmarks.public_rules FOLDER…`: how many rules of a checkout of public Sigma rules Vigie can use.

A good checkout is that of SigmaHQ/sigma, of which Vigie has sources for the folders rules/web and rules/linux. Exit
code 1 below the limit.
"""

import argparse
import sys
import time
from pathlib import Path

from detection.sigma.loader import load

LIMIT = 0.95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+")
    loaded = refused = 0
    for folder in parser.parse_args().folders:
        begun = time.perf_counter()
        found = load(folder)
        took = time.perf_counter() - begun
        number = len(found.rules) + len(found.not_loaded)
        print(f"{folder}: {len(found.rules)} of {number} ({_share(len(found.rules), number)}), read in {took:.2f} s")
        for each in found.not_loaded:
            print(f"  {each.file}: {each.sentence}")
        loaded, refused = loaded + len(found.rules), refused + len(found.not_loaded)
    print(f"all: {loaded} of {loaded + refused} ({_share(loaded, loaded + refused)}), at least {LIMIT:.0%} wanted")
    return 0 if loaded >= LIMIT * (loaded + refused) else 1


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


if __name__ == "__main__":
    sys.exit(main())
