"""An Ansible play: a systemd unit on the machines of a group.

https://docs.ansible.com/ansible/latest/collections/ansible/builtin/
"""

from __future__ import annotations

from typing import Any

from advisor.deploy.targets._target import Target, Unsafe, as_yaml, first_make, header, name_of
from advisor.deploy.targets.systemd import unit
from advisor.documents.deployment import Deployment

_FORM = "ansible"


def tasks(plan: Deployment, restart: str = "Restart") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(tasks, handlers) that install the unit, start it and wait until it answers.

    *restart* is the name of the handler.
    """
    name = name_of(plan)
    systemd = "ansible.builtin.systemd_service"
    found: list[dict[str, Any]] = [
        {
            "name": "The program is installed",
            "ansible.builtin.command": {"argv": ["which", Unsafe(plan.run.argv[0])]},
            "changed_when": False,
        },
        {
            "name": "The unit is there",
            "ansible.builtin.copy": {
                "content": Unsafe(unit(plan)),
                "dest": f"/etc/systemd/system/{name}.service",
                "mode": "0644",
            },
            "notify": restart,
        },
        {
            "name": "The server is started now and at boot",
            systemd: {"name": name, "enabled": True, "state": "started", "daemon_reload": True},
        },
    ]
    handlers = [{"name": restart, systemd: {"name": name, "state": "restarted", "daemon_reload": True}}]
    if plan.health_path:
        host = "127.0.0.1" if plan.host == "0.0.0.0" else plan.host
        found += [
            {"name": "A changed unit is started anew", "ansible.builtin.meta": "flush_handlers"},
            {
                "name": "The server answers",
                "ansible.builtin.uri": {"url": f"http://{host}:{plan.port}{plan.health_path}"},
                "register": "answer",
                "until": "answer.status == 200",
                "retries": 90,
                "delay": 10,
            },
        ]
    return found, handlers


def _write(plan: Deployment) -> str:
    steps, handlers = tasks(plan)
    play = {
        "name": f"Serve {name_of(plan)}",
        "hosts": "{{ target | default('all') }}",
        "become": True,
        "gather_facts": False,
        "tasks": steps,
        "handlers": handlers,
    }
    return header(plan, *first_make(plan)) + as_yaml([[play]])


TARGET = Target(name=_FORM, help="an Ansible play that installs and starts a systemd unit", write=_write)
