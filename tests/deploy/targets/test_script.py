"""The script as a form; what it does when run is tested beside its writer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from advisor.deploy.targets import write

SHELLCHECK = Path(sys.executable).with_name("shellcheck")


def test_shellcheck_has_nothing_to_say(tmp_path, plan, canary_plan, made_plan):
    """Plain, with a canary in every text, and with weights to make."""
    files = []
    for name, what in (("plain", plan()), ("canary", canary_plan), ("made", made_plan)):
        files.append(tmp_path / f"{name}.sh")
        files[-1].write_text(write(what, "script"))
    # SC2016: words in single quotes are meant as they stand
    command = [str(SHELLCHECK), "--exclude=SC2016", *map(str, files)]
    assert subprocess.run(command, capture_output=True, text=True).stdout == ""
