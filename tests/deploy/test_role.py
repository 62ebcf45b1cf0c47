"""From Ansible facts to a role that ansible-playbook takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from advisor.catalog.inventories import read_inventory
from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.deploy.role import role
from advisor.documents.inventory import InventoryMachine
from advisor.documents.requirements import Requirements
from advisor.recommendation.capacity import plan_fleet

FACTS = Path(__file__).parents[1] / "catalog" / "inventories" / "files" / "ansible_epyc_7313_256gb.json"
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


def test_ansible_accepts_the_role_and_each_machine_gets_its_own_tasks(tmp_path):
    """A name that is a template stays a name; a Mac, which has no systemd, is said."""
    kinds = {"a": "EPYC 7313 256GB", "{{ b }}": "RTX 4090", "c": "M3 Max 64GB"}
    machines = [InventoryMachine(node=n, hardware=resolve_hardware(h)) for n, h in kinds.items()]
    need = Requirements(model="Qwen3-8B", engines=("llama.cpp",))
    files, refused = role(plan_fleet(need, machines, resolve_model("Qwen3-8B")))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    env = os.environ | {"ANSIBLE_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    command = [str(PLAYBOOK), "-i", "a,", "--syntax-check", "site.yml"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    main = files["roles/model_server/tasks/main.yml"]
    assert (main.count("include_tasks"), "- !unsafe '{{ b }}'" in main) == (2, True)
    assert [line.split(":")[0] for line in refused] == ["M3 Max 64GB"]


def test_the_facts_of_a_linux_machine_give_a_role():
    """Ansible writes Linux with a capital letter: the machine has systemd all the same."""
    machines = read_inventory(FACTS.read_text(encoding="utf-8"))
    need = Requirements(model="Qwen3-8B", engines=("llama.cpp",))
    files, refused = role(plan_fleet(need, machines, resolve_model("Qwen3-8B")))
    assert ([], True) == (refused, "site.yml" in files)


def test_a_host_of_another_name_is_told_that_nothing_is_planned_for_it():
    """It would be left as it is without a word."""
    machines = [InventoryMachine(node="a", hardware=resolve_hardware("RTX 4090"))]
    need = Requirements(model="Qwen3-8B", engines=("llama.cpp",))
    files, _ = role(plan_fleet(need, machines, resolve_model("Qwen3-8B")))
    main = yaml.load(files["roles/model_server/tasks/main.yml"], _Loader)
    assert ("inventory_hostname not in machines", ["a"]) == (main[-1]["when"], main[-1]["vars"]["machines"])


def test_slices_of_a_card_have_no_unit():
    """It would take the whole machine's GPUs; so would a second unit beside one for the whole cards."""
    slices = [InventoryMachine(node="a", hardware=resolve_hardware("RTX 4090"), count=7)]
    beside = [
        InventoryMachine(node="b", hardware=resolve_hardware(name)) for name in ("2x RTX 4090", "RTX 3090")
    ]
    need = Requirements(model="Qwen3-8B", engines=("llama.cpp",))
    files, refused = role(plan_fleet(need, [*slices, *beside], resolve_model("Qwen3-8B")))
    assert [": no role: a has several ", ": no role: b has several "] == sorted(
        line[line.index(":") :][:25] for line in refused
    )
    assert files["roles/model_server/tasks/main.yml"].count("include_tasks") == 1


class _Loader(yaml.SafeLoader):
    """Reads what Ansible must not read as a template."""


_Loader.add_constructor("!unsafe", lambda loader, node: str(node.value))
