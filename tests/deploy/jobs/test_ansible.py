"""A play that measures is taken by ansible-playbook, runs, and its rows are imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from advisor.cli.main import run
from advisor.deploy.jobs.ansible import play

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
CANARY = "{{ lookup('pipe', 'touch canary') }} $(touch canary) '; touch canary #.gguf"


@pytest.fixture
def ansible(tmp_path):
    """ansible-playbook in a folder of its own, where `advisor` is this one."""
    program = tmp_path / "bin" / "advisor"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m advisor "$@"\n')
    program.chmod(0o755)
    env = {
        **os.environ,
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    def played(text: str, *options: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "measure.yml").write_text(text)
        python = ("-e", f"ansible_python_interpreter={sys.executable}")
        command = [str(PLAYBOOK), "-i", "localhost,", "-c", "local", *python, *options, "measure.yml"]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    return played


def test_rows_of_a_host_come_home_and_are_imported(ansible, tmp_path, capsys):
    """Memory bandwidth by one thread of this machine, through a real play; nothing is kept on the host."""
    assert 0 == run(["measure", "bandwidth", "--threads", "1", "--format", "ansible-play"])
    done = ansible(capsys.readouterr().out)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    rows = tmp_path / "rows" / "localhost.jsonl"
    row = json.loads(rows.read_text())
    assert ("bandwidth", 1) == (row["kind"], row["threads"])
    assert 0 == run(["measurements", "import", str(rows), "--json"])
    assert 1 == json.loads(capsys.readouterr().out)["files"][0]["added"]


def test_ansible_takes_names_as_they_are(ansible, tmp_path):
    """A file whose name is a template and shell text is one word of the command, and nothing runs."""
    text = play(("advisor", "measure", "speed", "--", CANARY))
    assert 0 == ansible(text, "--syntax-check").returncode
    done = ansible(text)
    assert 2 == done.returncode
    assert CANARY in json.loads(done.stdout.split("FAILED! => ")[1].split("\n\n")[0])["cmd"]
    assert [] == list(tmp_path.rglob("canary"))


def test_the_play_measures_where_it_is_told():
    """All hosts, or those of `-e target=GROUP`; the controller is not measured."""
    (document,) = yaml.safe_load(play(("advisor",)).replace("!unsafe", ""))
    assert "{{ target | default('all') }}" == document["hosts"]
    assert 2 == sum(task.get("delegate_to") == "localhost" for task in document["tasks"])
