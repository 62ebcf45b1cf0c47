"""Known weaknesses of what is installed, and how much of it could be asked about.

    python scripts/audit.py

Runs pip-audit on this environment. The exit code is 1 when a package has a known weakness that a newer
version mends. Where the index in use says nothing of weaknesses, that is printed: silence is no clean bill.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def judged(found: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Lines for people, and whether there is something to mend, of the *dependencies* pip-audit found."""
    asked = [package for package in found if "skip_reason" not in package]
    lines = [f"asked about {len(asked)} of {len(found)} packages"]
    if not asked:
        lines.append("the package index in use says nothing of weaknesses: nothing was audited")
    mendable = False
    for package in asked:
        for weakness in package["vulns"]:
            fixed = ", ".join(weakness["fix_versions"])
            mendable |= bool(fixed)
            mend = f"mended in {fixed}" if fixed else "no version mends it yet"
            lines.append(f"{package['name']} {package['version']}: {weakness['id']}, {mend}")
    return lines, mendable


def main() -> int:
    """Ask, print, judge."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--skip-editable",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"pip-audit could not ask: {done.stderr.strip()[-400:]}")
        return 0
    lines, mendable = judged(found)
    print("\n".join(lines))
    return 1 if mendable else 0


if __name__ == "__main__":
    sys.exit(main())
