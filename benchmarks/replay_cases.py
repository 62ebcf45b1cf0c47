"""The public cases of tests/cases, right and wrong by kind.

    python benchmarks/replay_cases.py [PYTEST ARGUMENT...]

A kind is a module of that folder. A case that is expected to fail counts as wrong: its value is known, and
the advisor does not give it.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

CASES = Path(__file__).parent.parent / "tests" / "cases"


class Tally:
    """Counts the outcomes of one run."""

    def __init__(self) -> None:
        self.by_kind: dict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for every phase of every test; set-ups count only when they fail."""
        if report.when != "call" and not report.failed:
            return
        kind = Path(report.location[0]).stem.removeprefix("test_").replace("_", " ")
        right = report.passed and not hasattr(report, "wasxfail")
        self.by_kind[kind]["right" if right else "wrong"] += 1
        if not right:
            self.wrong.append(report.nodeid.rpartition("/")[2])


def main(arguments: list[str]) -> int:
    """Run the cases and print the table; 1 when a case is wrong that was not known to be."""
    tally = Tally()
    code = pytest.main([str(CASES), "--no-header", "--tb=no", *arguments], [tally])
    print(f"{'kind':<16}{'right':>7}{'wrong':>7}")
    for kind, counts in sorted(tally.by_kind.items()):
        print(f"{kind:<16}{counts['right']:>7}{counts['wrong']:>7}")
    total = sum(tally.by_kind.values(), Counter[str]())
    print(f"{'all':<16}{total['right']:>7}{total['wrong']:>7}")
    for name in tally.wrong:
        print("  wrong:", name)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
