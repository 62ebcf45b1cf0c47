"""Plays, judged by ansible-playbook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from advisor.deploy.targets import write

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


def played(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """ansible-playbook on that text, with its own files in *folder*."""
    (folder / "play.yml").write_text(text)
    env = os.environ | {"ANSIBLE_HOME": str(folder), "LC_ALL": "C.UTF-8", "ANSIBLE_LOCALHOST_WARNING": "0"}
    command = [str(PLAYBOOK), *arguments, "-i", "localhost,", "play.yml"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_ansible_accepts_what_is_printed(tmp_path, canary_plan):
    """The syntax, with a canary in every text."""
    done = played(tmp_path, write(canary_plan, "ansible"), "--syntax-check")
    assert (done.returncode, done.stderr) == (0, "")


def test_ansible_refuses_a_wrong_key(tmp_path, plan):
    """The judge can say no."""
    text = write(plan(), "ansible").replace("ansible.builtin.copy", "ansible.builtin.copies")
    assert played(tmp_path, text, "--syntax-check").returncode != 0


def test_a_template_in_a_name_is_not_run(tmp_path, canary_plan):
    """The unit's text is copied as it is: Ansible writes it to a folder without reading {{ … }} in it."""
    text = (
        write(canary_plan, "ansible")
        .replace("/etc/systemd/system", str(tmp_path))
        .replace("become: true", "become: false")
    )
    here = ("-c", "local", "-e", f"ansible_python_interpreter={sys.executable}")
    played(tmp_path, text, *here, "--start-at-task", "The unit is there")
    (written,) = tmp_path.glob("*.service")
    assert "{{ lookup('pipe', 'touch canary') }}" in written.read_text()
    assert list(tmp_path.rglob("canary")) == []
