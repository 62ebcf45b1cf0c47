"""`advisor fleet`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FILES = Path(__file__).parents[1] / "catalog" / "inventories" / "files"
NEED = ("--model", "Qwen3-8B", "--json")
CLUSTER = str(FILES / "slurm_h100_x4.json")


def asked(*words: str) -> tuple[str, ...]:
    """A model over these inventories."""
    return ("fleet", *words, "--model", "Qwen3-8B", "--engine", "vllm", "--concurrency", "4")


def test_an_inventory_is_planned_by_its_kinds(advisor: Any) -> None:
    """Of a Slurm cluster; given twice, each node is counted twice."""
    found = advisor(*asked(CLUSTER), "--json")
    (shape,) = found.document["shapes"]
    assert (found.code, len(shape["hardware"]["gpus"])) == (0, 4)
    twice = advisor(*asked(CLUSTER, CLUSTER), "--json").document
    assert twice["shapes"][0]["places"] == 2 * shape["places"]
    assert advisor(*asked(CLUSTER)).lines[1].split()[0] == str(shape["places"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-", "-"), 2, "- stands for standard input, which can be read once"),
        (("/nowhere.json",), 6, "cannot read /nowhere.json"),
    ],
)
def test_what_cannot_be_read_is_one_line(advisor: Any, words: Any, code: int, said: str) -> None:
    """A pipe read twice, and a file that is not there."""
    found = advisor(*asked(*words))
    assert (found.code, found.out, len(found.err.splitlines())) == (code, "", 1)
    assert said in found.err


def test_a_folder_that_cannot_be_written_is_one_line(advisor: Any, tmp_path: Path) -> None:
    """Cause and mend; a file stands where the folder should."""
    (tmp_path / "file").touch()
    found = advisor(*asked(CLUSTER), "--manifests", str(tmp_path / "file"))
    assert (found.code, len(found.err.splitlines())) == (6, 1)
    assert "give another folder" in found.err


def test_a_role_is_written_beside_the_answer(advisor: Any, tmp_path: Path) -> None:
    """Of a machine that Ansible describes."""
    machine = str(FILES / "ansible_epyc_7313_256gb.json")
    role = str(tmp_path / "role")
    found = advisor("fleet", machine, "--model", "Qwen3-8B", "--role", role, "--json")
    assert (found.code, found.document["status"], found.err) == (0, "ok", "")
    assert (tmp_path / "role" / "site.yml").is_file()


def test_a_machine_without_a_name_is_called_as_its_file_is(advisor: Any, tmp_path: Path) -> None:
    """A saved probe and a listing of GPUs name no host: `gpu01.json` is gpu01's."""
    saved = tmp_path / "gpu01.json"
    saved.write_text(json.dumps(advisor("recommend", "--hardware", "L40S", *NEED).document))
    listing = str(FILES / "nvidia_smi_a10g.xml")
    document = advisor(*asked(str(saved), listing), "--json").document
    assert {("gpu01",), ("nvidia_smi_a10g",)} == {tuple(shape["nodes"]) for shape in document["shapes"]}


def test_where_an_engine_does_not_run_it_is_said_and_what_does(advisor: Any, tmp_path: Path) -> None:
    """On a card that vLLM has no kernels for."""
    saved = tmp_path / "desk.json"
    saved.write_text(json.dumps(advisor("recommend", "--hardware", "RX 6700 XT", *NEED).document["hardware"]))
    found = advisor(*asked(str(saved)))
    (shape,) = advisor(*asked(str(saved)), "--json").document["shapes"]
    assert found.code == 3
    assert f"desk: {shape['why_not'][0]}" in found.lines
    assert f"  it would do with {shape['what_would_change'][0]}" in found.lines
    assert shape["what_would_change"][0].startswith("--engine llama.cpp: ")
