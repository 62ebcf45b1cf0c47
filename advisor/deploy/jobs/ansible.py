"""An Ansible play that measures on every host and brings the rows home.

https://docs.ansible.com/ansible/latest/collections/ansible/builtin/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from advisor.deploy.targets._target import Unsafe, as_yaml

_ROWS = "{{ playbook_dir }}/rows"
_FILE = _ROWS + "/{{ inventory_hostname | regex_replace('[^A-Za-z0-9._-]', '_') }}.jsonl"
_HEADER = """\
# Measures on every host, which needs `advisor`, and writes rows/HOST.jsonl beside this file. Then:
#   advisor measurements import rows/*.jsonl
"""


def play(argv: Sequence[str]) -> str:
    """The play that runs *argv*, a command that prints rows as JSON lines, on each host."""
    here: dict[str, Any] = {"delegate_to": "localhost", "become": False}
    tasks = [
        {
            "name": "The advisor is installed",
            "ansible.builtin.command": {"argv": ["advisor", "--version"]},
            "changed_when": False,
        },
        {
            "name": "Measure",
            "ansible.builtin.command": {"argv": [Unsafe(word) for word in argv]},
            "register": "measured",
            "changed_when": False,
        },
        {
            "name": "A folder for the rows",
            "ansible.builtin.file": {"path": _ROWS, "state": "directory", "mode": "0755"},
            "run_once": True,
            **here,
        },
        {
            "name": "The rows come home",
            "ansible.builtin.copy": {
                "content": "{{ measured.stdout }}\n",
                "dest": _FILE,
                "mode": "0644",
            },
            **here,
        },
    ]
    document = {
        "name": "Measure",
        "hosts": "{{ target | default('all') }}",
        "gather_facts": False,
        "tasks": tasks,
    }
    return _HEADER + as_yaml([[document]])
