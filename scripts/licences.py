"""The licences of everything an installation brings with it: each must allow use and redistribution.

    python scripts/licences.py

Prints one line a package; the exit code is 1 when a licence is none of those known to, or none is stated.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ALLOWED = re.compile(
    r"\b(mit|0?bsd|apache|isc|zlib|psf|python software foundation|mpl|cc0|unlicense)\b", re.IGNORECASE
)
REFUSED = re.compile(r"\b(a?gpl|sspl|busl|commercial|proprietary)", re.IGNORECASE)
"""The LGPL is left to a person to judge: it is in neither list."""


def licence_of(package: Distribution) -> str:
    """What the package states: an expression, a name, or its classifiers; '' when nothing."""
    said = package.metadata
    stated = [line for line in said.get_all("Classifier") or () if "License ::" in line]
    classified = ", ".join(line.rpartition(" :: ")[2] for line in stated)
    expression, name = (said.get_all(key) or [""] for key in ("License-Expression", "License"))
    return (expression[0] or classified or name[0] or "").strip().split("\n")[0]


def is_allowed(licence: str) -> bool:
    """Whether *licence* is one of those known to allow use and redistribution."""
    plain = licence.replace("-", " ")
    return bool(ALLOWED.search(plain)) and not REFUSED.search(plain)


def installed(requirements: list[str]) -> dict[str, Distribution]:
    """The packages that *requirements* bring, and what those bring, as they are installed here."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        try:
            found[name] = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        waiting += [Requirement(text) for text in found[name].requires or ()]
    return found


def main() -> int:
    """Print every package with its licence."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    bad = 0
    for name, package in sorted(installed(sum(extras, project["project"]["dependencies"])).items()):
        licence = licence_of(package)
        allowed = is_allowed(licence)
        bad += not allowed
        print(
            f"{'' if allowed else 'NOT ALLOWED: '}{name} {package.version}: {licence or 'no licence stated'}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
